import { FUNCTION_READERS } from './read-functions.ts';
import { SERVICE_READERS } from './read-services.ts';
import type { Reader } from './reader.ts';

/** How each kind of resource is read back; what is not here is only counted. */
export const READERS: Readonly<Record<string, Reader>> = {
  ...SERVICE_READERS,
  ...FUNCTION_READERS,
};
