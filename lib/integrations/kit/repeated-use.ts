import { isMadeUp } from '../../events/event.ts';
import type { KnownAct, TillContext } from './till.ts';
import { cannot, ELSEWHERE, unknownYet } from './till-outcome.ts';

/**
 * Where nothing but our own records tells a second use from a repetition: what is used once stands as used until
 * it is taken back. An act that the platform names by an id of its own is the platform's to judge. One request at a
 * time uses a voucher, so that of two pressed at once the second finds the first one's act. A repetition is not
 * refused: the use that stands may be its own.
 * @throws PlatformError, before anything is done
 */
export async function refuseSecondUse(
  vouchers: readonly string[],
  { actsOf, claimUse, notes }: Pick<TillContext, 'actsOf' | 'claimUse' | 'notes'>,
  {
    isOurName = isMadeUp,
    unless = '',
  }: {
    readonly isOurName?: (redemptionId: string) => boolean;
    /** What makes it no repetition, for whoever reads the refusal. */
    readonly unless?: string;
  } = {},
): Promise<void> {
  const isRepeated = notes !== undefined;
  const refuseStanding = async (voucherId: string) => {
    if (!isRepeated && hasStandingUse(await actsOf(voucherId), isOurName)) {
      throw cannot(`it was ${ELSEWHERE}${unless}`);
    }
  };
  // In one order for everybody: two that want the same two do not each hold one.
  for (const voucherId of vouchers.toSorted()) {
    // Before the claim, so that whoever is refused holds nobody up; and after it, for what was done meanwhile.
    await refuseStanding(voucherId);
    if (!(await claimUse(voucherId))) throw unknownYet('another request is using this voucher');
    await refuseStanding(voucherId);
  }
}

function hasStandingUse(
  acts: readonly KnownAct[],
  isOurName: (redemptionId: string) => boolean,
): boolean {
  const isReversed = (id: string) =>
    acts.some((act) => act.kind === 'voucher.redemption_reversed' && act.redemptionId === id);
  return acts.some(
    ({ kind, redemptionId }) =>
      kind === 'voucher.redeemed' && isOurName(redemptionId) && !isReversed(redemptionId),
  );
}
