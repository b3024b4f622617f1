import type { EventDraft } from '../../../lib/events/event.ts';
import { UNKNOWN_SALE } from '../../../lib/events/sale.ts';
import type { Integration } from '../../../lib/integrations/kit/integration.ts';
import { LiveTokens } from '../../../lib/integrations/kit/live-tokens.ts';
import type {
  RecordsPage,
  RecordsSource,
  RedemptionRecord,
} from '../../../lib/integrations/kit/platform-records.ts';
import { MemoryTokens } from '../../../lib/integrations/kit/token-store.ts';
import { silent } from '../../../lib/log/log.ts';
import type { IntakeMessage } from '../../../lib/queue/messages.ts';
import type { ReconciliationDeps } from '../../../lib/reconciliation/deps.ts';
import { putApp, putMerchant } from '../../../lib/store/accounts/parties.ts';
import { UNLIMITED } from '../../support/budgets.ts';
import type { Turn } from '../../support/interleave.ts';
import { MemoryQueue } from '../../support/memory-queue.ts';
import { MemoryTable } from '../../world/store/table.ts';

export const DAY = '2026-05-01';
export const APP = { integration: 'douyin-life', appKey: 'app' };

const amounts = {
  ...{ paidFen: 8_000, platformDiscountFen: 1_000, merchantDiscountFen: 0 },
  ...{ paymentDiscountFen: 0, originalFen: 9_000 },
};

export function recordOf(n: number, over: Partial<RedemptionRecord> = {}): RedemptionRecord {
  const minute = String(n % 60).padStart(2, '0');
  return {
    kind: 'redemption',
    ...{ eventId: `redeemed:u${n}`, orderId: `o${n}`, voucherId: `v${n}` },
    ...{ occurredAt: `${DAY}T12:${minute}:00.000+08:00`, storeId: 's1', isReversed: false },
    ...{ amounts, ...over },
  };
}

function draftsOf(record: RedemptionRecord): EventDraft[] {
  const { eventId, voucherId, orderId, occurredAt, storeId, isReversed } = record;
  const redemptionId = eventId.replace('redeemed:', '');
  const of = { voucherId, orderId: orderId ?? '', merchantId: 'm', complete: true, redemptionId };
  const use = { ...of, eventId, occurredAt, storeId, amounts, sale: UNKNOWN_SALE };
  const reversal = { ...of, eventId: `reversed:${redemptionId}`, occurredAt };
  return [
    { kind: 'voucher.redeemed', ...use },
    ...(isReversed === true ? [{ kind: 'voucher.redemption_reversed', ...reversal } as const] : []),
  ];
}

/** A platform that lists what a test puts into it. */
export class FakeRecords {
  readonly table = new MemoryTable();
  readonly sent: IntakeMessage[] = [];
  nowMs = Date.parse('2026-05-02T03:00:00+08:00');
  calls = 0;
  source: RecordsSource;

  constructor(page: (calls: number, cursor: string | null, day: string) => RecordsPage) {
    this.source = {
      per: 'merchant',
      lists: [
        {
          name: 'uses',
          empty: 'may-be-outage',
          page: async ({ businessDay }, cursor) => {
            this.calls += 1;
            return page(this.calls, cursor, businessDay);
          },
        },
      ],
      repair: async (missing) => ({
        events: missing.flatMap((one) => (one.kind === 'redemption' ? draftsOf(one) : [])),
        stores: [],
      }),
    };
  }

  async open(): Promise<void> {
    await putApp(this.table, { ...APP, secrets: {}, settings: { enrichment: 'pull' } });
    await putMerchant(this.table, { platform: 'douyin', merchantId: 'm', name: 'm' });
  }

  /** @param turn taken before each call to the table or the queue */
  deps(turn?: Turn): ReconciliationDeps {
    const intake = new MemoryQueue(this.sent, turn);
    return {
      table: turn === undefined ? this.table : this.table.seenBy(turn),
      ...{ intake, fetch: globalThis.fetch, now: () => this.nowMs, log: silent },
      ...{ tokens: new LiveTokens(new MemoryTokens()), budgets: UNLIMITED, random: () => 0 },
      buyerKey: async () => 'key',
      find: () => this.integration(),
    };
  }

  private integration(): Integration {
    const { source } = this;
    return {
      ...{ name: APP.integration, platform: 'douyin', loop: 'closed' },
      records: () => source,
    } as unknown as Integration;
  }
}
