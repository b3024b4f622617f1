import { type ActRefusal, judge, MAX_ACTS } from '../ledger/statement-acts.ts';
import { lifeOf, type StatementAct, type StatementLife } from '../ledger/statement-life.ts';
import type { StatementId } from '../store/keys.ts';
import { appendAct, readActs } from '../store/ledger/statement-acts.ts';
import type { Table } from '../store/table.ts';

/** What became of an act, and the life with it. */
export type Acted =
  | { readonly is: 'added'; readonly life: StatementLife }
  | { readonly is: 'stands'; readonly life: StatementLife }
  | NotDone;

/** Refused by what stands; or it has all the acts that it may have; or others were faster again and again. */
export type NotDone =
  | { readonly is: 'refused'; readonly why: ActRefusal; readonly life: StatementLife }
  | { readonly is: 'full' }
  | { readonly is: 'busy' };

/** So many others may come in between: each of them added an act. */
const MAX_TRIES = 20;

/**
 * Judges an act by what stands and adds it at the next number, one conditional put. Of two at once one takes the
 * number; the other reads what the first did and is judged anew, so every order of them is an order of acts.
 */
export async function actOn(
  table: Table,
  statement: StatementId & { readonly payableFen: number },
  act: StatementAct,
): Promise<Acted> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const acts = await readActs(table, statement);
    const life = lifeOf(acts);
    const judged = judge(life, act, statement.payableFen);
    if (judged === 'stands') return { is: 'stands', life };
    if (judged !== 'add') return { is: 'refused', why: judged.refused, life };
    if (acts.length >= MAX_ACTS) return { is: 'full' };
    if (await appendAct(table, statement, acts.length + 1, act)) {
      return { is: 'added', life: lifeOf([...acts, act]) };
    }
  }
  return { is: 'busy' };
}

/** What became of a closed statement so far. */
export async function readLife(table: Table, id: StatementId): Promise<StatementLife> {
  return lifeOf(await readActs(table, id));
}
