import { Problem } from '../../lib/errors/problem.ts';
import { addRollups } from '../../lib/ledger/rollup.ts';
import { lastDayOf } from '../../lib/ledger/statement.ts';
import { lifeOf } from '../../lib/ledger/statement-life.ts';
import { overPlatforms } from '../../lib/rollups/provider-day.ts';
import { readProviderDays } from '../../lib/rollups/rollups.ts';
import type { StatementId } from '../../lib/store/keys.ts';
import { statementIdOf } from '../../lib/store/ledger/statements.ts';
import { businessDayAt, toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';
import { isRegistered, lifeShown } from './statement-view.ts';

/** What a draft says of itself. */
export const DRAFT_NOTE = {
  zh: '草稿：本月尚未结账，数字还会变；没有应结，也不能确认、开票或付款。',
  en: 'A draft: the month is not closed and its figures still change. Nothing is due, and nothing can be confirmed, invoiced or paid.',
} as const;

/**
 * A month that nobody closed yet, as it is booked until now.
 * @throws Problem `not-found` where there is none
 */
export async function draftShown(id: StatementId, deps: ApiDeps): Promise<object> {
  const rollup = (await isRegistered(id, deps)) ? await draftRollup(id, deps) : undefined;
  if (rollup === undefined) {
    throw new Problem('not-found', 'There is no such statement. GET /v1/statements lists them.');
  }
  const nothing = { status: 'closing' as const, payableFen: 0 };
  return {
    ...{ statementId: statementIdOf(id), ...id, status: 'open', asOf: toInstant(deps.now()) },
    ...{ totals: rollup, note: DRAFT_NOTE, files: 0, lines: [], next: null },
    ...lifeShown(nothing, lifeOf([])),
  };
}

/** All that is booked in a month, held or not; undefined for one that has nothing and is not this one. */
export async function draftRollup({ providerId, month }: StatementId, { table, now }: ApiDeps) {
  const window = { from: `${month}-01`, to: lastDayOf(month) };
  const days = await readProviderDays(table, providerId, window);
  if (days.length === 0 && businessDayAt(now()).slice(0, 7) !== month) return undefined;
  return addRollups(days.map(({ rollups }) => overPlatforms(rollups)));
}
