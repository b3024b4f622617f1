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
import { tillOf } from './till-calls.ts';
import { wasConsumed, wasTakenBack } from './till-questions.ts';

/** Uses a code's vouchers, by the calls that the setting `till` names. The request's id makes it one. */
export function redeem(command: RedeemCommand, context: TillContext): Promise<TillOutcome> {
  return outcomeOf(() => {
    const { code, encryptedData, count } = command;
    if (code === undefined || encryptedData !== undefined) throw lacks('the code that is shown');
    const till = tillOf(command.storeId, command, context);
    return onceById(
      context,
      async () => decisionBy(await till.consume(code, count, command.requestId), command, context),
      () => wasConsumed(till, code, context),
    );
  });
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
