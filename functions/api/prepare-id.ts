import * as z from 'zod';
import { seal, unseal } from '../../lib/crypto/seal.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { idSchema } from '../../lib/events/event.ts';
import type { VoucherUses } from '../../lib/integrations/kit/till.ts';
import { buyerKey } from '../../lib/store/privacy/buyer-key.ts';
import type { ApiDeps } from './deps.ts';

/**
 * What a code was shown to stand for, on its way through the till and back: sealed, so that no table holds a code
 * that can still be used, and nobody outside can read or change it.
 */

/** A guest does not stand at a till for longer, and by then the vouchers may be another's. */
export const PREPARED_MS = 10 * 60_000;

const preparedSchema = z.object({
  integration: z.string(),
  appKey: z.string(),
  storeId: idSchema,
  shown: z.union([z.object({ code: z.string() }), z.object({ encryptedData: z.string() })]),
  vouchers: z.array(
    z.object({
      voucherId: idSchema,
      usesLeft: z.int().min(1),
      /** For the page that says what was redeemed. */
      title: z.string().nullable(),
      worthFen: z.int().nullable(),
    }),
  ),
  untilMs: z.int(),
});
export type PrepareNotes = z.infer<typeof preparedSchema>;

const WHAT = 'prepared';

/** Longer than any of ours. */
const MAX_LENGTH = 32_768;

export async function writePrepared(prepared: PrepareNotes, { table }: ApiDeps) {
  const sealed = seal(await buyerKey(table), WHAT, JSON.stringify(prepared));
  return `prep_${Buffer.from(sealed).toString('base64url')}`;
}

/**
 * Whatever its age: what was begun in time may be repeated until it is known.
 * @throws Problem `prepare-expired` for what is none of ours
 */
export async function readPrepared(prepareId: string, { table }: ApiDeps): Promise<PrepareNotes> {
  const sealed = /^prep_([A-Za-z0-9_-]+)$/.exec(prepareId)?.[1];
  const prepared = sealed === undefined ? undefined : opened(await buyerKey(table), sealed);
  if (prepared === undefined) throw tooOld();
  return prepared;
}

/** For a request that is new. */
export function tooOld(): Problem {
  const detail =
    'prepareId: it is older than ten minutes, or none of ours. Prepare the code again.';
  return new Problem('prepare-expired', detail);
}

export const prepareIdSchema = z.string().min(1).max(MAX_LENGTH);

function opened(key: string, sealed: string): PrepareNotes | undefined {
  try {
    const text = unseal(key, WHAT, Buffer.from(sealed, 'base64url'));
    return preparedSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * What of it is to be used, and how often.
 * @param uses of each voucher that it names, 1 of every other; or of each alike
 * @throws Problem `request-invalid` for a voucher that was not shown as usable, or more uses than it has
 */
export function chosenOf(
  { vouchers }: PrepareNotes,
  voucherIds: readonly string[],
  uses: number | Readonly<Record<string, number>> = 1,
): readonly VoucherUses[] {
  return voucherIds.map((voucherId, index) => {
    const shown = vouchers.find((one) => one.voucherId === voucherId);
    const where = `voucherIds.${index}`;
    if (shown === undefined) {
      throw new Problem('request-invalid', `${where}: not one that the prepare showed as usable.`);
    }
    const often = typeof uses === 'number' ? uses : (uses[voucherId] ?? 1);
    if (often <= shown.usesLeft) return { voucherId, uses: often };
    throw new Problem('request-invalid', `${where}: it has ${shown.usesLeft} uses left.`);
  });
}
