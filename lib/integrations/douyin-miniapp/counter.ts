import * as z from 'zod';
import type { CounterContext, CounterOutcome, RedeemCommand, ReverseCommand } from '../counter.ts';
import { completed, lacks, outcomeOf, redemptionOf, type Told } from '../counter-work.ts';
import { DouyinMiniappClient, type Prepared, type Redeemed } from './client.ts';

/**
 * Redeems what a code stands for (delivery_prepare, delivery_verify), or pieces with the developer's own
 * codes (push_delivery). What prepare gave is noted before verify is called: its token is what makes the
 * act one, and a used code cannot be prepared again.
 */
export async function redeem(
  command: RedeemCommand,
  context: CounterContext,
): Promise<CounterOutcome> {
  const client = new DouyinMiniappClient(context);
  let prepared: Prepared | undefined;
  const certificateOf = (voucherId: string) =>
    prepared?.certificates.find(
      (one) => one.itemOrderId === voucherId || one.certificateId === voucherId,
    )?.certificateId;
  return outcomeOf(async () => {
    const code = codeOf(command);
    if (code === undefined) return told(await push(client, command, context), command, context);
    prepared = preparedSchema.parse(
      context.notes ?? (await context.note({ ...(await client.deliveryPrepare(code)) })),
    );
    const redeeming = { ...redeemingOf(command, context), isNativeCoupon: command.isNativeCoupon };
    const of = { ...prepared, certificates: prepared.certificates.slice(0, command.count) };
    return told(await client.deliveryVerify(of, redeeming), command, context);
  }, certificateOf);
}

/** Takes one redemption back, within the hour. */
export function reverse(command: ReverseCommand, context: CounterContext): Promise<CounterOutcome> {
  return outcomeOf(async () => {
    const { voucherId, redemptionId, orderId, event } = await redemptionOf(command, context);
    const { certificateId } = command;
    if (certificateId === undefined) throw lacks('the certificateId of the redemption’s answer');
    const merchantId = command.merchantId ?? event?.merchantId;
    const act = { orderId, certificateId, verifyId: redemptionId, voucherId };
    const client = new DouyinMiniappClient(context);
    return client.verifyCancel({ ...act, ...(merchantId && { merchantId }) });
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

function codeOf({ code, encryptedData }: RedeemCommand) {
  if (encryptedData !== undefined) return { encryptedData };
  return code === undefined ? undefined : { code };
}

function push(
  client: DouyinMiniappClient,
  command: RedeemCommand,
  context: CounterContext,
): Promise<Redeemed> {
  const { order, vouchers, requestId: token } = command;
  const { orderId, ownOrderId: outOrderNo } = order;
  if (orderId === undefined || outOrderNo === undefined) {
    throw lacks('a code, or order.orderId and order.ownOrderId of pieces with your own codes');
  }
  const itemOrderIds = vouchers?.map(({ voucherId }) => voucherId) ?? 'all';
  return client.pushDelivery({
    ...redeemingOf(command, context),
    ...{ orderId, outOrderNo, itemOrderIds, token },
  });
}

function redeemingOf(
  { storeId: poiId, storeName: shopName, merchantId, order }: RedeemCommand,
  { startedAtMs: atMs }: CounterContext,
) {
  return {
    poi: { poiId, ...(shopName && { shopName }) },
    atMs,
    ...(merchantId && { merchantId }),
    ...(order.buyerId && { buyerId: order.buyerId }),
  };
}

async function told(
  { events, unredeemed }: Redeemed,
  command: RedeemCommand,
  context: CounterContext,
): Promise<Told> {
  const notDone = unredeemed.map(({ voucherId, code }) => ({ voucherId, code: String(code) }));
  return { events: await completed(events, command, context), notDone };
}
