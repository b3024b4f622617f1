import * as z from 'zod';
import { idSchema } from '../../events/event.ts';
import type { KnownAct, ReverseCommand, TillContext } from './till.ts';
import { cannot, lacks, unknownYet } from './till-outcome.ts';

/** The redemption that a request takes back: chosen once, so that its repetition means the same one. */
export const reversibleSchema = z.object({
  voucherId: idSchema,
  redemptionId: idSchema,
  orderId: idSchema,
  /** As the redemption reports them; null where it has not reached us. */
  merchantId: idSchema.nullable(),
  storeId: idSchema.nullable(),
  productId: idSchema.nullable(),
  redeemedAt: z.string().nullable(),
});
export type Reversible = z.infer<typeof reversibleSchema>;

/**
 * The redemption that is meant: the one that is named, or the latest that stands. What the till did itself
 * is known at once, also while the pipeline is behind. What neither the till nor our records know is not the
 * platform's to decide: its answer to an id that we never saw would be booked as a reversal of nothing.
 * @param only `latest`: this platform's call names no use, and corrects the voucher's last one
 * @throws PlatformError: retryable while we may only be late
 */
export async function redemptionOf(
  { voucherId, redemptionId }: ReverseCommand,
  { actsOf, mayLag }: Pick<TillContext, 'actsOf' | 'mayLag'>,
  { only }: { readonly only?: 'latest' } = {},
): Promise<Reversible> {
  const acts = await actsOf(voucherId);
  const reversed = new Set(
    acts
      .filter(({ kind }) => kind === 'voucher.redemption_reversed')
      .map((one) => one.redemptionId),
  );
  const uses = acts.filter(({ kind }) => kind === 'voucher.redeemed');
  const standing = uses.filter((use) => !reversed.has(use.redemptionId)).sort(byTime);
  const last = standing.at(-1);
  const found =
    redemptionId === undefined ? last : uses.find((use) => use.redemptionId === redemptionId);
  if (redemptionId !== undefined && reversed.has(redemptionId)) {
    throw cannot('this redemption was taken back before');
  }
  if (only === 'latest' && last !== undefined && redemptionId !== undefined && found !== last) {
    throw cannot(
      'this platform takes back the last use only, and the voucher was used again since',
    );
  }
  if (found !== undefined) return reversibleOf(voucherId, found);
  if (redemptionId === undefined && uses.length > 0) {
    throw cannot('every redemption of this voucher that is known here was taken back');
  }
  if (redemptionId !== undefined && !(await mayLag())) {
    throw cannot('no such redemption of this voucher is known here, and nothing is on its way');
  }
  throw unknownYet('no such redemption of this voucher has reached us yet');
}

/** The id of the account that the redemption belongs to. @throws PlatformError */
export function merchantOfReversal(
  command: ReverseCommand,
  { merchantId }: Reversible,
  { app }: Pick<TillContext, 'app'>,
): string {
  const known = command.merchantId ?? merchantId ?? app.settings.merchantId;
  if (known === undefined) throw lacks('the merchantId of the redemption');
  return known;
}

function reversibleOf(voucherId: string, use: KnownAct): Reversible {
  const { redemptionId, orderId, merchantId, storeId, productId, occurredAt: redeemedAt } = use;
  return { voucherId, redemptionId, orderId, merchantId, storeId, productId, redeemedAt };
}

function byTime(a: KnownAct, b: KnownAct): number {
  const gap = Date.parse(a.occurredAt) - Date.parse(b.occurredAt);
  return gap !== 0 ? gap : a.redemptionId < b.redemptionId ? -1 : 1;
}
