import * as z from 'zod';
import { fingerprint } from '../../crypto/hash.ts';
import type { JsonValue } from '../../json/parse.ts';
import { jsonAnswer } from '../kit/answer.ts';
import type { App } from '../kit/app.ts';
import type { Answer, SignedRequest } from '../kit/integration.ts';
import { jsonOf } from '../kit/json.ts';
import { misfit } from '../kit/reading.ts';
import type { CallbackRecords, VoucherState } from '../kit/records.ts';
import { absentAsNull, wireId } from '../kit/wire.ts';
import { TICKET_STATUS } from './etickets.ts';
import { type ShopSettings, settingsOf } from './settings.ts';
import { ACTIONS, type Action, actionOf, failure } from './spi.ts';
import { destroySchema } from './ticket-payloads.ts';

/** Answers what the platform asks an issuer of tickets, from the merchant's pool of codes. */
export async function answer(
  request: SignedRequest,
  app: App,
  records: CallbackRecords,
): Promise<Answer | undefined> {
  const name = actionOf(request);
  // A message asks nothing.
  if (name === undefined) return undefined;
  const action = ACTIONS.find((one) => one === name);
  if (action === undefined) return failure('no such request here: send, query, destroy or deduct');
  const settings = settingsOf(app);
  if (settings === undefined) return failure('the settings of this app do not fit');
  return answerers[action](jsonOf(request.body), { app, records, settings });
}

interface TicketContext {
  readonly app: App;
  readonly records: CallbackRecords;
  readonly settings: ShopSettings;
}

const answerers: Readonly<
  Record<Action, (fields: JsonValue | undefined, context: TicketContext) => Promise<Answer>>
> = { send, query, destroy, deduct };

/** More tickets than one order is sold with. */
const MAX_TICKETS = 1_000;

const sendSchema = z.looseObject({
  oid: wireId,
  sellerId: absentAsNull(wireId),
  itemId: absentAsNull(wireId),
  num: z.int().min(1).max(MAX_TICKETS),
});

/** 发码: as many codes as pieces. The platform reads them by 查券. */
async function send(fields: JsonValue | undefined, context: TicketContext): Promise<Answer> {
  const { app, records, settings } = context;
  const parsed = sendSchema.safeParse(fields);
  if (!parsed.success) return failure(misfit(parsed.error));
  const { oid, sellerId, itemId, num } = parsed.data;
  const merchantId = app.settings.merchantId ?? sellerId ?? app.appKey;
  const order = { merchantId, orderId: oid, productId: itemId, count: num };
  const { outcome } = await records.issueCodes(order);
  switch (outcome) {
    case 'issued':
      return success(settings, { orderNo: orderNoOf(app, oid) });
    case 'empty':
      return failure('not enough codes are left');
    case 'no-pool':
      return failure('this merchant has no codes here');
    default:
      return outcome satisfies never;
  }
}

const querySchema = z.looseObject({ oid: wireId, eticketId: absentAsNull(wireId) });

/** 查券: the order's tickets, or the one that is named, each with what became of it. */
async function query(
  fields: JsonValue | undefined,
  { records, settings }: TicketContext,
): Promise<Answer> {
  const parsed = querySchema.safeParse(fields);
  if (!parsed.success) return failure(misfit(parsed.error));
  const { oid, eticketId } = parsed.data;
  const codes = await records.codesOf(oid);
  const tickets = codes
    .map((code, index) => ({ id: ticketIdOf(oid, index), code }))
    .filter(({ id }) => eticketId === null || id === eticketId);
  if (tickets.length === 0) return failure('no such ticket');
  const list = await Promise.all(
    tickets.map(async (ticket) => {
      const state = await records.voucherState(ticket.id);
      return { ...ticket, status: STATUS[state], num: 1, eticketConsumeDetails: [] };
    }),
  );
  return success(settings, { [settings.eticketList]: list });
}

const STATUS: Readonly<Record<VoucherState, string>> = {
  // Nothing became of it yet.
  unknown: TICKET_STATUS.unused,
  unused: TICKET_STATUS.unused,
  redeemed: TICKET_STATUS.consumed,
  refunded: TICKET_STATUS.destroyed,
};

/** 销毁: the platform refunded them. That is a fact, and asks for nobody's leave. */
async function destroy(
  fields: JsonValue | undefined,
  { records, settings }: TicketContext,
): Promise<Answer> {
  const parsed = destroySchema.safeParse(fields);
  if (!parsed.success) return failure(misfit(parsed.error));
  const { oid: orderId, serialNum: refundId } = parsed.data;
  const reason = '平台已销毁 (destroyed by the platform)';
  await records.closeRefund({ refundId, orderId }, 'approved', reason);
  return success(settings, {});
}

/** Stock is not kept here, so only an operator can promise it. */
async function deduct(
  _fields: JsonValue | undefined,
  { settings }: TicketContext,
): Promise<Answer> {
  return settings.eticketDeduct === 'accept'
    ? success(settings, {})
    : failure('stock is not kept here');
}

function success({ eticketSuccess }: ShopSettings, data: object): Answer {
  return jsonAnswer({ result: eticketSuccess, errorMsg: '', data });
}

/** Our number of an order, the same again for the same order. */
function orderNoOf({ appKey }: App, orderId: string): string {
  return `E${fingerprint('eticket-order', appKey, orderId).slice(0, 31)}`;
}

/** A ticket's id says its order and its place in it, and nothing of its code. */
function ticketIdOf(orderId: string, index: number): string {
  return `${orderId}-${index + 1}`;
}
