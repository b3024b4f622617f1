import {
  type Amounts,
  type EventDraft,
  type EventOf,
  isMadeUp,
  isUnpriced,
} from '../../events/event.ts';
import { PlatformError } from '../kit/platform-error.ts';
import type { RedeemCommand, TillContext } from '../kit/till.ts';
import type { ActResult } from '../kit/till-outcome.ts';

/**
 * A use of ours of which the platform's answer had no price that can be read: the platform refuses the code from then
 * on, so a later request that says what it is worth brings that, and is refused itself.
 * @param refusal what the platform's call came to
 * @throws what it was called with, where the refusal is not the platform's or there is no such use
 */
export async function pricedInstead(
  refusal: unknown,
  code: string,
  command: RedeemCommand,
  context: TillContext,
): Promise<ActResult> {
  const isRefused =
    refusal instanceof PlatformError && !refusal.retryable && refusal.code !== undefined;
  const amounts = amountsOf(command, code);
  if (!isRefused || amounts === undefined) throw refusal;
  const history = await context.history(code);
  const waiting = history
    .filter(isUnpriced)
    .filter(({ complete, appKey }) => !complete && appKey === context.app.appKey);
  if (waiting.length === 0) throw refusal;
  return { events: waiting.map((use) => withWorth(use, amounts)), isAnothers: true };
}

function amountsOf({ vouchers, amounts }: RedeemCommand, code: string): Amounts | undefined {
  return vouchers?.find(({ voucherId }) => voucherId === code)?.amounts ?? amounts;
}

/** As it was drafted, with its worth; its provenance is the request's that brings it. */
function withWorth(use: EventOf<'voucher.redeemed'>, amounts: Amounts): EventDraft {
  const { platform: _p, loop: _l, integration: _i, appKey: _a, deliveryId: _d, ...rest } = use;
  const { recordedAt: _r, unpriced: _u, ...known } = rest;
  return { ...known, amounts, complete: !isMadeUp(use.redemptionId) };
}
