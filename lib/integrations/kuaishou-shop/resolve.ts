import { type EventDraft, NO_AMOUNTS } from '../../events/event.ts';
import type { JsonValue } from '../../json/parse.ts';
import { valueAt, wireAmount } from '../kit/fields.ts';
import type { Hint, Resolution, ResolveContext } from '../kit/integration.ts';
import { PlatformError, unanswered } from '../kit/platform-error.ts';
import { wireId, wireTime } from '../kit/wire.ts';
import { KuaishouShopClient } from './client.ts';
import { type Query, settingsOf } from './settings.ts';

/** How often a platform that answers, but does not show what a hint says, is queried again. */
const PATIENCE = 6;

/**
 * Confirms the hints of one order. Which methods report orders and refunds, and where in their
 * answers, is for the settings to say: until they do, a hint waits and says so.
 */
export async function resolve(
  hints: readonly Hint[],
  context: ResolveContext,
): Promise<Resolution[]> {
  const resolved = new Map<Hint['action'], Promise<Resolution>>();
  return Promise.all(
    hints.map((hint) => {
      const answer = resolved.get(hint.action) ?? resolveOne(hint, context);
      resolved.set(hint.action, answer);
      return answer;
    }),
  );
}

async function resolveOne(hint: Hint, context: ResolveContext): Promise<Resolution> {
  const settings = settingsOf(context.app);
  const [name, query] =
    hint.action === 'refunded'
      ? ['refundQuery', settings?.refundQuery]
      : ['orderQuery', settings?.orderQuery];
  if (query === undefined) return wait(`settings.${name} does not say how to ask the platform`);
  try {
    const answer = await new KuaishouShopClient(context).ask(query, hint.orderId);
    return resolutionOf(hint, query, answer, context.answers);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    return unanswered(error, context.answers);
  }
}

function resolutionOf(hint: Hint, query: Query, answer: JsonValue, answers: number): Resolution {
  const { statusField, doneStatuses } = query.answer;
  const status = wireId.safeParse(valueAt(answer, statusField));
  if (!status.success) return wait(`the answer has no status at ${statusField}`);
  if (!doneStatuses.includes(status.data)) {
    const why = `the platform does not show the ${hint.action} order`;
    const outcome = answers < PATIENCE ? 'wait' : 'contradicted';
    return { outcome, why, answered: true, events: [], stores: [] };
  }
  const event = eventOf(hint, query, answer);
  if (typeof event === 'string') return wait(`the answer did not fit at ${event}`);
  return { outcome: 'resolved', events: [event], stores: [] };
}

/** @returns the name of the field that did not fit instead */
function eventOf(hint: Hint, query: Query, answer: JsonValue): EventDraft | string {
  const { amountField, amountUnit, atField, refundIdField } = query.answer;
  const amount = wireAmount[amountUnit].safeParse(valueAt(answer, amountField));
  if (!amount.success) return amountField;
  const instant = atField === undefined ? undefined : wireTime.safeParse(valueAt(answer, atField));
  if (atField !== undefined && !instant?.success) return atField;
  const occurredAt = instant?.data ?? hint.occurredAt;
  const { merchantId, orderId } = hint;
  const common = { merchantId, orderId, occurredAt, complete: instant !== undefined };
  if (hint.action !== 'refunded') {
    const amounts = { ...NO_AMOUNTS, paidFen: amount.data, originalFen: amount.data };
    return { kind: 'order.paid', eventId: `paid:${orderId}`, ...common, voucherId: null, amounts };
  }
  const refundId =
    refundIdField === undefined ? undefined : wireId.safeParse(valueAt(answer, refundIdField));
  if (refundIdField !== undefined && !refundId?.success) return refundIdField;
  return {
    kind: 'voucher.refunded',
    eventId: `refunded:${refundId?.data ?? orderId}`,
    ...common,
    voucherId: orderId,
    refundedFen: amount.data,
    takesBack: [],
    unusedFen: amount.data,
    // 销毁 reports the same refund by its tickets, where the platform sends us that.
    ofOrder: 'unless_named',
  };
}

function wait(why: string): Resolution {
  return { outcome: 'wait', why, events: [], stores: [] };
}
