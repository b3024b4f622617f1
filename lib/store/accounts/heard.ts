import * as z from 'zod';
import { instantToMs } from '../../time/shanghai.ts';
import { keys } from '../keys.ts';
import type { Table } from '../table.ts';

/** What is written of an app's deliveries at most: one item in this time, however many there are. */
const HEARD_EVERY_MS = 600_000;

/** An app that nobody hears any more is forgotten: a merchant that left is no fault. */
const FORGOTTEN_AFTER_MS = 14 * 86_400_000;

/** A verified delivery, as far as it shows that its app is heard. */
export interface Heard {
  readonly integration: string;
  readonly appKey: string;
  readonly receivedAt: string;
}

const heardAppSchema = z.object({
  integration: z.string(),
  appKey: z.string(),
  /** Epoch ms: of a delivery not more than twenty minutes before the last one, as two workers may count them. */
  heardAtMs: z.int(),
  /** How long that delivery waited until it was read, in ms; null: nobody said. */
  lagMs: z.int().nullable().default(null),
});
export type HeardApp = z.infer<typeof heardAppSchema>;

/**
 * Keeps when each app was last heard, for who looks for apps that went silent. Remembers what it wrote, so that
 * a busy app costs each worker one write in ten minutes; the condition lets no older time replace a newer one.
 */
export class AppsHeard {
  private readonly table: Table;
  private readonly writtenMs = new Map<string, number>();

  constructor(table: Table) {
    this.table = table;
  }

  /** @param readAtMs when they are read; absent: how long they waited is not known */
  async hear(deliveries: readonly Heard[], readAtMs?: number): Promise<void> {
    const newest = new Map<string, HeardApp>();
    for (const { integration, appKey, receivedAt } of deliveries) {
      const heardAtMs = instantToMs(receivedAt);
      const key = JSON.stringify([integration, appKey]);
      const known = Math.max(newest.get(key)?.heardAtMs ?? 0, this.sinceMs(key));
      const lagMs = readAtMs === undefined ? null : Math.max(0, readAtMs - heardAtMs);
      if (heardAtMs >= known) newest.set(key, { integration, appKey, heardAtMs, lagMs });
    }
    for (const [key, app] of newest) {
      await this.write(app);
      this.writtenMs.set(key, app.heardAtMs);
    }
  }

  /** From when on a delivery is worth a write. */
  private sinceMs(key: string): number {
    const writtenMs = this.writtenMs.get(key);
    return writtenMs === undefined ? 0 : writtenMs + HEARD_EVERY_MS;
  }

  private async write(app: HeardApp): Promise<void> {
    const { integration, appKey, heardAtMs } = app;
    const expiresAt = Math.ceil((heardAtMs + FORGOTTEN_AFTER_MS) / 1000);
    await this.table.put(
      keys.heard(integration, appKey),
      { ...app, expiresAt },
      {
        expression: 'attribute_not_exists(pk) OR heardAtMs <= :before',
        values: { ':before': heardAtMs - HEARD_EVERY_MS },
      },
    );
  }
}

/** Every app that was heard within two weeks before `nowMs`. */
export async function* heardApps(table: Table, nowMs: number): AsyncGenerator<HeardApp> {
  for await (const item of table.query(keys.heard('', '').pk, { consistent: false })) {
    const app = heardAppSchema.parse(item);
    // What has expired is deleted some time later.
    if (nowMs - app.heardAtMs < FORGOTTEN_AFTER_MS) yield app;
  }
}
