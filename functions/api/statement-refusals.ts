import { Problem } from '../../lib/errors/problem.ts';
import { type ActRefusal, MAX_ACTS } from '../../lib/ledger/statement-acts.ts';
import type { StatementAct, StatementLife } from '../../lib/ledger/statement-life.ts';
import type { NotDone } from '../../lib/statements/act.ts';
import type { Statement } from '../../lib/store/ledger/statements.ts';

/** Why an act was not done, with what stands and what to do. */
export function refusalOfAct(refused: NotDone, act: StatementAct, statement: Statement): Problem {
  if (refused.is === 'busy') {
    return new Problem('internal', 'Others did much to this statement at once. Try again.');
  }
  if (refused.is === 'full') {
    return new Problem('request-invalid', `A statement takes ${MAX_ACTS} acts; it has them.`);
  }
  return new Problem(refused.why, detailOf(refused.why, refused.life, act, statement));
}

function detailOf(
  why: ActRefusal,
  life: StatementLife,
  act: StatementAct,
  { month, payableFen }: Statement,
): string {
  const open = life.disputes.filter(({ answer }) => answer === null).length;
  switch (why) {
    case 'statement-disputed':
      return `${open === 1 ? 'A line is' : `${open} lines are`} in dispute. The operator answers first; then confirm.`;
    case 'statement-confirmed':
      return `${month} was confirmed at ${life.confirmed?.at ?? ''}. What is wrong since is settled by a restatement, in the next statement.`;
    case 'line-disputed':
      return 'This line is in dispute already, for another reason. Wait for its answer.';
    case 'dispute-answered':
      return answeredDetail(life, act);
    case 'not-found':
      return 'This statement has no such dispute. GET /v1/statements/{id} lists them.';
    case 'number-reused':
      return `${act.act === 'paid' ? 'reference' : 'number'}: it stands here with another date or amount. Use the number of the paper, once.`;
    case 'over-invoiced':
      return limits(life.invoicedFen, act, payableFen, 'Invoices');
    case 'over-paid':
      return limits(life.paidFen, act, payableFen, 'Payments');
    default:
      return why satisfies never;
  }
}

function answeredDetail({ disputes }: StatementLife, act: StatementAct): string {
  const one = disputes.find((dispute) =>
    act.act === 'disputed' ? dispute.entryId === act.entryId : isOf(act, dispute.disputeId),
  );
  const how = one?.answer?.accept === true ? 'accepted' : 'refused';
  return `The dispute of this line was ${how} at ${one?.answer?.at ?? ''}. An answer is not changed here.`;
}

function isOf(act: StatementAct, disputeId: string): boolean {
  return act.act === 'answered' && act.disputeId === disputeId;
}

function limits(soFar: number, act: StatementAct, payableFen: number, what: string): string {
  const fen = act.act === 'invoiced' || act.act === 'paid' ? act.fen : 0;
  return `fen: ${what} would come to ${soFar + fen} fen; they stay between 0 and the ${payableFen} fen that are due, of which ${soFar} are there.`;
}
