import * as z from 'zod';
import { proportion, WHOLE_BP } from '../money/fen.ts';

/** What a statement says of who owes and who is owed; what nobody set is said to be missing. */
export const partySchema = z.object({
  /** 公司全称. */
  legalName: z.string().nullable().optional(),
  /** 纳税人识别号. */
  taxNumber: z.string().nullable().optional(),
  /** 开户行. */
  bankName: z.string().nullable().optional(),
  /** 银行账号. */
  bankAccount: z.string().nullable().optional(),
  /** Whom to call about it: a name, a department. */
  contact: z.string().nullable().optional(),
});
export type Party = z.infer<typeof partySchema>;

export const PARTY_FIELDS = [
  'legalName',
  'taxNumber',
  'bankName',
  'bankAccount',
  'contact',
] as const satisfies readonly (keyof Party)[];

/** Each field, null where nobody set it. */
export function partyOf(party: Party): Record<(typeof PARTY_FIELDS)[number], string | null> {
  const { legalName = null, taxNumber = null, bankName = null } = party;
  const { bankAccount = null, contact = null } = party;
  return { legalName, taxNumber, bankName, bankAccount, contact };
}

/** An amount with tax in it, taken apart. */
export interface Tax {
  readonly taxRateBp: number;
  readonly netFen: number;
  readonly taxFen: number;
}

/**
 * 价税分离: an amount that includes tax → the amount without it, `amount × 10000 / (10000 + rate)`, rounded half up on
 * the absolute value; the tax is the rest, so that both add up to the amount to the fen.
 */
export function taxOf(amountFen: number, taxRateBp: number): Tax {
  const netFen = proportion(amountFen, WHOLE_BP, WHOLE_BP + taxRateBp);
  return { taxRateBp, netFen, taxFen: amountFen - netFen };
}

/** No letter or digit that is read as another one (Crockford's base 32). */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The number of a statement, the same for ever: `DZ-2026-10-7K3M9Q2P`, of its month and its provider.
 * @param hash lower-case hex of the provider's id, 10 digits at least
 */
export function statementNumber(month: string, hash: string): string {
  let rest = BigInt(`0x${hash.slice(0, 10)}`);
  let text = '';
  for (let digit = 0; digit < 8; digit += 1) {
    text = `${DIGITS[Number(rest % 32n)]}${text}`;
    rest /= 32n;
  }
  return `DZ-${month}-${text}`;
}
