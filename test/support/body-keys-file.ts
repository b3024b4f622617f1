import { join } from 'node:path';

/** Of functions that run in a process of their own. */
export const TEST_BODY_KEYS_FILE = join(import.meta.dirname, 'body-keys.json');
