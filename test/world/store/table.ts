import { type Shared, MemoryTable as TableInMemory } from '../../../infra/local/memory/table.ts';
import { TEST_BODY_KEYS } from '../../support/body-keys.ts';

export type { Charge } from '../../../infra/local/memory/table.ts';

/** The table in memory with the tests' keys. */
export class MemoryTable extends TableInMemory {
  constructor(shared: Partial<Shared> = {}) {
    super({ bodyKeys: TEST_BODY_KEYS, ...shared });
  }
}
