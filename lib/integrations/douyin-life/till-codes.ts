import * as z from 'zod';
import type { RedeemCommand, TillContext, VoucherUses } from '../kit/till.ts';
import { cannot, lacks } from '../kit/till-outcome.ts';
import type { PreparedCodes } from './answers.ts';
import type { DouyinLifeClient } from './client.ts';

/** What one verify call is to use: noted before it, and the same again at a repetition. */
export const preparedSchema = z.object({
  verifyToken: z.string(),
  orderId: z.string(),
  /** The merchant's account, where anybody knows it: a chain's (云连锁) must be named. */
  accountId: z.string().nullable(),
  /** The merchant's own codes (三方码), which verify takes as they are shown. */
  isOwnCodes: z.boolean(),
  /** One for each use: a card's code stands there as often as it is used. */
  uses: z.array(z.object({ code: z.string(), certificateId: z.string().nullable() })).min(1),
});
export type Prepared = z.infer<typeof preparedSchema>;

/** Notes what verify is to use. @throws PlatformError, before anything is done */
export async function prepare(
  client: DouyinLifeClient,
  command: RedeemCommand,
  { app, merchantOfStore }: Pick<TillContext, 'app' | 'merchantOfStore'>,
): Promise<Prepared> {
  const known = command.merchantId ?? app.settings.merchantId;
  const accountId = known ?? (await merchantOfStore(command.storeId)) ?? null;
  return { ...(ownCodesOf(command) ?? (await preparedBy(client, command))), accountId };
}

type Codes = Omit<Prepared, 'accountId'>;

/** The merchant's own codes go by `codes` with their order, under a token of ours; undefined: others do. */
function ownCodesOf(command: RedeemCommand): Codes | undefined {
  const { code, vouchers, order, requestId: verifyToken } = command;
  const isNamed = vouchers !== undefined || (code !== undefined && order.orderId !== undefined);
  if (!isNamed) return undefined;
  if (order.orderId === undefined) throw lacks('order.orderId, for codes of the merchant’s own');
  if (command.count > 1) throw cannot('a code of the merchant’s own is used once a request');
  const uses = vouchers?.map((voucher) => {
    if (voucher.code === undefined) throw lacks('the code of each voucher');
    return { code: voucher.code, certificateId: voucher.voucherId };
  }) ?? [{ code: code ?? '', certificateId: null }];
  return { verifyToken, orderId: order.orderId, isOwnCodes: true, uses };
}

/** @throws PlatformError, before anything is done, where the code stands for fewer uses than were requested */
async function preparedBy(client: DouyinLifeClient, command: RedeemCommand): Promise<Codes> {
  const { code, encryptedData, count, storeId: poiId } = command;
  if (code === undefined && encryptedData === undefined) throw lacks('code or encryptedData');
  const shown = encryptedData === undefined ? { code: code ?? '' } : { encryptedData };
  const { verifyToken, orderId, certificates } = await client.prepare({ ...shown, poiId });
  const uses = command.chosen ? chosenOf(certificates, command.chosen) : usesOf(certificates);
  if (uses.length < count) {
    throw cannot(`the code stands for ${uses.length} uses, and ${count} were requested`);
  }
  return { verifyToken, orderId, isOwnCodes: false, uses: uses.slice(0, count) };
}

/** Each as often as the clerk chose, and no voucher that they did not see. */
function chosenOf(
  certificates: PreparedCodes['certificates'],
  chosen: readonly VoucherUses[],
): Prepared['uses'] {
  return chosen.flatMap(({ voucherId, uses }) => {
    const found = certificates.find((one) => one.certificateId === voucherId);
    if (found === undefined) throw cannot('a voucher that was chosen cannot be used any more');
    if (found.usesLeft < uses) {
      throw cannot(`the voucher has ${found.usesLeft} uses left, and ${uses} were chosen`);
    }
    return Array.from({ length: uses }, () => ({
      code: found.encryptedCode,
      certificateId: found.certificateId,
    }));
  });
}

/** Each voucher once, then the further uses of cards: each is the same code again. */
function usesOf(certificates: PreparedCodes['certificates']): Prepared['uses'] {
  const use = ({ encryptedCode, certificateId }: PreparedCodes['certificates'][number]) => ({
    code: encryptedCode,
    certificateId,
  });
  const more = certificates.flatMap((one) =>
    Array.from({ length: Math.max(0, one.usesLeft - 1) }, () => use(one)),
  );
  return [...certificates.map(use), ...more];
}
