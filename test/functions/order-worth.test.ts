import { describe, expect, it } from 'vitest';
import type { Finding, RecordDeps } from '../../functions/normalize/finding.ts';
import { recordFindings } from '../../functions/normalize/record.ts';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import { bookStream } from '../../lib/booking/book.ts';
import { termsReader } from '../../lib/booking/terms.ts';
import { type EventDraft, NO_AMOUNTS } from '../../lib/events/event.ts';
import { UNKNOWN_SALE } from '../../lib/events/sale.ts';
import { findIntegration } from '../../lib/integrations/registry.ts';
import { silent } from '../../lib/log/log.ts';
import type { AttributionMessage } from '../../lib/queue/messages.ts';
import { readEvents } from '../../lib/store/ledger/events.ts';
import { readState } from '../../lib/store/ledger/restatements.ts';
import { everyOrder, type Turn } from '../support/interleave.ts';
import { runs } from '../support/long.ts';
import { MemoryQueue } from '../support/memory-queue.ts';
import { MemoryTable } from '../world/store/table.ts';

const NOW = Date.parse('2026-11-30T12:00:00+08:00');

const common = { merchantId: 'm1', orderId: 'o1', occurredAt: '2026-11-30T11:00:00.000+08:00' };

function use(worthBy: 'order' | 'piece', voucherId: string): EventDraft {
  return {
    ...{ kind: 'voucher.redeemed', eventId: `redeemed:${voucherId}@1`, ...common, voucherId },
    ...{ redemptionId: `${voucherId}@1`, storeId: 's1', complete: false, worthBy },
    ...{ amounts: NO_AMOUNTS, sale: UNKNOWN_SALE },
  };
}

const payment: EventDraft = {
  ...{ kind: 'order.paid', eventId: 'paid:o1', ...common, voucherId: null, complete: false },
  amounts: { ...NO_AMOUNTS, paidFen: 9_001, originalFen: 10_001 },
  sale: { ...UNKNOWN_SALE, channel: 'live', creatorId: 'creator' },
};

const making: EventDraft = {
  ...{ kind: 'order.created', eventId: 'created:o1', ...common, voucherId: null, complete: true },
  amounts: { ...NO_AMOUNTS, paidFen: 9_001, originalFen: 10_001 },
  pieces: [
    { voucherId: 'i1', priceFen: 3_333 },
    { voucherId: 'i2', priceFen: 6_668 },
  ],
};

/** Workers that record one fact each, and what attribution is notified of. */
class Scene {
  private readonly table = new MemoryTable();
  private readonly notified: AttributionMessage[] = [];
  private readonly integration: string;

  constructor(integration: string) {
    this.integration = integration;
  }

  recording(draft: EventDraft): (turn: Turn) => Promise<void> {
    return async (turn) => {
      const integration = findIntegration(this.integration);
      if (integration === undefined) throw new Error('no such integration');
      const finding: Finding = {
        delivery: {
          ...{ deliveryId: draft.eventId, integration: integration.name, appKey: 'app' },
          ...{ receivedAt: '2026-11-30T12:00:00.000+08:00', body: new Uint8Array() },
        },
        ...{ integration, kind: draft.kind, outcome: 'events', events: [draft], stores: [] },
        ...{ source: 'webhook', waiting: undefined, sinceMs: 0 },
        fail: (error) => {
          throw error;
        },
      };
      // What is only archived is nobody else's.
      const shared: Turn = async (what) => {
        if (/ (VOUCHER|ORDER)#/.test(what)) await turn(what);
      };
      const attribution = new MemoryQueue(this.notified).seenBy(turn);
      await recordFindings([finding], {
        ...{ table: this.table.seenBy(shared), attribution, now: () => NOW, log: silent },
        ...{ buyerKey: async () => 'key', changedDelaySeconds: 0 },
      } satisfies RecordDeps);
    };
  }

  /** Books what attribution was notified of, as it would, and no more. */
  async booked(): Promise<Record<string, number>> {
    const deps = { table: this.table, policy: DEFAULT_POLICY, log: silent, now: () => NOW };
    for (const { of, platform, id } of this.notified.filter((one) => one.type === 'changed')) {
      const stream = { of, platform, id } as const;
      const state = await readState(this.table, stream);
      await bookStream(stream, state, termsReader(deps), deps);
    }
    const sums: Record<string, number> = {};
    for (const item of this.table.all('LEDGER#')) {
      const kind = String(item.kind);
      sums[kind] = (sums[kind] ?? 0) + Number(item.amountFen);
    }
    return sums;
  }

  async use(voucherId: string) {
    const { platform } = findIntegration(this.integration) ?? { platform: 'douyin' };
    const events = await readEvents(this.table, { of: 'voucher', platform, id: voucherId });
    return events.find((event) => event.kind === 'voucher.redeemed');
  }
}

describe('a use that is worth what its order says', () => {
  it('is booked at the order’s payment, whichever of them is recorded first or last, or dies', async () => {
    const tried = await everyOrder(
      () => {
        const scene = new Scene('kuaishou-miniapp');
        const workers = {
          till: scene.recording(use('order', 'o1')),
          payment: scene.recording(payment),
        };
        return {
          workers,
          afterwards: async () => {
            expect(await scene.booked()).toEqual({ payment: 9_001, redemption: 9_001 });
            expect(await scene.use('o1')).toMatchObject({
              ...{ complete: true, amounts: { paidFen: 9_001, originalFen: 10_001 } },
              sale: { channel: 'live', creatorId: 'creator' },
            });
          },
        };
      },
      { most: runs(3_000), deaths: 1 },
    );
    expect(tried.orders).toBeGreaterThan(100);
  });

  it('is booked at its piece’s part of the payment, whichever of the three is recorded last', async () => {
    const tried = await everyOrder(
      () => {
        const scene = new Scene('douyin-miniapp');
        const workers = {
          till: scene.recording(use('piece', 'i2')),
          payment: scene.recording(payment),
          making: scene.recording(making),
        };
        return {
          workers,
          afterwards: async () => {
            expect(await scene.booked()).toMatchObject({ redemption: 6_001 });
            // 9001 × 6668 / 10001 and 10001 × 6668 / 10001
            const amounts = { paidFen: 6_001, originalFen: 6_668 };
            expect(await scene.use('i2')).toMatchObject({
              ...{ complete: true, amounts, worthFen: 6_668 },
            });
          },
        };
      },
      { most: runs(3_000), deaths: 1 },
    );
    expect(tried.orders).toBeGreaterThan(100);
  });

  it('waits where the order does not say it, and stays as it is where somebody else said it', async () => {
    // Prepare
    const scene = new Scene('douyin-miniapp');
    const now: Turn = async () => {};
    await scene.recording(use('piece', 'i3'))(now);
    const { worthBy: _, ...own } = use('piece', 'i1') as EventDraft & { worthBy: string };
    const amounts = { ...NO_AMOUNTS, paidFen: 5, originalFen: 5 };
    await scene.recording({ ...own, amounts, complete: true } as EventDraft)(now);
    // Act
    await scene.recording(payment)(now);
    await scene.recording(making)(now);
    // Assess
    expect(await scene.use('i3')).toMatchObject({ complete: false, amounts: NO_AMOUNTS });
    expect(await scene.use('i1')).toMatchObject({ complete: true, amounts });
  });
});
