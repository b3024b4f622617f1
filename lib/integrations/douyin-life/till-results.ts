import { type EventDraft, NO_AMOUNTS, wholeFen } from '../../events/event.ts';
import { UNKNOWN_SALE } from '../../events/sale.ts';
import { toInstant } from '../../time/shanghai.ts';
import type { NotDone, RedeemCommand, TillContext } from '../kit/till.ts';
import { type ActResult, completed, ELSEWHERE, unknownYet } from '../kit/till-outcome.ts';
import type { VerifyResult } from './answers.ts';
import { resolve } from './resolve.ts';
import type { Prepared } from './till-codes.ts';

/** On a repetition these mean that it was redeemed before: by the call whose answer was lost. */
const DONE_BEFORE: ReadonlySet<number> = new Set([1208, 2]);

/** The platform's clock may be behind ours by this. */
const CLOCK_SLACK_MS = 60_000;

interface RedeemTry {
  readonly command: RedeemCommand;
  readonly context: TillContext;
  readonly prepared: Prepared;
  readonly isRepeated: boolean;
}

interface OrderAt {
  readonly merchantId: string;
  readonly orderId: string;
  readonly at: string;
}

/** What verify's results come to. @throws PlatformError that is retryable, while an act has no name */
export async function decisionBy(
  results: readonly VerifyResult[],
  of: RedeemTry,
): Promise<ActResult> {
  const { command, context, prepared, isRepeated } = of;
  const isDone = ({ result }: VerifyResult) =>
    result === 0 || (isRepeated && DONE_BEFORE.has(result));
  const done = results.filter(isDone);
  const notDone: NotDone[] = [
    ...results.filter((one) => !isDone(one)).map((one) => refused(one, prepared)),
    ...Array.from({ length: Math.max(0, prepared.uses.length - results.length) }, () => NOT_TOLD),
  ];
  const [first] = done;
  if (first === undefined) return { events: [], notDone };
  const place = placeOf(of, first.account_id);
  const vouchers = done.flatMap((result) => voucherOf(result, prepared) ?? []);
  const shown = await factsOf(vouchers, place, context);
  const named = new Set(done.flatMap((one) => one.verify_id ?? []));
  const unnamed = shown.filter((event) => isOurs(event, of) && !isNamed(event, named));
  const events = done.flatMap((result): EventDraft[] => {
    const voucherId = voucherOf(result, prepared);
    if (voucherId !== undefined && result.verify_id !== null) {
      const own = shown.find(
        (one) => one.kind === 'voucher.redeemed' && one.redemptionId === result.verify_id,
      );
      return [own ?? redeemed({ ...place, voucherId }, result.verify_id, command)];
    }
    const [own] = voucherId === undefined ? [] : takeLast(unnamed, voucherId);
    if (own !== undefined) return [own];
    if (voucherId !== undefined && result.result !== 0 && isUsedUp(voucherId, shown)) {
      notDone.push({ voucherId, code: String(result.result), reason: `it was ${ELSEWHERE}` });
      return [];
    }
    // Done, and neither the answer nor the queries name the act: queried again, they may.
    throw unknownYet('certificate/verify answered no verify_id');
  });
  return { events: await completed(events, command, context), notDone };
}

/**
 * What the platform's queries show of this request when verify itself does not say; all of it, or nothing.
 * @param code what verify answered instead
 */
export async function actsSeen(of: RedeemTry, code: string): Promise<ActResult | undefined> {
  const { command, context, prepared } = of;
  const vouchers = prepared.uses.flatMap((use) => use.certificateId ?? []);
  if (vouchers.length < prepared.uses.length) return undefined;
  if (prepared.accountId === null) return undefined;
  const shown = await factsOf(vouchers, placeOf(of, null), context);
  const ours = shown.filter((event) => isOurs(event, of));
  const events: EventDraft[] = [];
  const notDone: NotDone[] = [];
  for (const voucherId of vouchers) {
    const [own] = takeLast(ours, voucherId);
    if (own !== undefined) events.push(own);
    else if (isUsedUp(voucherId, shown))
      notDone.push({ voucherId, code, reason: `it was ${ELSEWHERE}` });
    else return undefined;
  }
  return { events: await completed(events, command, context), notDone };
}

/**
 * Whether the uses that the queries show come to all that the voucher is worth. Then no use of this
 * request's can be missing among them. Of a card with uses left it may be, while the queries lag behind.
 */
function isUsedUp(voucherId: string, shown: readonly EventDraft[]): boolean {
  const own = shown.filter((event) => event.voucherId === voucherId);
  const reversed = new Set(
    own.flatMap((one) => (one.kind === 'voucher.redemption_reversed' ? one.redemptionId : [])),
  );
  const uses = own.flatMap((one) =>
    one.kind === 'voucher.redeemed' && !reversed.has(one.redemptionId) ? one : [],
  );
  const worthFen = uses[0]?.worthFen ?? 0;
  const usedFen = uses.reduce((sum, { amounts }) => sum + wholeFen(amounts), 0);
  return worthFen > 0 && usedFen >= worthFen;
}

const NOT_TOLD: NotDone = {
  code: 'not-told',
  reason: 'the platform’s answer passes this use over: look the voucher up there',
};

function refused(result: VerifyResult, prepared: Prepared): NotDone {
  const voucherId = voucherOf(result, prepared);
  const code = String(result.result);
  const reason = DONE_BEFORE.has(result.result)
    ? 'it was redeemed before'
    : 'the platform did not redeem it';
  return { ...(voucherId === undefined ? {} : { voucherId }), code, reason };
}

/** By its own name, by the code that is the merchant's own, or as the only one that was requested. */
function voucherOf(result: VerifyResult, { uses, isOwnCodes }: Prepared): string | undefined {
  if (result.certificate_id !== null) return result.certificate_id;
  const byCode = isOwnCodes ? uses.find((use) => use.code === result.code) : undefined;
  const vouchers = [...new Set(uses.map((use) => use.certificateId))];
  return byCode?.certificateId ?? (vouchers.length === 1 ? vouchers[0] : undefined) ?? undefined;
}

/** @throws PlatformError, after which the request stays open: it is redeemed, and booked at nobody's */
function placeOf({ command, context, prepared }: RedeemTry, account: string | null): OrderAt {
  const { settings } = context.app;
  const merchantId = command.merchantId ?? account ?? settings.merchantId ?? prepared.accountId;
  if (merchantId === null) {
    throw unknownYet(
      'it was redeemed, and the platform did not name its merchant: give the app the setting merchantId',
    );
  }
  const at = toInstant(Math.floor(context.startedAtMs / 1000) * 1000);
  return { merchantId, orderId: prepared.orderId, at };
}

/** An act that nobody named, since this request and in its store: not another till's. */
function isOurs(event: EventDraft, { command, context }: RedeemTry): boolean {
  if (event.kind !== 'voucher.redeemed') return false;
  const isSince = Date.parse(event.occurredAt) >= context.startedAtMs - CLOCK_SLACK_MS;
  return isSince && event.storeId === command.storeId;
}

function isNamed(event: EventDraft, named: ReadonlySet<string>): boolean {
  return event.kind === 'voucher.redeemed' && named.has(event.redemptionId);
}

/** Takes the voucher's latest act out of those that are left: each stands for one use. */
function takeLast(left: EventDraft[], voucherId: string): EventDraft[] {
  const at = left.findLastIndex((event) => event.voucherId === voucherId);
  return at === -1 ? [] : left.splice(at, 1);
}

/** What the platform's queries show already; nothing is fine, its webhook comes. */
async function factsOf(
  vouchers: readonly string[],
  { merchantId, orderId, at: occurredAt }: OrderAt,
  context: TillContext,
): Promise<EventDraft[]> {
  if (context.app.settings.enrichment !== 'pull') return [];
  const hints = [...new Set(vouchers)].map((voucherId) => ({
    ...{ action: 'redeemed' as const, merchantId, orderId, voucherId, occurredAt },
  }));
  const resolutions = await resolve(hints, { ...context, answers: 0 });
  const events = resolutions.flatMap((resolution) => resolution.events);
  return [
    ...new Map(events.map((event) => [`${event.voucherId} ${event.eventId}`, event])).values(),
  ];
}

/** Without a worth it waits for the webhook or the pull that reports one. */
function redeemed(
  { merchantId, orderId, voucherId, at }: OrderAt & { readonly voucherId: string },
  redemptionId: string,
  { storeId }: RedeemCommand,
): EventDraft {
  return {
    kind: 'voucher.redeemed',
    eventId: `redeemed:${redemptionId}`,
    ...{ merchantId, orderId, voucherId, redemptionId, storeId },
    ...{ occurredAt: at, isTimeEstimated: true },
    ...{ complete: false, amounts: NO_AMOUNTS, sale: UNKNOWN_SALE },
  };
}
