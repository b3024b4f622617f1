import * as z from 'zod';
import { type EventDraft, NO_AMOUNTS, UNKNOWN_SALE } from '../../events/event.ts';
import { toInstant } from '../../time/shanghai.ts';
import type { CounterContext, CounterOutcome, RedeemCommand, ReverseCommand } from '../counter.ts';
import { completed, lacks, outcomeOf, redemptionOf, type Told } from '../counter-work.ts';
import { PlatformError } from '../platform-error.ts';
import type { VerifyResult } from './answers.ts';
import { DouyinLifeClient } from './client.ts';
import { resolve } from './resolve.ts';

/**
 * Redeems by certificate/prepare and certificate/verify. What prepare gave is noted first: its token
 * makes the act one, and a used code cannot be prepared again. The platform tells of the act by webhook
 * too, under the same ids; what its queries show at once (worth, channel) is taken here already.
 */
export function redeem(command: RedeemCommand, context: CounterContext): Promise<CounterOutcome> {
  return outcomeOf(async () => {
    const client = new DouyinLifeClient(context);
    const isRepeated = context.notes !== undefined;
    const noted = context.notes ?? (await context.note(await prepare(client, command)));
    const prepared = preparedSchema.parse(noted);
    const results = await client.verify({
      verifyToken: prepared.verifyToken,
      poiId: command.storeId,
      encryptedCodes: prepared.certificates.map((one) => one.encryptedCode),
    });
    return toldBy(results, { command, context, prepared, isRepeated });
  });
}

/** Takes one redemption back, within the hour. Its webhook tells the same event. */
export function reverse(command: ReverseCommand, context: CounterContext): Promise<CounterOutcome> {
  return outcomeOf(async () => {
    const { voucherId, redemptionId, orderId, event } = await redemptionOf(command, context);
    const merchantId =
      command.merchantId ?? event?.merchantId ?? context.app.settings.merchantId ?? undefined;
    if (merchantId === undefined) throw lacks('the merchantId of the redemption');
    const cancel = { verifyId: redemptionId, certificateId: voucherId };
    await new DouyinLifeClient(context).cancel({ ...cancel, cancelToken: command.requestId });
    const reversed: EventDraft = {
      kind: 'voucher.redemption_reversed',
      eventId: `reversed:${redemptionId}`,
      ...{ merchantId, orderId, voucherId, redemptionId },
      occurredAt: toInstant(context.now()),
      complete: false,
    };
    return { events: [reversed] };
  });
}

const preparedSchema = z.object({
  verifyToken: z.string(),
  orderId: z.string(),
  certificates: z.array(z.object({ encryptedCode: z.string(), certificateId: z.string() })),
});
type Prepared = z.infer<typeof preparedSchema>;

async function prepare(client: DouyinLifeClient, command: RedeemCommand): Promise<Prepared> {
  const { code, encryptedData, count, storeId: poiId } = command;
  if (code === undefined && encryptedData === undefined) throw lacks('code or encryptedData');
  const shown = encryptedData === undefined ? { code: code ?? '' } : { encryptedData };
  const prepared = await client.prepare({ ...shown, poiId });
  return { ...prepared, certificates: prepared.certificates.slice(0, count) };
}

/** On a repetition these mean that it was redeemed before: by the call whose answer was lost. */
const DONE_BEFORE: ReadonlySet<number> = new Set([1208, 2]);

interface Circumstances {
  readonly command: RedeemCommand;
  readonly context: CounterContext;
  readonly prepared: Prepared;
  readonly isRepeated: boolean;
}

async function toldBy(
  results: readonly VerifyResult[],
  { command, context, prepared, isRepeated }: Circumstances,
): Promise<Told> {
  const voucherOf = (result: VerifyResult) => {
    const [only] = prepared.certificates;
    const isOnly = prepared.certificates.length === 1;
    return result.certificate_id ?? (isOnly ? only?.certificateId : undefined);
  };
  const isDone = ({ result }: VerifyResult) =>
    result === 0 || (isRepeated && DONE_BEFORE.has(result));
  const notDone = results
    .filter((result) => !isDone(result))
    .map((result) => ({ voucherId: voucherOf(result) ?? '', code: String(result.result) }));
  const done = results.filter(isDone);
  const [first] = done;
  if (first === undefined) return { events: [], notDone };
  const { settings } = context.app;
  const merchantId = command.merchantId ?? first.account_id ?? settings.merchantId;
  if (merchantId === undefined) throw lacks('merchantId, or the setting merchantId');
  const at = toInstant(Math.floor(context.startedAtMs / 1000) * 1000);
  const { orderId } = prepared;
  const vouchers = done.flatMap((result) => voucherOf(result) ?? []);
  const shown = await factsOf(vouchers, { merchantId, orderId, at }, context);
  const events = done.flatMap((result): EventDraft[] => {
    const voucherId = voucherOf(result);
    const own = shown.filter(
      (event) =>
        event.kind === 'voucher.redeemed' &&
        event.voucherId === voucherId &&
        (result.verify_id === null
          ? isOurs(event, { command, context })
          : event.redemptionId === result.verify_id),
    );
    if (own.length > 0) return own.slice(-1);
    if (voucherId === undefined || result.verify_id === null) return [];
    return [redeemed({ merchantId, orderId, voucherId, at }, result.verify_id, command)];
  });
  // Done, and neither the answer nor the queries name the act: asked again, they may.
  if (events.length < done.length) {
    throw new PlatformError('certificate/verify told no verify_id', { retryable: true });
  }
  return { events: await completed(events, command, context), notDone };
}

/** The platform's clock may be behind ours by this. */
const CLOCK_SLACK_MS = 60_000;

/** An act that nobody named, since this request and in its store: not another till's. */
function isOurs(
  event: EventDraft,
  { command, context }: Pick<Circumstances, 'command' | 'context'>,
): boolean {
  if (event.kind !== 'voucher.redeemed') return false;
  const isSince = Date.parse(event.occurredAt) >= context.startedAtMs - CLOCK_SLACK_MS;
  return isSince && event.storeId === command.storeId;
}

interface Place {
  readonly merchantId: string;
  readonly orderId: string;
  readonly at: string;
}

/** What the platform's queries show already; nothing is fine, its webhook comes. */
async function factsOf(
  vouchers: readonly string[],
  { merchantId, orderId, at: occurredAt }: Place,
  context: CounterContext,
): Promise<readonly EventDraft[]> {
  if (context.app.settings.enrichment !== 'pull') return [];
  const hints = vouchers.map((voucherId) => ({
    ...{ action: 'redeemed' as const, merchantId, orderId, voucherId, occurredAt },
  }));
  const resolutions = await resolve(hints, { ...context, answers: 0 });
  return resolutions.flatMap((resolution) => resolution.events);
}

/** Without a worth it waits for the webhook or the pull that tells one. */
function redeemed(
  { merchantId, orderId, voucherId, at }: Place & { readonly voucherId: string },
  redemptionId: string,
  { storeId }: RedeemCommand,
): EventDraft {
  return {
    kind: 'voucher.redeemed',
    eventId: `redeemed:${redemptionId}`,
    ...{ merchantId, orderId, voucherId, redemptionId, storeId },
    ...{ occurredAt: at, complete: false, amounts: NO_AMOUNTS, sale: UNKNOWN_SALE },
  };
}
