import * as z from 'zod';
import type { JsonValue } from '../../json/parse.ts';
import { toInstant } from '../../time/shanghai.ts';
import { PlatformError } from '../kit/platform-error.ts';
import type { TillContext } from '../kit/till.ts';
import { type ActResult, redeemedElsewhere, unknownYet } from '../kit/till-outcome.ts';
import type { Reversible } from '../kit/till-reversal.ts';
import { wireId } from '../kit/wire.ts';
import { presentOrNull, wireInstant } from './fields.ts';
import { type MeituanTill, takenBack } from './till-calls.ts';

/**
 * What the till asks when the platform says no to a repetition: `getconsumed` shows a used voucher, `prepare`
 * one that can be used. Neither names the request that did it.
 */

/** The platform's clock may be behind ours by this. */
const CLOCK_SLACK_MS = 60_000;

/**
 * Whether the first try of this request used the code. The platform takes the request's id for one use, so
 * its no is about this act, unless its records show a use since then that nobody of us made.
 * @param refusal what consume answered
 * @returns undefined: nothing was done
 * @throws PlatformError that is retryable, while nobody knows; another where somebody else used it
 */
export async function wasConsumed(
  till: MeituanTill,
  code: string,
  context: TillContext,
  refusal: PlatformError,
): Promise<undefined> {
  const sinceMs = context.startedAtMs - CLOCK_SLACK_MS;
  const acts = await context.actsOf(code);
  const others = acts.filter((act) => act.kind === 'voucher.redeemed');
  if (others.some((act) => Date.parse(act.occurredAt) >= sinceMs)) throw redeemedElsewhere(refusal);
  const state = await stateOf(till, code);
  if (state.is === 'usable') return undefined;
  if (state.is === 'used') {
    const isBefore = state.atMs !== null && state.atMs < sinceMs;
    if (isBefore || state.isByMerchant) throw redeemedElsewhere(refusal);
  }
  throw unknownYet(
    'the platform shows the code as used, and not by which request: look it up there',
  );
}

/**
 * Whether the first try of this request took the use back.
 * @returns undefined: it stands @throws PlatformError that is retryable, while nobody knows
 */
export async function wasTakenBack(
  till: MeituanTill,
  target: Reversible,
  context: TillContext,
): Promise<ActResult | undefined> {
  const state = await stateOf(till, target.voucherId);
  if (state.is === 'usable') return takenBack(target, context);
  // What was used again since had been taken back.
  const acts = await context.actsOf(target.voucherId);
  const isUsedAgain = acts.some(
    (act) =>
      act.kind === 'voucher.redeemed' &&
      act.redemptionId !== target.redemptionId &&
      Date.parse(act.occurredAt) > context.startedAtMs,
  );
  if (isUsedAgain) return takenBack(target, context);
  if (state.is === 'used') return undefined;
  throw unknownYet('the platform does not say whether it was taken back: look it up there');
}

/**
 * When the platform says that the code was used, where consume itself did not: of a repetition, whose own time
 * says nothing. Undefined while it does not show it.
 */
export async function consumedAt(till: MeituanTill, code: string): Promise<string | undefined> {
  try {
    const used = await till.getConsumed?.(code);
    const atMs = used === undefined ? null : useOf(used).atMs;
    return atMs === null ? undefined : toInstant(atMs);
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}

type State =
  | {
      readonly is: 'used';
      readonly atMs: number | null;
      /** Not by a third party's call, as ours is. */
      readonly isByMerchant: boolean;
    }
  | { readonly is: 'usable' }
  | { readonly is: 'unclear' };

/** @throws PlatformError that is retryable */
async function stateOf(till: MeituanTill, code: string): Promise<State> {
  if (till.getConsumed !== undefined) {
    const used = await unlessRefused(till.getConsumed(code));
    if (used !== undefined && saysNothing(used)) {
      throw unknownYet('the platform’s getconsumed answered without anything in it');
    }
    if (used !== undefined) return { is: 'used', ...useOf(used) };
  }
  const usable = await unlessRefused(till.prepare(code));
  if (usable !== undefined) return { is: 'usable' };
  const isUsed = till.getConsumed === undefined;
  return isUsed ? { is: 'used', atMs: null, isByMerchant: false } : { is: 'unclear' };
}

/** A success that holds nothing: there may be an outage behind it, and it is no use that stands. */
function saysNothing(answer: JsonValue): boolean {
  const data = z.looseObject({ data: z.unknown() }).safeParse(answer).data?.data ?? {};
  return typeof data === 'object' && Object.keys(data).length === 0;
}

async function unlessRefused(answer: Promise<JsonValue>): Promise<JsonValue | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    // Elsewhere a question is repeated after a number that no table has; here it is the platform's refusal.
    const isNo = !error.retryable || error.meaning === 'unknown';
    if (isNo && error.code !== undefined) return undefined;
    throw unknownYet(error.message, error);
  }
}

const useSchema = z.looseObject({
  verifyTime: presentOrNull(wireInstant),
  verify_time: presentOrNull(wireInstant),
  verify_channel: presentOrNull(wireId),
});
const dataSchema = z.looseObject({ data: useSchema });

/** `verify_channel` of a use that a third party's call made. Source: 点评北极星, getconsumed; no page of 58 says so. */
const THIRD_PARTY = '15';

function useOf(answer: JsonValue): { atMs: number | null; isByMerchant: boolean } {
  const data = dataSchema.safeParse(answer).data?.data;
  const at = data?.verifyTime ?? data?.verify_time ?? null;
  const channel = data?.verify_channel ?? null;
  return {
    atMs: at === null ? null : Date.parse(at),
    isByMerchant: channel !== null && channel !== THIRD_PARTY,
  };
}
