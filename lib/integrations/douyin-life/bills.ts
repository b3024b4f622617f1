import * as z from 'zod';
import { fingerprint } from '../../crypto/hash.ts';
import type { EventDraft } from '../../events/event.ts';
import { PlatformError } from '../kit/platform-error.ts';
import type { RecordsContext, RedemptionRecord } from '../kit/platform-records.ts';
import { courtesy, wireFen, wireId, wireTime } from '../kit/wire.ts';
import { DouyinLifeClient } from './client.ts';

/**
 * What Douyin's ledger (分账单) says of a use, an hour after it: an estimate of the split, in fen. Source:
 * ledger/query_record_by_cert and the bills' amount keys.
 */

/** 0 init, 1 splitting, 2 done, 3 failed, 4 void: of these two nothing stands. */
const FALLEN = [3, 4];

/**
 * The first three are hidden from providers since 2024-03-31, and then missing or 0: whether nobody earned anything, or we may
 * not see it, a 0 does not say, so it is read as not reported. `goods` is the merchant's payout.
 */
const amountSchema = z.looseObject({
  total_merchant_platform_service: courtesy(wireFen),
  talent_commission: courtesy(wireFen),
  total_agent_merchant: courtesy(wireFen),
  goods: courtesy(wireFen),
});

const rowSchema = z.looseObject({
  ledger_id: wireId,
  certificate_id: wireId,
  order_id: wireId,
  verify_id: courtesy(wireId),
  verify_time: wireTime,
  status: courtesy(z.coerce.number()),
  amount: courtesy(amountSchema),
});
type LedgerRow = z.infer<typeof rowSchema>;

/**
 * The bills of a window's uses. A row that nobody can read, or that hides everything, says nothing.
 * @throws PlatformError it did not answer; a refusal is no error, because the app may not see ledgers
 */
export async function bills(
  redemptions: readonly RedemptionRecord[],
  context: RecordsContext,
): Promise<EventDraft[]> {
  const merchantId = merchantIn(redemptions);
  if (merchantId === undefined) return [];
  const vouchers = [...new Set(redemptions.map(({ voucherId }) => voucherId))];
  try {
    const rows = await new DouyinLifeClient(context).ledgerRows(merchantId, vouchers);
    return rows.flatMap((row) => {
      const parsed = rowSchema.safeParse(row);
      return parsed.success ? billedOf(parsed.data, merchantId) : [];
    });
  } catch (error) {
    if (error instanceof PlatformError && !error.retryable) return [];
    throw error;
  }
}

const ownerSchema = z.looseObject({ merchantId: z.string() });

function merchantIn([first]: readonly RedemptionRecord[]): string | undefined {
  return ownerSchema.safeParse(first?.row).data?.merchantId;
}

function billedOf(row: LedgerRow, merchantId: string): EventDraft[] {
  const { ledger_id, certificate_id, order_id, verify_id, verify_time, status } = row;
  const amount = FALLEN.includes(status ?? 2) ? null : row.amount;
  const reported = {
    feeFen: amount?.total_merchant_platform_service ?? null,
    creatorFen: amount?.talent_commission ?? null,
    providerFen: amount?.total_agent_merchant ?? null,
    payoutFen: amount?.goods ?? null,
  };
  const isNothing = Object.values(reported).every((fen) => fen === null);
  if (isNothing && amount !== null) return [];
  // The same line may be reported again with other amounts: after a refund, or once the app may see more.
  const report = fingerprint(JSON.stringify(reported)).slice(0, 12);
  return [
    {
      kind: 'voucher.billed',
      eventId: `billed:${ledger_id}~${report}`,
      ...{ merchantId, orderId: order_id, voucherId: certificate_id, billId: ledger_id },
      ...{ redemptionId: verify_id, occurredAt: verify_time, complete: true },
      ...reported,
    },
  ];
}
