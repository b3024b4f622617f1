import * as z from 'zod';
import { partySchema } from '../../lib/ledger/party.ts';
import type { Payer } from './deps.ts';

const payerSchema = z.strictObject({
  ...partySchema.shape,
  taxRateBp: z.int().min(0).max(10_000).nullable().default(null),
});

/** `PAYER`: a JSON object of the operator's company and its tax rate, `{}` where nobody set it. @throws when it is another */
export function readPayer(text: string): Payer {
  const { taxRateBp, ...party } = payerSchema.parse(JSON.parse(text));
  return { party, taxRateBp };
}
