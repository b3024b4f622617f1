import { fingerprint } from '../../crypto/hash.ts';
import { JsonError } from '../../json/parse.ts';
import type { App } from '../kit/app.ts';
import type { Answer, SignedRequest } from '../kit/integration.ts';
import { Misfit } from '../kit/reading.ts';
import type { CallbackRecords } from '../kit/records.ts';
import { answerQuery, refuse } from './acknowledge.ts';
import { doubtIn } from './doubt.ts';
import { readForm } from './form.ts';
import { contentOf, type Inner, innerOf } from './inner.ts';
import { type Kind, kindOf } from './kinds.ts';
import { type AnswerRule, type Rule, settingsOf } from './settings.ts';

/** More orders than one question names. */
const MAX_ORDERS = 100;

/**
 * What the platform waits for, from our own records. Where in a message and in its answer what stands
 * is not documented: the settings `messages` and `answers` say it, and without them a question is
 * refused with the setting's name, rather than answered with a guess.
 */
export async function answer(
  request: SignedRequest,
  app: App,
  records: CallbackRecords,
): Promise<Answer | undefined> {
  const form = readForm(request.body);
  const found = form && kindOf(form);
  if (form === undefined || found === undefined) return undefined;
  const { msgType, kind } = found;
  const settings = settingsOf(app);
  if (settings === undefined) return refuse('the settings of this app do not fit');
  const doubt = doubtIn(form, settings.pushFields);
  // News of a form in doubt does nothing here; `read` sets it aside.
  if (doubt !== undefined) return kind.asks === undefined ? undefined : refuse(doubt);
  const rule = settings.messages[msgType];
  const reply = settings.answers[msgType];
  const isNews = kind.asks === undefined;
  if (reply === 'acknowledge' || (isNews && !isReadable(kind, rule))) return undefined;
  try {
    const inner = innerOf(msgType, contentOf(form), { form, rule, app });
    return await answerTo({ msgType, kind, inner, reply, app, records });
  } catch (error) {
    if (!(error instanceof Misfit || error instanceof JsonError)) throw error;
    return isNews
      ? undefined
      : refuse(error instanceof Misfit ? error.message : 'message: no JSON');
  }
}

/** A refund's news asks nothing, so the reader reports a rule that does not say enough. */
function isReadable({ tellsResult }: Kind, rule: Rule | 'keep' | undefined): boolean {
  if (rule === undefined || rule === 'keep') return false;
  return tellsResult !== true || rule.when !== undefined;
}

interface PushQuestion {
  readonly msgType: string;
  readonly kind: Kind;
  readonly inner: Inner;
  readonly reply: AnswerRule | undefined;
  readonly app: App;
  readonly records: CallbackRecords;
}

/** @throws Misfit */
async function answerTo(question: PushQuestion): Promise<Answer | undefined> {
  const { kind, inner, app, records } = question;
  switch (kind.asks) {
    case 'order':
    case 'code':
      return answerWith(question, await valuesOf(inner.orderId, inner.voucherId, app, records));
    case 'orders':
      return answerAll(question);
    case 'codes':
      return issue(question);
    case 'refund':
      return fileRefund(question);
    case undefined:
      return closeRefund(question);
    default:
      return kind.asks satisfies never;
  }
}

/** What of ours can stand in an answer; null where there is none. */
interface Values {
  readonly orderId: string;
  readonly ownOrderId: string;
  readonly code: string | null;
  readonly codes: readonly string[] | null;
  readonly state: 'unused' | 'redeemed' | 'refunded' | null;
}

/** @param voucherId the code that the message names; else the order's first is meant */
async function valuesOf(
  orderId: string,
  voucherId: string | null,
  app: App,
  records: CallbackRecords,
): Promise<Values> {
  const codes = await records.codesOf(orderId);
  const code = codes.find((one) => voucherId === null || one === voucherId) ?? null;
  const state = code === null ? null : await records.voucherState(code);
  return {
    orderId,
    // Letters and digits, made of the platform's own: the same again for the same order.
    ownOrderId: `M${fingerprint('order', app.appKey, orderId).slice(0, 31)}`,
    code,
    codes: codes.length === 0 ? null : codes,
    // Nothing became of it yet.
    state: state === 'unknown' ? 'unused' : state,
  };
}

function answerWith(question: PushQuestion, values: Values): Answer {
  const fields = fieldsOf(ruleOf(question), values);
  return fields === undefined
    ? refuse('no codes of this order are here')
    : answerQuery(question.msgType, fields);
}

/** Orders that we have nothing of are left out of the list. */
async function answerAll(question: PushQuestion): Promise<Answer> {
  const { msgType, inner, app, records } = question;
  const reply = ruleOf(question);
  if (reply.list === undefined) throw new Misfit(`settings.answers.${msgType}.list`);
  const orderIds = inner.orders;
  if (orderIds.length > MAX_ORDERS) return refuse(`at most ${MAX_ORDERS} orders at once`);
  const values = await Promise.all(orderIds.map((id) => valuesOf(id, null, app, records)));
  const list = values.map((one) => fieldsOf(reply, one)).filter((one) => one !== undefined);
  return answerQuery(msgType, { [reply.list]: list });
}

/** 发券: codes of the merchant's pool, the same ones again for the same order. */
async function issue(question: PushQuestion): Promise<Answer> {
  const { inner, app, records } = question;
  // No code is given before we know how to answer with it.
  ruleOf(question);
  const { orderId, merchantId, productId, count } = inner;
  const { outcome } = await records.issueCodes({ merchantId, orderId, productId, count });
  switch (outcome) {
    case 'issued':
      return answerWith(question, await valuesOf(orderId, null, app, records));
    case 'empty':
      return refuse('not enough codes are left');
    case 'no-pool':
      return refuse('this merchant has no codes here');
    default:
      return outcome satisfies never;
  }
}

/** 退券: filed and acknowledged; the decision is reported later, and not by this answer. */
async function fileRefund({ msgType, inner, app, records }: PushQuestion): Promise<undefined> {
  const { refundId, orderId, voucherId, merchantId, amount } = inner;
  if (refundId === null) throw new Misfit(inner.settingOf('refundId'));
  await records.fileRefund({
    ...{ integration: app.integration, appKey: app.appKey, merchantId, refundId, orderId },
    voucherIds: voucherId === null ? [] : [voucherId],
    requestedFen: typeof amount === 'number' ? amount : null,
    decideBy: null,
    reference: { msgType },
    decisionBy: 'call',
  });
}

/** The platform refunded: whoever still has to decide it need not any more. */
async function closeRefund({ inner, records }: PushQuestion): Promise<undefined> {
  const { refundId } = inner;
  if (refundId === null || !inner.happened) return;
  const { orderId } = inner;
  const reason = '平台已退款 (the platform refunded it)';
  await records.closeRefund({ refundId, orderId }, 'approved', reason);
}

function ruleOf({ msgType, reply }: PushQuestion): AnswerRule {
  if (reply === undefined) throw new Misfit(`settings.answers.${msgType}`);
  return reply;
}

/** The answer's fields by the platform's names; undefined where we lack one of them. */
function fieldsOf(
  { fields, states }: AnswerRule,
  values: Values,
): Record<string, unknown> | undefined {
  const all = Object.entries(fields).map(([name, of]): [string, unknown] => {
    if (of !== 'state') return [name, values[of]];
    return [name, values.state === null ? null : (states?.[values.state] ?? null)];
  });
  return all.some(([, value]) => value === null) ? undefined : Object.fromEntries(all);
}
