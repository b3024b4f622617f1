import type { EventOf } from '../events/event.ts';
import type { RecordsSource, RecordsWindow } from '../integrations/kit/platform-records.ts';
import { instantToMs } from '../time/shanghai.ts';
import { type FactDifference, worthFen } from './compare.ts';
import type { Reconciler } from './deps.ts';
import type { KnownStreams } from './ours.ts';
import { patiently } from './patience.ts';
import type { WindowReading } from './read-window.ts';

/** So many are asked about of one window; of the others nothing is said before the next reading. */
const MAX_ASKED = 200;

/** Of one question, so that a failing one asks for no more again. */
const PER_QUESTION = 20;

interface Read {
  readonly source: RecordsSource;
  readonly reading: Pick<WindowReading, 'records' | 'unread'>;
  readonly window: RecordsWindow;
  readonly known: KnownStreams;
}

/**
 * Payments of ours within a window that no list of the platform shows, and that it does not show either when it is asked
 * about their orders: orders are listed by when they were made or changed, which may be another day.
 * @param paid when our payments of the day happened, by order
 * @throws PlatformError
 */
export async function extraPayments(
  paid: ReadonlyMap<string, string>,
  { source, reading, window, known }: Read,
  reconciler: Reconciler,
): Promise<FactDifference[]> {
  const { paidOrders } = source;
  // A store's lists show no orders.
  if (paidOrders === undefined || window.storeId !== null) return [];
  const listed = new Set([...reading.records, ...reading.unread].map(({ orderId }) => orderId));
  const unlisted = [...paid].flatMap(([orderId, at]) => {
    const atMs = instantToMs(at);
    const isWithin = atMs >= window.fromMs && atMs < window.untilMs;
    return isWithin && !listed.has(orderId) ? [orderId] : [];
  });
  const payments = (await paymentsOf(unlisted, known, reconciler)).slice(0, MAX_ASKED);
  const extra: FactDifference[] = [];
  for (let at = 0; at < payments.length; at += PER_QUESTION) {
    const some = payments.slice(at, at + PER_QUESTION);
    const ids = some.map(({ orderId }) => orderId);
    const shown = await patiently(() => paidOrders(ids, window, reconciler.context), reconciler);
    extra.push(...some.filter(({ orderId }) => !shown.has(orderId)).map(extraPayment));
  }
  return extra;
}

/** Payments that came by this integration: another one's platform lists its own. */
async function paymentsOf(
  orderIds: readonly string[],
  known: KnownStreams,
  { integration: { platform, name } }: Reconciler,
): Promise<EventOf<'order.paid'>[]> {
  const all: EventOf<'order.paid'>[] = [];
  for (const id of orderIds) {
    const events = await known.of({ of: 'order', platform, id });
    const payment = events.find((event) => event.kind === 'order.paid');
    if (payment?.integration === name && payment.complete) all.push(payment);
  }
  return all;
}

function extraPayment({ orderId, storeId, amounts }: EventOf<'order.paid'>): FactDifference {
  return {
    ...({ kind: 'extra', reason: 'payment-extra', theirs: null } as const),
    ours: worthFen(amounts),
    ...{ voucherId: null, orderId, storeId },
  };
}
