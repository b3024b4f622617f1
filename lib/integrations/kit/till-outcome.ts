import { type EventDraft, isMadeUp } from '../../events/event.ts';
import { toInstant } from '../../time/shanghai.ts';
import { PlatformError } from './platform-error.ts';
import type {
  NotDone,
  RedeemCommand,
  TillAct,
  TillContext,
  TillNotes,
  TillOutcome,
} from './till.ts';

/** What every integration does alike at the till. */

/** What a client made of the platform's answer. */
export interface ActResult {
  readonly events: readonly EventDraft[];
  readonly notDone?: readonly NotDone[];
  readonly unread?: number;
  /** The platform knows a state and no act: two requests that bring it about get the same answer. */
  readonly isShared?: true;
  /** Acts of another request, of which this one says the worth. */
  readonly isAnothers?: true;
}

/**
 * Runs one act and says what became of it.
 * @param certificateOf the platform's second name of a voucher
 */
export async function outcomeOf(
  act: () => Promise<ActResult>,
  certificateOf: (voucherId: string) => string | undefined = () => undefined,
): Promise<TillOutcome> {
  try {
    const { events, notDone = [], unread = 0, isShared, isAnothers } = await act();
    const [first] = notDone;
    if (events.length === 0 && unread === 0 && first !== undefined) {
      const why = `${first.reason} (the platform answered ${first.code})`;
      return { outcome: 'refused', why, isFinal: true };
    }
    return {
      ...{ outcome: 'done', events, acts: events.flatMap((event) => actOf(event, certificateOf)) },
      ...(notDone.length > 0 ? { notDone } : {}),
      ...(unread > 0 ? { unread } : {}),
      ...(isShared && { isShared }),
      ...(isAnothers && { isAnothers }),
    };
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    const { message: why, retryable, retryAfterMs } = error;
    // Without a code of the platform's it is ours: something that a setting or the request lacks.
    if (!retryable) return { outcome: 'refused', why, isFinal: isRefusal(error) };
    const when = retryAfterMs === undefined ? {} : { retryAfterMs };
    return { outcome: 'unavailable', why, ...when };
  }
}

/** The request lacks what this platform's call wants. */
export function lacks(what: string): PlatformError {
  return new PlatformError(`this platform’s call wants ${what}`, { retryable: false });
}

/** What the platform cannot do, or not so: refused before anything is done. */
export function cannot(why: string): PlatformError {
  return new PlatformError(why, { retryable: false });
}

/**
 * The time of an act of which the platform's answer does not report it: when it was first requested. The
 * platform's own report of the act corrects it.
 */
export function estimatedTime({ startedAtMs }: Pick<TillContext, 'startedAtMs'>) {
  return { occurredAt: toInstant(startedAtMs), isTimeEstimated: true } as const;
}

/** Nobody knows whether it happened: whoever asks again finds out. */
export function unknownYet(why: string, cause?: PlatformError): PlatformError {
  const retryAfterMs = cause?.retryAfterMs;
  return new PlatformError(why, {
    retryable: true,
    cause,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** The platform's no to a use, where it shows that somebody else made it. */
export function redeemedElsewhere({ message, code }: PlatformError): PlatformError {
  return new PlatformError(`it was ${ELSEWHERE} (${message})`, {
    retryable: false,
    ...(code === undefined ? {} : { code }),
  });
}

/** For whoever stands at the till. */
export const ELSEWHERE =
  'redeemed elsewhere: by another request, in another store or before this one';

/** Whether the platform itself said no. */
function isRefusal(error: unknown): error is PlatformError {
  return error instanceof PlatformError && !error.retryable && error.code !== undefined;
}

export interface Once<N extends object, T> {
  /** What makes the act one, noted before the platform is called; an earlier try's stands. */
  readonly prepare: () => N | Promise<N>;
  /** Notes as they were kept. */
  readonly read: (notes: TillNotes) => N;
  /** Calls the platform to act. @param isRepeated an earlier try may have called it already */
  readonly act: (notes: N, isRepeated: boolean) => Promise<T>;
  /**
   * The platform says no to a repetition, which is no word about the first try: asks it otherwise.
   * Without a way to ask, the request stays open.
   * @param refusal what the platform said
   * @returns what the first try did; undefined when it is known to have done nothing
   * @throws PlatformError that is retryable, while nobody knows
   */
  readonly ask?: (notes: N, refusal: PlatformError) => Promise<T | undefined>;
}

/**
 * One act at a platform, however often it is tried and whatever answer was lost. The notes stand before the
 * platform is called: a try that finds none knows that no earlier try called.
 */
export async function once<N extends object, T>(
  context: Pick<TillContext, 'notes' | 'note'>,
  { prepare, read, act, ask }: Once<N, T>,
): Promise<T> {
  const isRepeated = context.notes !== undefined;
  const notes = read(context.notes ?? (await context.note((await prepare()) as TillNotes)));
  try {
    return await act(notes, isRepeated);
  } catch (error) {
    if (!isRepeated || !isRefusal(error)) throw error;
    const { message } = error;
    if (ask === undefined) {
      throw unknownYet(
        `${message}, and an earlier try may have done it: look at the platform`,
        error,
      );
    }
    const done = await ask(notes, error);
    if (done === undefined) throw error;
    return done;
  }
}

/**
 * The same where the request's own id is what makes the act one at the platform: there is nothing to note but
 * that the platform is notified.
 */
export function onceById<T>(
  context: Pick<TillContext, 'notes' | 'note'>,
  act: (isRepeated: boolean) => Promise<T>,
  ask?: (refusal: PlatformError) => Promise<T | undefined>,
): Promise<T> {
  return once<object, T>(context, {
    prepare: () => ({}),
    read: (notes) => notes,
    act: (_notes, isRepeated) => act(isRepeated),
    ...(ask && { ask: (_notes, refusal) => ask(refusal) }),
  });
}

/**
 * What the till and our own history know of redemptions that the platform's answer does not report: their
 * worth, and how the sale came about. With a worth, an act of the platform's own id is complete.
 */
export async function completed(
  events: readonly EventDraft[],
  command: RedeemCommand,
  context: Pick<TillContext, 'payment'>,
): Promise<EventDraft[]> {
  const all: EventDraft[] = [];
  for (const event of events) {
    if (event.kind !== 'voucher.redeemed') {
      all.push(event);
      continue;
    }
    const own = command.vouchers?.find(({ voucherId }) => voucherId === event.voucherId);
    const amounts = event.complete ? undefined : (own?.amounts ?? command.amounts);
    const { worthBy: _, ...priced } = event;
    const worth =
      amounts === undefined
        ? event
        : { ...priced, amounts, complete: !isMadeUp(event.redemptionId) };
    const payment =
      event.sale.channel === 'unknown' ? await context.payment(event.orderId) : undefined;
    const productId = event.sale.productId ?? command.productId ?? payment?.sale.productId ?? null;
    const sale = { ...event.sale, ...(payment === undefined ? {} : payment.sale), productId };
    all.push({ ...worth, sale });
  }
  return all;
}

function actOf(
  event: EventDraft,
  certificateOf: (voucherId: string) => string | undefined,
): TillAct[] {
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
