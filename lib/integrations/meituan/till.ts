import type { EventDraft } from '../../events/event.ts';
import type { RedeemCommand, ReverseCommand, TillContext, TillOutcome } from '../kit/till.ts';
import {
  type ActResult,
  completed,
  lacks,
  type Once,
  once,
  onceById,
  outcomeOf,
} from '../kit/till-outcome.ts';
import { type Reversible, redemptionOf, reversibleSchema } from '../kit/till-reversal.ts';
import type { Consumed } from './consumed.ts';
import { type MeituanTill, tillOf } from './till-calls.ts';
import { consumedAt, wasConsumed, wasTakenBack } from './till-questions.ts';
import { pricedInstead } from './till-worth.ts';

/** Uses a code's vouchers, by the calls that the setting `till` names. The request's id makes it one. */
export function redeem(command: RedeemCommand, context: TillContext): Promise<TillOutcome> {
  return outcomeOf(() => {
    const { code, encryptedData, count } = command;
    if (code === undefined || encryptedData !== undefined) throw lacks('the code that is shown');
    const till = tillOf(command.storeId, command, context);
    const act = onceById(
      context,
      async (isRepeated) => {
        const consumed = await till.consume(code, count, command.requestId);
        const timed = isRepeated ? await withTime(consumed, till, code) : consumed;
        return decisionBy(timed, command, context);
      },
      (refusal) => wasConsumed(till, code, context, refusal),
    );
    return act.catch((refusal: unknown) => pricedInstead(refusal, code, command, context));
  });
}

/** One call uses all of a request's vouchers at one time, whichever try of it was the one. */
async function withTime(consumed: Consumed, till: MeituanTill, code: string): Promise<Consumed> {
  if (!consumed.events.some(isAtEstimatedTime)) return consumed;
  const occurredAt = await consumedAt(till, code);
  if (occurredAt === undefined) return consumed;
  const events = consumed.events.map((event) => {
    if (!isAtEstimatedTime(event)) return event;
    const { isTimeEstimated: _, ...known } = event;
    return { ...known, occurredAt };
  });
  return { ...consumed, events };
}

function isAtEstimatedTime(event: EventDraft): event is EventDraft & { isTimeEstimated: true } {
  return 'isTimeEstimated' in event && event.isTimeEstimated === true;
}

/** Of as many uses as were requested, those that the answer does not show were not made. */
async function decisionBy(
  { events, unread }: Consumed,
  command: RedeemCommand,
  context: TillContext,
): Promise<ActResult> {
  const missing = Math.max(0, command.count - events.length - unread);
  const notDone = Array.from({ length: missing }, () => NOT_TOLD);
  return { events: await completed(events, command, context), unread, notDone };
}

const NOT_TOLD = {
  code: 'not-told',
  reason: 'the platform’s answer shows fewer uses than were requested',
};

/**
 * Takes a use of the last ten minutes back. The call names the voucher and no use of it, so it can only undo
 * the last one: another is refused before anything is done.
 */
export function reverse(command: ReverseCommand, context: TillContext): Promise<TillOutcome> {
  return outcomeOf(async () => {
    const target = await targetOf(command, context);
    const storeId = command.storeId ?? target.storeId;
    if (storeId === null) throw lacks('the storeId of the redemption');
    const till = tillOf(storeId, command, context);
    const dealId = command.productId ?? target.productId;
    if (till.wantsDeal && dealId === null) throw lacks('the productId (dealId) of the redemption');
    const act: Once<Reversible, ActResult> = {
      prepare: () => target,
      read: (notes) => reversibleSchema.parse(notes),
      act: () => till.takeBack(target, dealId),
      ask: () => wasTakenBack(till, target, context),
    };
    return once<Reversible, ActResult>(context, act);
  });
}

/** What an earlier try noted, or what the request means now. */
function targetOf(command: ReverseCommand, context: TillContext): Promise<Reversible> {
  return context.notes === undefined
    ? redemptionOf(command, context, { only: 'latest' })
    : Promise.resolve(reversibleSchema.parse(context.notes));
}
