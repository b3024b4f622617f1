import type * as z from 'zod';
import { type EventDraft, NO_AMOUNTS } from '../../events/event.ts';
import { parseJsonBytes } from '../../json/parse.ts';
import type { App } from '../kit/app.ts';
import type { Reading } from '../kit/integration.ts';
import { malformed, readable } from '../kit/reading.ts';
import { type Message, openMessage } from './message.ts';
import { originOf } from './origin.ts';
import {
  noticeSchema,
  paymentSchema,
  refundFailureSchema,
  refundSchema,
  settlementSchema,
  wireWord,
} from './payloads.ts';

/**
 * Known, and not about money: authorisation, and audits of a POI or a product. `POI_MERGE` is not
 * among them: it changes which store a POI is, so it is parked until somebody acts on it.
 */
const KEPT: ReadonlySet<string> = new Set([
  'AUTHORIZE',
  'POI_AUDITED',
  'PRODUCT_AUDITED',
  'PRODUCT_OPERATION',
]);

/** What a verified body says. */
export function read(body: Uint8Array, app: App): Reading {
  return readable(
    () => {
      const message = openMessage(parseJsonBytes(body), app.secrets.messageKey ?? []);
      if (message === 'not-an-object') return malformed('unreadable', 'did not fit: the whole');
      if (message === 'undecryptable') return malformed('encrypted', 'did not fit: encryptedMsg');
      const name = wireWord.safeParse(message.name);
      if (!name.success) return malformed('no-event', 'did not fit: event');
      return readNamed(name.data, message, app);
    },
    () => 'unreadable',
  );
}

function readNamed(name: string, message: Message, app: App): Reading {
  switch (name) {
    case 'PAYMENT':
      return readNotice(name, message, app, { SUCCESS: paid });
    case 'REFUND':
      return readNotice(name, message, app, { SUCCESS: refunded, FAILED: refundFailed });
    case 'SETTLE':
      return readNotice(name, message, app, { SUCCESS: settled });
    default:
      return isKept(name, app) ? { outcome: 'kept', kind: name } : unknown(name);
  }
}

/** The names of a provider's events are not documented, so the operator's settings say which to keep. */
function isKept(name: string, { settings }: App): boolean {
  const { keptEvents } = settings;
  return KEPT.has(name) || (Array.isArray(keptEvents) && keptEvents.includes(name));
}

/** What every event of a notice has, and the notice's own fields. */
interface Notice {
  readonly merchantId: string;
  readonly occurredAt: string;
  readonly fields: unknown;
  readonly settings: App['settings'];
}

type Status = 'SUCCESS' | 'FAILED';
type Facts = (notice: Notice) => EventDraft | z.ZodError;

function readNotice(
  name: string,
  message: Message,
  app: App,
  facts: Partial<Record<Status, Facts>>,
): Reading {
  const parsed = noticeSchema.safeParse(message);
  if (!parsed.success) return malformed(name, parsed.error);
  const { app_id, timestamp, data } = parsed.data;
  const kind = `${name}/${data.status}`;
  switch (data.status) {
    case 'PROCESSING':
      return { outcome: 'kept', kind };
    case 'SUCCESS':
    case 'FAILED': {
      const toEvent = facts[data.status];
      if (toEvent === undefined) return { outcome: 'kept', kind };
      const merchantId = app.settings.merchantId ?? app_id ?? app.appKey;
      const event = toEvent({
        ...{ merchantId, occurredAt: timestamp },
        ...{ fields: message.data, settings: app.settings },
      });
      if ('issues' in event) return malformed(kind, event, 'data.');
      return { outcome: 'events', kind, events: [event] };
    }
    default:
      return unknown(kind);
  }
}

/**
 * Notices carry one time, the envelope's; none of the act itself. So their events are incomplete:
 * a record with the act's own time may take their place.
 */
function common({ merchantId, occurredAt }: Notice, orderId: string) {
  return { merchantId, orderId, occurredAt, complete: false };
}

function paid(notice: Notice): EventDraft | z.ZodError {
  const parsed = paymentSchema.safeParse(notice.fields);
  if (!parsed.success) return parsed.error;
  const { ks_order_no, order_amount } = parsed.data;
  return {
    kind: 'order.paid',
    eventId: `paid:${ks_order_no}`,
    ...common(notice, ks_order_no),
    voucherId: null,
    amounts: { ...NO_AMOUNTS, paidFen: order_amount, originalFen: order_amount },
    ...originOf(parsed.data, notice.settings),
  };
}

/**
 * An order has no vouchers here, so it stands for its only one. Whether that was used is not reported: our own
 * reports know, so as much as was refunded is taken back of whatever stands.
 */
function refunded(notice: Notice): EventDraft | z.ZodError {
  const parsed = refundSchema.safeParse(notice.fields);
  if (!parsed.success) return parsed.error;
  const { ks_order_no, ks_refund_no, refund_amount } = parsed.data;
  return {
    kind: 'voucher.refunded',
    eventId: `refunded:${ks_refund_no}`,
    ...common(notice, ks_order_no),
    voucherId: ks_order_no,
    refundedFen: refund_amount,
    takesBack: null,
    unusedFen: refund_amount,
  };
}

function refundFailed(notice: Notice): EventDraft | z.ZodError {
  const parsed = refundFailureSchema.safeParse(notice.fields);
  if (!parsed.success) return parsed.error;
  const { ks_order_no, ks_refund_no } = parsed.data;
  return {
    kind: 'voucher.refund_failed',
    eventId: `refund_failed:${ks_refund_no}`,
    ...common(notice, ks_order_no),
    voucherId: ks_order_no,
    refundId: ks_refund_no,
  };
}

/** Money released after fulfilment, which the developer starts: no redemption. */
function settled(notice: Notice): EventDraft | z.ZodError {
  const parsed = settlementSchema.safeParse(notice.fields);
  if (!parsed.success) return parsed.error;
  const { ks_order_no, ks_settle_no, settle_amount, promotion_amount } = parsed.data;
  return {
    kind: 'settlement.posted',
    eventId: `settled:${ks_settle_no}`,
    ...common(notice, ks_order_no),
    voucherId: null,
    settlementId: ks_settle_no,
    settledFen: settle_amount,
    feeFen: null,
    creatorFen: promotion_amount,
  };
}

function unknown(kind: string): Reading {
  return { outcome: 'unknown', kind };
}
