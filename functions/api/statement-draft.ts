import { Problem } from '../../lib/errors/problem.ts';
import { addRollups, emptyRollup } from '../../lib/ledger/rollup.ts';
import { lastDayOf } from '../../lib/ledger/statement.ts';
import { lifeOf } from '../../lib/ledger/statement-life.ts';
import { overPlatforms } from '../../lib/rollups/provider-day.ts';
import { readProviderDays } from '../../lib/rollups/rollups.ts';
import type { StatementId } from '../../lib/store/keys.ts';
import { statementIdOf } from '../../lib/store/ledger/statements.ts';
import { businessDayAt, toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';
import { billedInOf, isRegistered, lifeShown } from './statement-view.ts';

/** What a draft says of itself. */
const DRAFT_NOTE = {
  zh: '草稿：本月尚未结账，数字还会变；没有应结，也不能确认、开票或付款。',
  en: 'A draft: the month is not closed and its figures still change. Nothing is due, and nothing can be confirmed, invoiced or paid.',
} as const;

/** What a month says of itself that was passed over: its lines are in a later statement. */
function passedNote(month: string, later: string) {
  return {
    zh: `${month} 没有自己的结算单：先结了 ${later}。本月的明细列在 ${later} 的结算单里（往月调整），那时还可撤销或暂押的列在其后的一期；本月没有应结，也不会再结账。`,
    en:
      `${month} has no statement of its own: ${later} was closed first. Its lines are in the statement of ${later}, ` +
      'as adjustments, or in the one after it where they were still held then. Nothing is due of this month, and it is not closed any more.',
  };
}

/**
 * A month that nobody closed yet, as it is booked until now.
 * @throws Problem `not-found` where there is none
 */
export async function draftShown(
  id: StatementId,
  page: { readonly cursor: string | null; readonly limit: number },
  deps: ApiDeps,
): Promise<object & { readonly next: string | null }> {
  const isKnown = await isRegistered(id, deps);
  const [rollup, billedIn] = isKnown
    ? await Promise.all([draftRollup(id, deps), billedInOf(id, deps)])
    : [undefined, null];
  if (rollup === undefined) {
    throw new Problem('not-found', 'There is no such statement. GET /v1/statements lists them.');
  }
  const asOf = toInstant(deps.now());
  const { draftLines } = await import('./draft-lines.ts');
  const { lines, next } =
    billedIn === null ? await draftLines(id, asOf, page, deps) : { lines: [], next: null };
  const note = billedIn === null ? DRAFT_NOTE : passedNote(id.month, billedIn);
  const nothing = { status: 'closing' as const, payableFen: 0 };
  const shown = {
    ...{ statementId: statementIdOf(id), ...id, status: 'open', asOf },
    // Money of a month that was passed over stands in the later statement alone.
    totals: billedIn === null ? rollup : emptyRollup(),
    ...{ note, billedIn, files: 0, lines, next },
    ...lifeShown(nothing, lifeOf([])),
  };
  return shown;
}

/** All that is booked in a month, held or not; undefined for one that has nothing and is not this one. */
async function draftRollup({ providerId, month }: StatementId, { table, now }: ApiDeps) {
  const window = { from: `${month}-01`, to: lastDayOf(month) };
  const days = await readProviderDays(table, providerId, window);
  if (days.length === 0 && businessDayAt(now()).slice(0, 7) !== month) return undefined;
  return addRollups(days.map(({ rollups }) => overPlatforms(rollups)));
}
