import type { StatementAct, StatementLife } from './statement-life.ts';

/** Why an act cannot be done, as the problem is called that says so. */
export type ActRefusal =
  | 'statement-disputed'
  | 'statement-confirmed'
  | 'line-disputed'
  | 'dispute-answered'
  | 'not-found'
  | 'number-reused'
  | 'over-invoiced'
  | 'over-paid';

/** What becomes of an act: it is added, it stands already, or it cannot be done. */
export type Judgement = 'add' | 'stands' | { readonly refused: ActRefusal };

/** How many acts a statement has at most: what reads them reads no more. */
export const MAX_ACTS = 2_000;

/**
 * Judges an act by what stands: the same act twice is one, another that contradicts what stands is refused.
 * @param payableFen what the statement says is due: neither invoices nor payments come to more, or to less than nothing
 */
export function judge(life: StatementLife, act: StatementAct, payableFen: number): Judgement {
  switch (act.act) {
    case 'sent':
      // Also in dispute, and when it is confirmed: it went out, and that is recorded once.
      return life.sent === null ? 'add' : 'stands';
    case 'confirmed':
      if (life.state === 'disputed') return { refused: 'statement-disputed' };
      return life.confirmed === null ? 'add' : 'stands';
    case 'disputed': {
      const standing = life.disputes.find(({ entryId }) => entryId === act.entryId);
      if (standing === undefined) {
        return life.confirmed === null ? 'add' : { refused: 'statement-confirmed' };
      }
      if (standing.answer !== null) return { refused: 'dispute-answered' };
      return standing.reason === act.reason ? 'stands' : { refused: 'line-disputed' };
    }
    case 'answered': {
      const standing = life.disputes.find(({ disputeId }) => disputeId === act.disputeId);
      if (standing === undefined) return { refused: 'not-found' };
      if (standing.answer === null) return 'add';
      const { accept, reason } = standing.answer;
      const isSame = accept === act.accept && reason === act.reason;
      return isSame ? 'stands' : { refused: 'dispute-answered' };
    }
    case 'invoiced': {
      const standing = life.invoices.find(({ number }) => number === act.number);
      const sum = { soFar: life.invoicedFen, payableFen, over: 'over-invoiced' } as const;
      return judgeMoney(standing, act, sum);
    }
    case 'paid': {
      const standing = life.payments.find(({ reference }) => reference === act.reference);
      const sum = { soFar: life.paidFen, payableFen, over: 'over-paid' } as const;
      return judgeMoney(standing, act, sum);
    }
    default:
      return act satisfies never;
  }
}

interface Money {
  readonly date: string;
  readonly fen: number;
}

interface Sum {
  readonly soFar: number;
  readonly payableFen: number;
  readonly over: 'over-invoiced' | 'over-paid';
}

function judgeMoney(
  standing: Money | undefined,
  { date, fen }: Money,
  { soFar, payableFen, over }: Sum,
): Judgement {
  if (standing !== undefined) {
    const isSame = standing.date === date && standing.fen === fen;
    return isSame ? 'stands' : { refused: 'number-reused' };
  }
  const sum = soFar + fen;
  return sum < 0 || sum > payableFen ? { refused: over } : 'add';
}
