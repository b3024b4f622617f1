import * as z from 'zod';

/**
 * What happens to a statement after it is closed, as a pure function of its acts. A closed statement never changes:
 * its acts are added beside it, one after the other, and the state is read from them.
 */

const text = z.string();
const fen = z.int();
const done = {
  at: z.iso.datetime({ offset: true }),
  /** As the trail of changes names them. */
  by: text,
};

export const actSchema = z.discriminatedUnion('act', [
  z.object({ act: z.literal('sent'), ...done }),
  z.object({ act: z.literal('confirmed'), ...done }),
  z.object({
    act: z.literal('disputed'),
    ...done,
    disputeId: text,
    /** The line's id as it is shown. */
    entryId: text,
    reason: text,
  }),
  z.object({
    act: z.literal('answered'),
    ...done,
    disputeId: text,
    accept: z.boolean(),
    reason: text,
  }),
  /** A red-letter invoice takes one back, and a payment may come back: both are below zero, under numbers of their own. */
  z.object({ act: z.literal('invoiced'), ...done, number: text, date: text, fen }),
  z.object({ act: z.literal('paid'), ...done, reference: text, date: text, fen }),
]);
export type StatementAct = z.infer<typeof actSchema>;

type ActName = StatementAct['act'];
type ActOf<A extends ActName> = Extract<StatementAct, { act: A }>;

/** Closed is not paid: whether money moved says `paidFen`, in every state. */
export const STATES = ['closed', 'sent', 'disputed', 'confirmed'] as const;
export type LifeState = (typeof STATES)[number];

export interface Dispute extends Omit<ActOf<'disputed'>, 'act'> {
  readonly answer: Pick<ActOf<'answered'>, 'accept' | 'reason' | 'at' | 'by'> | null;
}

export interface StatementLife {
  readonly state: LifeState;
  readonly sent: Done | null;
  readonly confirmed: Done | null;
  readonly disputes: readonly Dispute[];
  readonly invoices: readonly Omit<ActOf<'invoiced'>, 'act'>[];
  readonly payments: readonly Omit<ActOf<'paid'>, 'act'>[];
  readonly invoicedFen: number;
  readonly paidFen: number;
}

export interface Done {
  readonly at: string;
  readonly by: string;
}

const BORN: StatementLife = {
  ...{ state: 'closed', sent: null, confirmed: null, disputes: [], invoices: [], payments: [] },
  ...{ invoicedFen: 0, paidFen: 0 },
};

/** What acts led to, in their order. */
export function lifeOf(acts: readonly StatementAct[]): StatementLife {
  const life = acts.reduce(withAct, BORN);
  return { ...life, state: stateOf(life) };
}

/**
 * Of what happened, whatever came first: an answered dispute sends nothing, and a statement that was sent stays so. The
 * last answer hands it back to the provider, who confirms.
 */
function stateOf({ disputes, confirmed, sent }: StatementLife): LifeState {
  if (disputes.some(({ answer }) => answer === null)) return 'disputed';
  if (confirmed !== null) return 'confirmed';
  return sent === null ? 'closed' : 'sent';
}

function withAct(life: StatementLife, { act, ...own }: StatementAct): StatementLife {
  const given = { act, ...own } as StatementAct;
  switch (given.act) {
    case 'sent':
      return { ...life, sent: doneOf(given) };
    case 'confirmed':
      return { ...life, confirmed: doneOf(given) };
    case 'disputed': {
      const { act: _, ...dispute } = given;
      return { ...life, disputes: [...life.disputes, { ...dispute, answer: null }] };
    }
    case 'answered': {
      const { accept, reason, at, by } = given;
      const disputes = life.disputes.map((one) =>
        one.disputeId === given.disputeId ? { ...one, answer: { accept, reason, at, by } } : one,
      );
      return { ...life, disputes };
    }
    case 'invoiced': {
      const { act: _, ...invoice } = given;
      const invoices = [...life.invoices, invoice];
      return { ...life, invoices, invoicedFen: life.invoicedFen + given.fen };
    }
    case 'paid': {
      const { act: _, ...payment } = given;
      const payments = [...life.payments, payment];
      return { ...life, payments, paidFen: life.paidFen + given.fen };
    }
    default:
      return given satisfies never;
  }
}

function doneOf({ at, by }: Done): Done {
  return { at, by };
}
