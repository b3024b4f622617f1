import { describe, expect, it } from 'vitest';
import { workOnClosing } from '../../functions/attribute/close.ts';
import type { AttributeDeps, MessageOf } from '../../functions/attribute/deps.ts';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { NO_SUMS, wholeOf } from '../../lib/ledger/statement.ts';
import { silent } from '../../lib/log/log.ts';
import { type AttributionMessage, MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import type { Queue } from '../../lib/queue/queue.ts';
import { rollUpBuckets } from '../../lib/rollups/rollups.ts';
import { storeHourOf } from '../../lib/rollups/store-day.ts';
import { rollUpHour } from '../../lib/rollups/store-hour.ts';
import { bucketOf } from '../../lib/store/keys.ts';
import { readLanes } from '../../lib/store/ledger/closing-lanes.ts';
import { bookEntry } from '../../lib/store/ledger/entries.ts';
import {
  createStatement,
  moveHead,
  readLines,
  readStatement,
  type Statement,
} from '../../lib/store/ledger/statements.ts';
import type { Table } from '../../lib/store/table.ts';
import { everyOrder, type Turn } from '../support/interleave.ts';
import { runs } from '../support/long.ts';
import { MemoryTable } from '../world/store/table.ts';
import { entry } from './make.ts';

const PROVIDER = 'p1';
const OCTOBER = { providerId: PROVIDER, month: '2025-10' };
const NOVEMBER = { providerId: PROVIDER, month: '2025-11' };

const at = (n: number, storeId: string, more: Partial<Entry> = {}): Entry =>
  entry({
    ...{ providerId: PROVIDER, storeId, businessDay: '2025-10-10', entryId: `e${n}` },
    ...{ occurredAt: `2025-10-10T12:00:00.${String(n).padStart(3, '0')}+08:00` },
    ...{ amountFen: 100 + n, commissionFen: n, redemptionId: `r${n}`, ...more },
  });

/** Of each bucket one store, and of the first two. */
const STORES = [0, 1, 2, 3, 0].map((bucket, at) => {
  const found = Array.from({ length: 99 }, (_, n) => `s${at}-${n}`).find(
    (storeId) => bucketOf('douyin', storeId) === bucket,
  );
  if (found === undefined) throw new Error('no store is in that bucket');
  return found;
});

/** A provider's October on its way to be closed, by messages that two workers share. */
class Month {
  readonly table = new MemoryTable();
  readonly messages: AttributionMessage[] = [];
  private readonly inFlight: Record<string, AttributionMessage | undefined> = {};
  /** The send that fails, counted from 0. */
  failsAt = -1;
  sends = 0;
  private nowMs = Date.parse('2025-11-20T08:00:00+08:00');

  static async begun(): Promise<Month> {
    const month = new Month();
    await book(
      month.table,
      STORES.flatMap((storeId, n) => [at(n, storeId), at(n + 50, storeId)]),
    );
    await month.open(OCTOBER);
    return month;
  }

  async open(id: typeof OCTOBER): Promise<void> {
    await createStatement(this.table, {
      ...{ ...id, status: 'closing', asOf: '2025-12-20T00:00:00.000+08:00', closedAt: null },
      ...{ reversalWindowsMs: {}, holdingDays: 0, step: 0, leaseUntilMs: 0, busyUntilMs: 0 },
      ...{ phase: 'taking', cursor: null, lanes: null, openEntries: null, sums: NO_SUMS },
      ...{ fileEnds: [], tree: [], tiered: {}, openingFen: 0, payableFen: 0, carriedFen: 0 },
    } satisfies Statement);
    await moveHead(this.table, PROVIDER, { month: id.month, closed: false }, undefined);
    this.messages.push({ type: 'close', v: MESSAGE_VERSION, ...id, step: 0 });
  }

  /** Works until there is no message; begun anew, with the one that it had when it died. */
  worker = (name: string) => async (turn: Turn) => {
    const deps = this.deps(turn);
    for (;;) {
      this.inFlight[name] ??= this.messages.shift();
      const message = this.inFlight[name];
      if (message === undefined) return;
      let isFailed = false;
      const fail = () => {
        isFailed = true;
      };
      await workOnClosing({ message: message as MessageOf<'close'>, fail }, deps);
      this.inFlight[name] = undefined;
      if (!isFailed) continue;
      // It comes again later, when a lease of somebody who died is over.
      this.messages.push(message);
      this.nowMs += 20_000;
      await turn('wait');
    }
  };

  private deps(turn: Turn): AttributeDeps {
    const sendAll = async (sent: readonly AttributionMessage[]) => {
      await turn('send');
      if (this.sends++ === this.failsAt) throw new Error('the queue does not answer');
      this.messages.push(...sent);
    };
    return {
      table: this.table.seenBy(turn),
      attribution: { sendAll } as unknown as Queue<AttributionMessage>,
      ...{ policy: DEFAULT_POLICY, log: silent, rollupDelaySeconds: 0, dimensionsDelaySeconds: 0 },
      now: () => this.nowMs,
      entriesALane: 3,
    };
  }

  async linesOf(id: typeof OCTOBER): Promise<string[]> {
    const statement = await readStatement(this.table, id);
    const lines = await readLines(this.table, id, null, 1_000);
    expect(statement?.status).toBe('closed');
    expect(wholeOf(statement?.sums ?? NO_SUMS).entryCount).toBe(lines.length);
    return lines.map(({ line }) => line.entryId);
  }
}

async function book(table: Table, entries: readonly Entry[]): Promise<void> {
  for (const one of entries) await bookEntry(table, one);
  const hours = new Map(entries.map((one) => [JSON.stringify(storeHourOf(one)), storeHourOf(one)]));
  for (const hour of hours.values()) await rollUpHour(table, hour);
  await rollUpBuckets(table, PROVIDER, '2025-10-10', [0, 1, 2, 3]);
}

const atOnce: Turn = async () => {};

/** Late entries of a store that has some, and of one that has none; and a correction of the first entry. */
const LATE = [
  at(90, STORES[0] ?? ''),
  at(91, 'a store that has nothing yet'),
  at(92, STORES[2] ?? '', { amountFen: -102, commissionFen: -2, restatementId: 'again' }),
];

describe('a month that several workers close side by side', () => {
  it('has each entry in one statement, whoever dies, whatever is booked and restated meanwhile', async () => {
    let most = 0;
    const { orders } = await everyOrder(
      async () => {
        const month = await Month.begun();
        return {
          workers: {
            one: month.worker('one'),
            two: month.worker('two'),
            late: (turn) => book(month.table.seenBy(turn), LATE),
          },
          afterwards: async () => {
            await month.worker('three')(atOnce);
            most = Math.max(most, (await readLanes(month.table, OCTOBER, 99)).length);
            const october = await month.linesOf(OCTOBER);
            await month.open(NOVEMBER);
            await month.worker('three')(atOnce);
            const lines = [...october, ...(await month.linesOf(NOVEMBER))];
            const all = month.table.all('LEDGER#').map(({ entryId }) => String(entryId));
            expect(all).toHaveLength(13);
            expect(lines.toSorted()).toEqual(all.toSorted());
          },
        };
      },
      { most: runs(250), seeded: runs(350), deaths: 1 },
    );
    expect(orders).toBeGreaterThanOrEqual(runs(250) + runs(350));
    expect(most).toBeGreaterThan(2);
  });

  it('goes on where a worker had ended its piece and could not ask for the next', async () => {
    let sends = 1;
    for (let failsAt = 0; failsAt < sends; failsAt += 1) {
      const month = await Month.begun();
      month.failsAt = failsAt;
      await month.worker('one')(atOnce);
      expect((await month.linesOf(OCTOBER)).length, `send ${failsAt} failed`).toBe(10);
      sends = month.sends;
    }
    expect(sends).toBeGreaterThan(5);
  });
});
