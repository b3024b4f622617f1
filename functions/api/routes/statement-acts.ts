import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { fingerprint } from '../../../lib/crypto/hash.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId, MAX_NAME_WITH_ID } from '../../../lib/events/id.ts';
import type { StatementAct, StatementLife } from '../../../lib/ledger/statement-life.ts';
import { actOn } from '../../../lib/statements/act.ts';
import { readLineOf, type Statement, statementIdOf } from '../../../lib/store/ledger/statements.ts';
import { businessDayAt, isBusinessDay, toInstant } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { lineInput } from '../input.ts';
import type { Principal } from '../principal.ts';
import { answer, forEither, forOperator } from '../route.ts';
import { refusalOfAct } from '../statement-refusals.ts';
import { findClosed, lifeShown } from '../statement-view.ts';

const params = z.object({ id: givenId(MAX_NAME_WITH_ID) });
const reason = lineInput(500);
const date = z.string().refine(isBusinessDay, 'a day is YYYY-MM-DD');
/** A red-letter invoice, or a payment that came back, is below zero. */
const fen = z
  .int()
  .min(-1_000_000_000_000)
  .max(1_000_000_000_000)
  .refine((value) => value !== 0, 'in fen, and not 0');

export const statementSendPost = forOperator('POST /v1/statements/{id}/send', {
  needs: 'statements:settle',
  params,
});

export const statementConfirmPost = forEither('POST /v1/statements/{id}/confirm', {
  needs: 'statements:answer',
  params,
});

export const disputePost = forEither('POST /v1/statements/{id}/disputes', {
  needs: 'statements:answer',
  params,
  body: z.strictObject({ entryId: givenId(4_096), reason }),
});

export const disputeAnswerPost = forOperator(
  'POST /v1/statements/{id}/disputes/{disputeId}/answer',
  {
    needs: 'statements:settle',
    params: params.extend({ disputeId: givenId() }),
    body: z.strictObject({ accept: z.boolean(), reason }),
  },
);

export const invoicePost = forEither('POST /v1/statements/{id}/invoices', {
  needs: 'statements:answer',
  params,
  body: z.strictObject({ number: lineInput(64), date, fen }),
});

export const paymentPost = forOperator('POST /v1/statements/{id}/payments', {
  needs: 'statements:settle',
  params,
  body: z.strictObject({ reference: lineInput(128), date, fen }),
});

/** What happens to a statement after it is closed. Each act is added beside it; the statement never changes. */
export function statementActsRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, statementSendPost, async ({ principal, params: { id } }, c) => {
    const statement = await findClosed(id, principal, deps);
    return c.json((await act(c, statement, { act: 'sent', ...doneBy(principal) })).shown);
  });

  answer(api, deps, statementConfirmPost, async ({ principal, params: { id } }, c) => {
    const statement = await findClosed(id, principal, deps);
    requireProvider(principal);
    return c.json((await act(c, statement, { act: 'confirmed', ...doneBy(principal) })).shown);
  });

  answer(api, deps, disputePost, async ({ principal, params: { id }, body }, c) => {
    const statement = await findClosed(id, principal, deps);
    requireProvider(principal);
    const { entryId } = body;
    if ((await readLineOf(deps.table, statement, entryId)) === undefined) {
      const detail =
        'entryId: this statement has no such line. GET /v1/statements/{id} lists its lines with their ids.';
      throw new Problem('line-unknown', detail, { fields: ['entryId'] });
    }
    const disputeId = fingerprint(entryId).slice(0, 16);
    const disputed = { act: 'disputed', ...doneBy(principal), disputeId, ...body } as const;
    const { shown, status } = await act(c, statement, disputed);
    return c.json({ disputeId, ...shown }, status);
  });

  answer(api, deps, disputeAnswerPost, async ({ principal, params, body }, c) => {
    const { id, disputeId } = params;
    const statement = await findClosed(id, principal, deps);
    const answered = { act: 'answered', ...doneBy(principal), disputeId, ...body } as const;
    const { shown } = await act(c, statement, answered);
    return c.json({ disputeId, ...shown, follows: body.accept ? FOLLOWS : null });
  });

  answer(api, deps, invoicePost, async ({ principal, params: { id }, body }, c) => {
    const statement = await findClosed(id, principal, deps);
    requireDay(body.date, statement, deps);
    const invoiced = { act: 'invoiced', ...doneBy(principal), ...body } as const;
    const { shown, status } = await act(c, statement, invoiced);
    return c.json(shown, status);
  });

  answer(api, deps, paymentPost, async ({ principal, params: { id }, body }, c) => {
    const statement = await findClosed(id, principal, deps);
    requireDay(body.date, statement, deps);
    const paid = { act: 'paid', ...doneBy(principal), ...body } as const;
    const { shown, status } = await act(c, statement, paid);
    return c.json(shown, status);
  });

  const doneBy = ({ actor }: Principal) => ({ at: toInstant(deps.now()), by: actor });

  async function act(c: Context, statement: Statement, given: StatementAct) {
    const acted = await actOn(deps.table, statement, given);
    if (acted.is !== 'added' && acted.is !== 'stands') {
      throw refusalOfAct(acted, given, statement);
    }
    const { life } = acted;
    const { at: _at, by: _by, ...after } = given;
    noteChange(c, {
      subject: `statement/${statementIdOf(statement)}`,
      providerId: statement.providerId,
      isChange: acted.is === 'added',
      after: { ...after, ...stateOf(life) },
    });
    return {
      shown: { statementId: statementIdOf(statement), ...lifeShown(statement, life) },
      // What stood already is told, not made.
      status: acted.is === 'added' ? (201 as const) : (200 as const),
    };
  }
}

function stateOf({ state, invoicedFen, paidFen }: StatementLife) {
  return { state, invoicedFen, paidFen };
}

/** What an accepted dispute leads to: a closed line is never edited. */
const FOLLOWS = {
  zh: '本单各行不改。请运营方更正合同或数据后重算（POST /v1/restatements），差额列在下一期的"往月调整"。',
  en:
    'No line of this statement changes. The operator corrects the contract or the data and restates the day ' +
    '(POST /v1/restatements); the difference is in the next statement, as an adjustment.',
} as const;

/** Nobody signs for the other side. @throws Problem `role-forbidden` */
function requireProvider({ is }: Principal): void {
  if (is === 'provider') return;
  const detail =
    'The provider confirms and disputes its statement, with a token of its owner or finance.';
  throw new Problem('role-forbidden', detail);
}

/** No paper is of a day to come, or of one before the month that it is for. @throws Problem `request-invalid` */
function requireDay(date: string, { month }: Statement, deps: ApiDeps): void {
  const today = businessDayAt(deps.now());
  if (date >= `${month}-01` && date <= today) return;
  const why =
    date > today
      ? `${date} is yet to come; it is ${today}`
      : `${date} is before ${month} begins, which this statement is of. Give the day that the paper says`;
  throw new Problem('request-invalid', `date: ${why}`, { fields: ['date'] });
}
