import * as z from 'zod';
import type { AppLeases, LeaseStore } from '../../integrations/kit/call-leases.ts';
import { keys } from '../keys.ts';
import type { Table } from '../table.ts';

const counts = z.object({ till: z.int(), hints: z.int(), records: z.int() });

const leasesSchema = z.object({
  step: z.int(),
  endpoints: z.record(
    z.string(),
    z.object({
      ...{ span: z.int(), leased: counts, before: counts },
      standing: z.array(z.object({ until: z.int(), calls: z.int() })),
    }),
  ),
});

/** Which calls of an app its workers leased: one item, changed by one conditional write for each lease. */
export class CallLeases implements LeaseStore {
  private readonly table: Table;

  constructor(table: Table) {
    this.table = table;
  }

  async read(integration: string, appKey: string): Promise<AppLeases | undefined> {
    const item = await this.table.get(keys.budget(integration, appKey));
    return item === undefined ? undefined : leasesSchema.parse(item);
  }

  write(
    integration: string,
    appKey: string,
    next: AppLeases,
    before: AppLeases | undefined,
  ): Promise<boolean> {
    const key = keys.budget(integration, appKey);
    if (before === undefined) return this.table.put(key, next);
    const condition = { expression: 'step = :step', values: { ':step': before.step } };
    return this.table.put(key, next, condition);
  }
}
