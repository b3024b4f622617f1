import { type Event, type EventDraft, type EventOf, isMadeUp } from '../events/event.ts';
import type {
  CounterAct,
  CounterContext,
  CounterOutcome,
  RedeemCommand,
  ReverseCommand,
} from './counter.ts';
import { PlatformError } from './platform-error.ts';

/** What every integration does alike at the counter. */

/** What a client made of the platform's answer. */
export interface Told {
  readonly events: readonly EventDraft[];
  readonly notDone?: readonly { readonly voucherId: string; readonly code: string }[];
  readonly unread?: number;
}

/**
 * Runs one act and says what became of it.
 * @param certificateOf the platform's second name of a voucher
 */
export async function outcomeOf(
  act: () => Promise<Told>,
  certificateOf: (voucherId: string) => string | undefined = () => undefined,
): Promise<CounterOutcome> {
  try {
    const { events, notDone = [], unread = 0 } = await act();
    const [first] = notDone;
    if (events.length === 0 && unread === 0 && first !== undefined) {
      return { outcome: 'refused', why: `the platform answered ${first.code}`, code: first.code };
    }
    return {
      ...{ outcome: 'done', events, acts: events.flatMap((event) => actOf(event, certificateOf)) },
      ...(notDone.length > 0 ? { notDone } : {}),
      ...(unread > 0 ? { unread } : {}),
    };
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    const { message: why, retryable, retryAfterMs, code } = error;
    if (!retryable) return { outcome: 'refused', why, ...(code === undefined ? {} : { code }) };
    const when = retryAfterMs === undefined ? {} : { retryAfterMs };
    return { outcome: 'unavailable', why, ...when };
  }
}

/** The request lacks what this platform's call wants. */
export function lacks(what: string): PlatformError {
  return new PlatformError(`this platform’s call wants ${what}`, { retryable: false });
}

/**
 * What the till and our own history know of redemptions that the platform's answer does not tell: their
 * worth, and how the sale came about. Told a worth, an act of the platform's own id is complete.
 */
export async function completed(
  events: readonly EventDraft[],
  command: RedeemCommand,
  context: Pick<CounterContext, 'payment'>,
): Promise<EventDraft[]> {
  const all: EventDraft[] = [];
  for (const event of events) {
    if (event.kind !== 'voucher.redeemed') {
      all.push(event);
      continue;
    }
    const own = command.vouchers?.find(({ voucherId }) => voucherId === event.voucherId);
    const amounts = event.complete ? undefined : (own?.amounts ?? command.amounts);
    const worth = amounts === undefined ? {} : { amounts, complete: !isMadeUp(event.redemptionId) };
    const payment =
      event.sale.channel === 'unknown' ? await context.payment(event.orderId) : undefined;
    const productId = event.sale.productId ?? command.productId ?? payment?.sale.productId ?? null;
    const sale = { ...event.sale, ...(payment === undefined ? {} : payment.sale), productId };
    all.push({ ...event, ...worth, sale });
  }
  return all;
}

/** The redemption that a request would take back: the one it names, or the latest that stands. */
export async function redemptionOf(
  { voucherId, redemptionId, orderId }: ReverseCommand,
  { history }: Pick<CounterContext, 'history'>,
): Promise<Reversible> {
  const events = await history(voucherId);
  const reversed = new Set(events.filter(isReversal).map((event) => event.redemptionId));
  const found = events
    .filter((event): event is EventOf<'voucher.redeemed'> => event.kind === 'voucher.redeemed')
    .filter((event) =>
      redemptionId === undefined
        ? !reversed.has(event.redemptionId)
        : event.redemptionId === redemptionId,
    )
    .sort((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt))
    .at(-1);
  if (found !== undefined) return { voucherId, ...pickOf(found), event: found };
  if (redemptionId !== undefined && orderId !== undefined) {
    return { voucherId, redemptionId, orderId, event: undefined };
  }
  throw new PlatformError(
    'no standing redemption of this voucher is known here yet: give redemptionId and orderId',
    { retryable: false },
  );
}

export interface Reversible {
  readonly voucherId: string;
  readonly redemptionId: string;
  readonly orderId: string;
  /** Undefined where it has not reached us. */
  readonly event: EventOf<'voucher.redeemed'> | undefined;
}

function pickOf({ redemptionId, orderId }: EventOf<'voucher.redeemed'>) {
  return { redemptionId, orderId };
}

function isReversal(event: Event): event is EventOf<'voucher.redemption_reversed'> {
  return event.kind === 'voucher.redemption_reversed';
}

function actOf(
  event: EventDraft,
  certificateOf: (voucherId: string) => string | undefined,
): CounterAct[] {
  if (event.kind !== 'voucher.redeemed' && event.kind !== 'voucher.redemption_reversed') return [];
  const { voucherId, orderId } = event;
  // A reversal without a redemption's id is of one that we had to make an id up for.
  const redemptionId = event.redemptionId ?? event.eventId.replace(/^reversed:/, '');
  const certificateId = certificateOf(voucherId);
  return [
    {
      ...{ voucherId, redemptionId, orderId },
      ...(certificateId === undefined ? {} : { certificateId }),
    },
  ];
}
