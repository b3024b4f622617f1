import * as z from 'zod';
import type {
  NotDone,
  RedeemCommand,
  ReverseCommand,
  TillContext,
  TillOutcome,
} from '../kit/till.ts';
import {
  type ActResult,
  cannot,
  completed,
  lacks,
  type Once,
  once,
  onceById,
  outcomeOf,
  unknownYet,
} from '../kit/till-outcome.ts';
import { type Reversible, redemptionOf, reversibleSchema } from '../kit/till-reversal.ts';
import { DouyinMiniappClient, type Prepared, type Redeemed } from './client.ts';
import { shownIdOf } from './prepare.ts';

/**
 * Redeems what a code stands for (delivery_prepare, delivery_verify), or pieces with the developer's own
 * codes (push_delivery). What prepare gave is noted before verify is called: its token is what makes the
 * act one, and a used code cannot be prepared again.
 */
export async function redeem(command: RedeemCommand, context: TillContext): Promise<TillOutcome> {
  const client = new DouyinMiniappClient(context);
  const code = codeOf(command);
  if (code === undefined) return outcomeOf(() => pushed(client, command, context));
  let prepared: Prepared | undefined;
  const certificateOf = (voucherId: string) =>
    prepared?.certificates.find(
      (one) => one.itemOrderId === voucherId || one.certificateId === voucherId,
    )?.certificateId;
  const act: Once<Prepared, ActResult> = {
    prepare: async () => {
      const { certificates, ...all } = await client.deliveryPrepare(code);
      return { ...all, certificates: chosenOf(certificates, command) };
    },
    read: (notes) => preparedSchema.parse(notes),
    act: async (of, isRepeated) => {
      prepared = of;
      const redeeming = {
        ...redeemingOf(command, context),
        isNativeCoupon: command.isNativeCoupon,
      };
      const redeemed = await client.deliveryVerify(of, redeeming);
      const requested = of.certificates.length;
      return resultOf(redeemed, { command, context, requested, isRepeated });
    },
  };
  return outcomeOf(() => once(context, act), certificateOf);
}

/** Takes one redemption back, within the hour. No known call says whether it was. */
export function reverse(command: ReverseCommand, context: TillContext): Promise<TillOutcome> {
  return outcomeOf(() => {
    const { certificateId } = command;
    if (certificateId === undefined) throw lacks('the certificateId of the redemption’s answer');
    const client = new DouyinMiniappClient(context);
    const act: Once<Reversible, ActResult> = {
      prepare: () => redemptionOf(command, context),
      read: (notes) => reversibleSchema.parse(notes),
      act: ({ voucherId, redemptionId: verifyId, orderId, merchantId: known }) => {
        const merchantId = command.merchantId ?? known;
        const of = { orderId, certificateId, verifyId, voucherId, atMs: context.startedAtMs };
        return client.verifyCancel({ ...of, ...(merchantId && { merchantId }) });
      },
    };
    return once(context, act);
  });
}

/** What was noted is what prepare gave. */
const preparedSchema = z.object({
  verifyToken: z.string(),
  orderId: z.string(),
  outOrderNo: z.string().nullable(),
  certificates: z.array(
    z.object({
      encryptedCode: z.string(),
      certificateId: z.string(),
      itemOrderId: z.string().nullable(),
    }),
  ),
});

/** Those that the clerk chose, or the first. @throws PlatformError, before anything is done */
function chosenOf(
  certificates: Prepared['certificates'],
  { count, chosen }: RedeemCommand,
): Prepared['certificates'] {
  if (chosen?.some(({ uses }) => uses > 1)) throw cannot('a piece is used once');
  const wanted = chosen && new Set(chosen.map(({ voucherId }) => voucherId));
  const found = certificates.filter((one) => wanted?.has(shownIdOf(one)) ?? true);
  if (found.length >= count) return found.slice(0, count);
  throw cannot(`the code stands for ${found.length} pieces, and ${count} were requested`);
}

function codeOf({ code, encryptedData }: RedeemCommand) {
  if (encryptedData !== undefined) return { encryptedData };
  return code === undefined ? undefined : { code };
}

function pushed(
  client: DouyinMiniappClient,
  command: RedeemCommand,
  context: TillContext,
): Promise<ActResult> {
  const { order, vouchers, requestId: token } = command;
  const { orderId, ownOrderId: outOrderNo } = order;
  if (orderId === undefined || outOrderNo === undefined) {
    throw lacks('a code, or order.orderId and order.ownOrderId of pieces with your own codes');
  }
  if (command.count > 1) throw cannot('pieces are used once a request: name them');
  const itemOrderIds = vouchers?.map(({ voucherId }) => voucherId) ?? 'all';
  return onceById(context, async (isRepeated) => {
    const redeemed = await client.pushDelivery({
      ...redeemingOf(command, context),
      ...{ orderId, outOrderNo, itemOrderIds, token },
    });
    return resultOf(redeemed, { command, context, requested: vouchers?.length ?? 0, isRepeated });
  });
}

function redeemingOf(
  { storeId: poiId, storeName: shopName, merchantId, order }: RedeemCommand,
  { startedAtMs: atMs }: TillContext,
) {
  return {
    poi: { poiId, ...(shopName && { shopName }) },
    atMs,
    ...(merchantId && { merchantId }),
    ...(order.buyerId && { buyerId: order.buyerId }),
  };
}

/** On a repetition the platform's closed loop says these of what the first call had redeemed. */
const DONE_BEFORE: ReadonlySet<number> = new Set([1208, 2]);

interface Circumstances {
  readonly command: RedeemCommand;
  readonly context: TillContext;
  /** How many pieces were requested; 0 for all of the order. */
  readonly requested: number;
  readonly isRepeated: boolean;
}

async function resultOf(
  { events, unredeemed }: Redeemed,
  { command, context, requested, isRepeated }: Circumstances,
): Promise<ActResult> {
  if (isRepeated && unredeemed.some(({ code }) => DONE_BEFORE.has(code))) {
    throw unknownYet(
      'the platform says it was redeemed before, and not by which call: look it up there',
    );
  }
  const notDone: NotDone[] = unredeemed.map(({ voucherId, code }) => ({
    ...{ voucherId, code: String(code) },
    reason: DONE_BEFORE.has(code) ? 'it was redeemed before' : 'the platform did not redeem it',
  }));
  const missing = Math.max(0, requested - events.length - unredeemed.length);
  notDone.push(...Array.from({ length: missing }, () => NOT_TOLD));
  return { events: await completed(events, command, context), notDone };
}

const NOT_TOLD: NotDone = {
  code: 'not-told',
  reason: 'the platform’s answer passes this piece over: look it up there',
};
