import type { EventDraft } from '../../events/event.ts';
import { PlatformError } from '../kit/platform-error.ts';
import type { RedeemCommand, ReverseCommand, TillContext, TillOutcome } from '../kit/till.ts';
import {
  type ActResult,
  estimatedTime,
  type Once,
  once,
  outcomeOf,
  unknownYet,
} from '../kit/till-outcome.ts';
import {
  merchantOfReversal,
  type Reversible,
  redemptionOf,
  reversibleSchema,
} from '../kit/till-reversal.ts';
import { RECORD_STATUS, type VerifyRecord } from './answers.ts';
import { DouyinLifeClient } from './client.ts';
import { type Prepared, prepare, preparedSchema } from './till-codes.ts';
import { actsSeen, decisionBy } from './till-results.ts';

/**
 * Redeems by certificate/prepare and certificate/verify; the merchant's own codes (三方码) by verify alone.
 * What prepare gave is noted first: its token makes the act one, and a used code cannot be prepared again.
 * The platform reports the act by webhook too, under the same ids; what its queries show at once (worth,
 * channel) is taken here already.
 */
export function redeem(command: RedeemCommand, context: TillContext): Promise<TillOutcome> {
  return outcomeOf(() => {
    const client = new DouyinLifeClient(context);
    const act: Once<Prepared, ActResult> = {
      prepare: () => prepare(client, command, context),
      read: (notes) => preparedSchema.parse(notes),
      act: (prepared, isRepeated) => verify(client, { command, context, prepared, isRepeated }),
    };
    return once(context, act);
  });
}

interface Circumstances {
  readonly command: RedeemCommand;
  readonly context: TillContext;
  readonly prepared: Prepared;
  readonly isRepeated: boolean;
}

/**
 * An error_code of verify says nothing about the act: its page has the caller repeat, and the first call may
 * have redeemed. What the platform's queries show settles it; until they do, it stays open.
 */
async function verify(client: DouyinLifeClient, of: Circumstances): Promise<ActResult> {
  const { command, prepared } = of;
  try {
    const results = await client.verify({
      verifyToken: prepared.verifyToken,
      poiId: command.storeId,
      accountId: prepared.accountId ?? undefined,
      ...(prepared.isOwnCodes
        ? { codes: prepared.uses.map((use) => use.code), orderId: prepared.orderId }
        : { encryptedCodes: prepared.uses.map((use) => use.code) }),
    });
    return await decisionBy(results, of);
  } catch (error) {
    if (!(error instanceof PlatformError) || error.retryable || error.code === undefined) {
      throw error;
    }
    const seen = await actsSeen(of, error.code);
    if (seen !== undefined) return seen;
    throw unknownYet(`${error.message}, after which it may have been redeemed all the same`, error);
  }
}

/** Takes one redemption back, within the hour. Its webhook reports the same event. */
export function reverse(command: ReverseCommand, context: TillContext): Promise<TillOutcome> {
  return outcomeOf(() => {
    const client = new DouyinLifeClient(context);
    const act: Once<Reversible, ActResult> = {
      prepare: async () => {
        const target = await redemptionOf(command, context);
        return { ...target, merchantId: merchantOfReversal(command, target, context) };
      },
      read: (notes) => reversibleSchema.parse(notes),
      act: async (target, isRepeated) => {
        await client.cancel({
          verifyId: target.redemptionId,
          certificateId: target.voucherId,
          accountId: target.merchantId ?? undefined,
          ...(sendsCancelToken(context) && { cancelToken: command.requestId }),
        });
        // An earlier try may have done it, and the answer says nothing of when.
        const record = isRepeated ? await recordShown(client, target, context) : undefined;
        return reversed(target, command, context, record);
      },
      ask: async (target) => {
        const record = await revokedRecord(client, target, context);
        return record && reversed(target, command, context, record);
      },
    };
    return once(context, act);
  });
}

/** 分门店结算 forbids the token, and the act's own id makes a reversal one without it. */
function sendsCancelToken({ app }: TillContext): boolean {
  return app.settings.cancelToken === true;
}

/** The platform's records lag by seconds: one that still stands may be that of a moment ago. */
const RECORD_LAG_MS = 15_000;

/** Where the redemption's own time is not known: longer than one can be taken back. */
const LOOK_BACK_MS = 2 * 3_600_000;

/**
 * What the platform's records say of a redemption that was taken back; undefined where it stands.
 * @throws PlatformError that is retryable, while they do not say
 */
async function revokedRecord(
  client: DouyinLifeClient,
  target: Reversible,
  context: TillContext,
): Promise<VerifyRecord | undefined> {
  const { now, startedAtMs } = context;
  const record = await recordOf(client, target, context).catch((error: unknown) => {
    if (!(error instanceof PlatformError)) throw error;
    throw unknownYet(`${error.message}, so nobody can say whether it was taken back`, error);
  });
  if (record?.status === RECORD_STATUS.revoked) return record;
  const isOld = now() - startedAtMs > RECORD_LAG_MS;
  if (record?.status === RECORD_STATUS.valid && isOld) return undefined;
  throw unknownYet('the platform’s records do not show yet whether it was taken back');
}

/** The same where it is known to be taken back: only its time may be missing, and a later report has it. */
async function recordShown(
  client: DouyinLifeClient,
  target: Reversible,
  context: TillContext,
): Promise<VerifyRecord | undefined> {
  try {
    return await recordOf(client, target, context);
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}

/** The record of the redemption, which is filed under the time of the redemption. @throws PlatformError */
async function recordOf(
  client: DouyinLifeClient,
  { redemptionId, merchantId, redeemedAt }: Reversible,
  { now, startedAtMs }: TillContext,
): Promise<VerifyRecord | undefined> {
  const sinceMs = redeemedAt === null ? startedAtMs - LOOK_BACK_MS : Date.parse(redeemedAt);
  const window = {
    startSeconds: Math.floor(sinceMs / 1000) - 60,
    endSeconds: Math.ceil(now() / 1000) + 60,
  };
  const records = await client.verifyRecords(merchantId ?? '', window);
  return records.find((one) => one.verify_id === redemptionId);
}

function reversed(
  { redemptionId, merchantId, orderId, voucherId }: Reversible,
  command: ReverseCommand,
  context: TillContext,
  record: VerifyRecord | undefined,
): ActResult {
  const revokedAt = record?.status === RECORD_STATUS.revoked ? record.cancel_time : null;
  const event: EventDraft = {
    kind: 'voucher.redemption_reversed',
    eventId: `reversed:${redemptionId}`,
    merchantId: merchantId ?? command.merchantId ?? context.app.appKey,
    ...{ orderId, voucherId, redemptionId },
    ...(revokedAt === null ? estimatedTime(context) : { occurredAt: revokedAt }),
    complete: revokedAt !== null,
  };
  return { events: [event] };
}
