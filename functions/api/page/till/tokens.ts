import * as z from 'zod';
import { seal, unseal } from '../../../../lib/crypto/seal.ts';
import { Problem } from '../../../../lib/errors/problem.ts';
import { actSchema } from '../../../../lib/integrations/kit/till.ts';
import { buyerKey } from '../../../../lib/store/privacy/buyer-key.ts';
import type { ApiDeps } from '../../deps.ts';

/**
 * Acts that may be undone, as the page carries them: sealed, because a voucher's id may be its code, and nothing that
 * a guest showed stands readable in a page that lies open on a counter.
 */
const undoSchema = z.object({
  integration: z.string(),
  appKey: z.string(),
  storeId: z.string(),
  acts: z.array(actSchema.extend({ title: z.string().nullable(), worthFen: z.int().nullable() })),
});
export type Undo = z.infer<typeof undoSchema>;

/** What of an act its screens and its receipt show. */
export type ActLine = Pick<Undo['acts'][number], 'title' | 'worthFen' | 'redemptionId'>;

const WHAT = 'undo';
const MAX_LENGTH = 65_536;

export async function writeUndo(undo: Undo, { table }: ApiDeps): Promise<string> {
  const sealed = seal(await buyerKey(table), WHAT, JSON.stringify(undo));
  return Buffer.from(sealed).toString('base64url');
}

/** @throws Problem `request-invalid` */
export async function readUndo(token: string, { table }: ApiDeps): Promise<Undo> {
  try {
    if (token.length > MAX_LENGTH) throw new Error('longer than any of ours');
    const text = unseal(await buyerKey(table), WHAT, Buffer.from(token, 'base64url'));
    return undoSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Problem('request-invalid', 'undo: none of ours. Begin again from the list.', {
      cause,
    });
  }
}
