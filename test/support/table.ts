import { startEmulators, TABLE_NAME } from '../../infra/local/emulators.ts';
import { Table } from '../../lib/store/table.ts';
import { TEST_BODY_KEYS } from './body-keys.ts';
import { Killer } from './killer.ts';

/** The embedded emulators, the table in them, and what lets its callers die. */
export async function startTable() {
  const emulators = await startEmulators();
  const table = new Table(emulators.database, TABLE_NAME, TEST_BODY_KEYS);
  return { emulators, table, killer: new Killer(emulators.database) };
}
