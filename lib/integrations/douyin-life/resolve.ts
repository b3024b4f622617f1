import type { EventDraft } from '../../events/event.ts';
import type { Hint, NamedStore, Resolution, ResolveContext } from '../kit/integration.ts';
import { PlatformError, unanswered } from '../kit/platform-error.ts';
import { CERTIFICATE_STATUS, type CertificateRecord, type VerifyRecord } from './answers.ts';
import { DouyinLifeClient } from './client.ts';
import { eventsOfVoucher, paymentOfOrder } from './events.ts';
import {
  type Act,
  actsOf,
  type Evidence,
  isTimesCard,
  isUncountedCard,
  isUnseen,
  needsArbiter,
  OWN_MESSAGE_MS,
  REVERSAL_WINDOW_MS,
} from './facts.ts';
import { paymentInstead } from './order-query.ts';
import { locateStore, nameStores } from './stores.ts';

/**
 * How often a platform that answers, but does not show what a hint says, is queried again before the
 * hint is set aside: its own records lag by seconds, not minutes.
 */
const PATIENCE = 6;

/** An order that it does not show at all may be of a merchant not yet opened to the app: some hours. */
const ORDER_PATIENCE = 24;

/** How far the message's time may be from the time of a times card's use. */
const SAME_ACT_MS = 600_000;

/**
 * Turns the hints of one order into facts: one certificate/query by its order id, the arbiter
 * (verify_record/query) where that leaves doubt, and the order query for channel, creator and refund.
 */
export async function resolve(
  hints: readonly Hint[],
  context: ResolveContext,
  client = new DouyinLifeClient(context),
): Promise<Resolution[]> {
  const first = hints[0];
  if (first === undefined) return [];
  try {
    return await resolveOrder(first, hints, context, client);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    const resolution = unanswered(error, context.answers);
    return hints.map(() => resolution);
  }
}

async function resolveOrder(
  { merchantId, orderId }: Hint,
  hints: readonly Hint[],
  context: ResolveContext,
  client: DouyinLifeClient,
): Promise<Resolution[]> {
  const certificates = await client.certificatesOfOrder(merchantId, orderId);
  if (certificates.length === 0) {
    const outcome = context.answers < ORDER_PATIENCE ? 'wait' : 'contradicted';
    const answer = {
      ...wait('the platform shows no such order'),
      outcome,
      answered: true,
    } as const;
    return hints.map(() => answer);
  }
  const payment = await paymentInstead(hints, certificates, context);
  // Channel, creator and refunds hang on it: only the platform's own "no" lets us go on without.
  const order =
    payment === undefined
      ? await unlessRefused(client.order(merchantId, orderId), isRefusal)
      : undefined;
  const events: EventDraft[] = paymentOfOrder(merchantId, order);
  const actsByVoucher = new Map<string, Act[]>();
  const refundsKnown = new Map<string, number>();
  const refundAmount = context.app.settings.refundAmount === 'latest' ? 'latest' : 'total';
  for (const certificate of certificates) {
    const own = hints.filter((hint) => hint.voucherId === certificate.certificate_id);
    const known = await context.history(certificate.certificate_id);
    const evidence = { certificate, known, hints: own, order };
    const acts = await actsOfCertificate(client, evidence, { merchantId, context });
    const isUnpriced = isUncountedCard(evidence) && acts.some((act) => act.amounts === null);
    if (isUnpriced && context.answers < PATIENCE) return hints.map(() => CARD_UNPRICED);
    const facts = { merchantId, orderId, acts, refundAmount, payment, ...evidence } as const;
    refundsKnown.set(certificate.certificate_id, known.filter(isRefund).length);
    const drafts = eventsOfVoucher(facts);
    if (drafts === undefined) return hints.map(() => wait('the platform reports no amount yet'));
    actsByVoucher.set(certificate.certificate_id, acts);
    // Its amount may be a moment behind the refund: to take all that is left is the last resort.
    const isHasty = context.answers < PATIENCE && own.some(({ action }) => action === 'refunded');
    events.push(...drafts.filter((draft) => !(isHasty && order && isOfUnknownAmount(draft))));
  }
  const stores = await nameStores(client, merchantId, events, context);
  return hints.map((hint) =>
    resolutionOf(
      hint,
      { certificates, actsByVoucher, refundsKnown, events, stores },
      context.answers,
    ),
  );
}

async function actsOfCertificate(
  client: DouyinLifeClient,
  evidence: Omit<Evidence, 'records'>,
  { merchantId, context }: { merchantId: string; context: ResolveContext },
): Promise<Act[]> {
  const { certificate, hints } = evidence;
  const records = needsArbiter(evidence)
    ? await askArbiter(client, merchantId, certificate, hints, actsOf({ ...evidence, records: [] }))
    : [];
  const acts = actsOf({ ...evidence, records });
  return Promise.all(
    acts.map(async (act) =>
      act.poiId === null
        ? { ...act, poiId: await locateStore(client, merchantId, act, context) }
        : act,
    ),
  );
}

/**
 * The merchant's records around each act we know of, and around each message about none of these: at its
 * own time for a use, in the hour before it for a reversal. They show what was taken back since, too.
 */
async function askArbiter(
  client: DouyinLifeClient,
  merchantId: string,
  certificate: CertificateRecord,
  hints: readonly Hint[],
  acts: readonly Act[],
): Promise<VerifyRecord[]> {
  const windows = acts.map((act) => ({ from: Date.parse(act.at), to: Date.parse(act.at) }));
  for (const hint of hints) {
    const at = Date.parse(hint.occurredAt);
    if (isUnseen(hint, acts)) {
      windows.push({ from: at - OWN_MESSAGE_MS.after, to: at + OWN_MESSAGE_MS.before });
    }
    const hour = { from: at - REVERSAL_WINDOW_MS, to: at };
    if (hint.action === 'reversed' && !acts.some((act) => isWithin(act, hour))) windows.push(hour);
  }
  const found: VerifyRecord[] = [];
  for (const { from, to } of windows) {
    const startSeconds = Math.floor(from / 1000) - 1;
    const endSeconds = Math.ceil(to / 1000) + 1;
    const answer = client.verifyRecords(merchantId, { startSeconds, endSeconds });
    found.push(...((await unlessRefused(answer)) ?? []));
  }
  return found.filter((record) => record.certificate_id === certificate.certificate_id);
}

function isWithin({ at }: Act, { from, to }: { from: number; to: number }): boolean {
  return Date.parse(at) >= from && Date.parse(at) <= to;
}

interface Answered {
  readonly certificates: readonly CertificateRecord[];
  readonly actsByVoucher: ReadonlyMap<string, readonly Act[]>;
  readonly events: readonly EventDraft[];
  readonly stores: readonly NamedStore[];
  /** How many refunds of each voucher we had before asking. */
  readonly refundsKnown: ReadonlyMap<string, number>;
}

/** Whether the platform shows what this hint says; what it shows is booked in any case. */
function resolutionOf(hint: Hint, answered: Answered, answers: number): Resolution {
  const certificate = answered.certificates.find((one) => one.certificate_id === hint.voucherId);
  const acts = answered.actsByVoucher.get(hint.voucherId) ?? [];
  const { events, stores } = answered;
  const isShown = certificate !== undefined && shows(hint, certificate, acts, answered);
  // Its records may lag behind: a use that was taken back is shown nowhere else.
  const isComplete = answers >= PATIENCE || !isMissing(hint, acts);
  if (isShown && isComplete) return { outcome: 'resolved', events, stores };
  const why = `the platform does not show the ${hint.action} voucher`;
  if (answers < PATIENCE) return { outcome: 'wait', answered: true, why, events, stores };
  return { outcome: 'contradicted', why, events, stores };
}

function shows(
  hint: Hint,
  certificate: CertificateRecord,
  acts: readonly Act[],
  { events, refundsKnown }: Answered,
): boolean {
  const at = Date.parse(hint.occurredAt);
  switch (hint.action) {
    case 'paid':
      return events.some((event) => event.kind === 'order.paid');
    case 'redeemed': {
      if (acts.length > 0 && !isUnseen(hint, acts)) return true;
      const standing = acts.filter(
        (act) => act.reversed === null || Date.parse(act.reversed.at) > at,
      );
      if (!isTimesCard(certificate)) return standing.length > 0;
      return standing.some((act) => Math.abs(Date.parse(act.at) - at) <= SAME_ACT_MS);
    }
    case 'reversed': {
      const before = acts.filter((act) => Date.parse(act.at) <= at);
      return before.length === 0 || before.some((act) => act.reversed !== null);
    }
    case 'refunded': {
      // Also one that a later answer may complete: it is shown, and waits in its own history.
      const refunds = events.filter(
        (event) => event.kind === 'voucher.refunded' && event.voucherId === hint.voucherId,
      );
      // One that we had before is not what this message is about, unless it was reported then.
      if (refunds.length > (refundsKnown.get(hint.voucherId) ?? 0)) return true;
      const isOver = certificate.status === CERTIFICATE_STATUS.refunded;
      return refunds.some((event) => isOver || Date.parse(event.occurredAt) >= at - SAME_ACT_MS);
    }
    default:
      return hint.action satisfies never;
  }
}

/** Whether the use that a message is about, or that it takes back, is none of those we know. */
function isMissing(hint: Hint, acts: readonly Act[]): boolean {
  if (hint.action !== 'reversed') return acts.length > 0 && isUnseen(hint, acts);
  const to = Date.parse(hint.occurredAt);
  return !acts.some((act) => isWithin(act, { from: to - REVERSAL_WINDOW_MS - SAME_ACT_MS, to }));
}

function isOfUnknownAmount(draft: EventDraft): boolean {
  return draft.kind === 'voucher.refunded' && draft.refundedFen === null;
}

function isRefund(event: { readonly kind: string; readonly complete: boolean }): boolean {
  return event.kind === 'voucher.refunded' && event.complete;
}

/** A question that is refused for good is left unanswered; one that may be answered later waits. */
async function unlessRefused<T>(
  answer: Promise<T>,
  isForGood = (error: PlatformError) => !error.retryable,
): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof PlatformError && isForGood(error)) return undefined;
    throw error;
  }
}

/** The platform understood, and its tables say that it will answer the same: no proxy's 404 is that. */
function isRefusal({ meaning }: PlatformError): boolean {
  return meaning === 'refused';
}

/** To book a card's whole price for one of its uses is the last resort. */
const CARD_UNPRICED: Resolution = {
  ...wait('the platform’s records do not tell yet what the card’s use is worth'),
  answered: true,
};

function wait(why: string): Resolution {
  return { outcome: 'wait', why, events: [], stores: [] };
}
