import { isMadeUp } from '../../events/event.ts';
import type { TillContext } from './till.ts';
import { cannot, ELSEWHERE } from './till-outcome.ts';

/**
 * Where nothing but our own records tells a second use from a repetition: what is used once stands as used until
 * it is taken back. An act that the platform names by an id of its own is the platform's to judge.
 * @throws PlatformError, before anything is done
 */
export async function refuseSecondUse(
  vouchers: readonly string[],
  { actsOf }: Pick<TillContext, 'actsOf'>,
  {
    isOurName = isMadeUp,
    unless = '',
  }: {
    readonly isOurName?: (redemptionId: string) => boolean;
    /** What makes it no repetition, for whoever reads the refusal. */
    readonly unless?: string;
  } = {},
): Promise<void> {
  for (const voucherId of vouchers) {
    const acts = await actsOf(voucherId);
    const isReversed = (id: string) =>
      acts.some((act) => act.kind === 'voucher.redemption_reversed' && act.redemptionId === id);
    const standing = acts.find(
      ({ kind, redemptionId }) =>
        kind === 'voucher.redeemed' && isOurName(redemptionId) && !isReversed(redemptionId),
    );
    if (standing !== undefined) throw cannot(`it was ${ELSEWHERE}${unless}`);
  }
}
