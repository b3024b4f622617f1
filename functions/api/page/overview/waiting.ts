import { hasProviderDay } from '../../../../lib/rollups/rollups.ts';
import { listDisputes } from '../../../../lib/store/ledger/disputes.ts';
import { readStatement } from '../../../../lib/store/ledger/statements.ts';
import type { Table } from '../../../../lib/store/table.ts';
import { addDays, businessDayAt, daysBetween } from '../../../../lib/time/shanghai.ts';
import { DISPUTE_STATES, standingDispute } from '../../disputes.ts';
import type { Window } from '../../input.ts';
import type { Checked } from './checked.ts';

/** What waits for somebody, and for whom. */
export type Waiting =
  | {
      readonly is: 'statement-closed';
      readonly month: string;
      readonly payableFen: number;
      readonly closedOn: string;
    }
  | { readonly is: 'statement-open'; readonly month: string }
  | { readonly is: 'differences'; readonly day: string; readonly count: number }
  | {
      readonly is: 'dispute';
      readonly disputeId: string;
      readonly voucherId: string;
      readonly raisedOn: string;
    };

const MOST_DISPUTES = 3;

/** The newest that wait for the operator. A list without any costs half a unit. */
async function waitingDisputes(
  table: Table,
  providerId: string,
  today: string,
): Promise<Waiting[]> {
  const found: Waiting[] = [];
  for await (const { dispute } of listDisputes(table, 'open', providerId, {
    from: '0',
    to: today,
  })) {
    if (dispute === null) continue;
    const { state } = await standingDispute(dispute, { table });
    if (DISPUTE_STATES[state].turn === null) continue;
    const { disputeId, voucherId, raisedAt } = dispute;
    found.push({ is: 'dispute', disputeId, voucherId, raisedOn: raisedAt.slice(0, 10) });
    if (found.length === MOST_DISPUTES) break;
  }
  return found;
}

/** A statement is pointed out for so many days after it was closed. */
const NEW_DAYS = 14;

/**
 * @param read the days that the page reads anyway
 * @returns the provider's own turn first
 */
export async function readWaiting(
  table: Table,
  providerId: string,
  nowMs: number,
  read: KnownDays,
): Promise<Waiting[]> {
  const [statements, disputes] = await Promise.all([
    waitingStatements(table, providerId, nowMs, read),
    waitingDisputes(table, providerId, businessDayAt(nowMs)),
  ]);
  return [...statements, ...disputes];
}

/** Of some window: the days with anything booked. */
export interface KnownDays {
  readonly window: Window;
  readonly booked: Promise<ReadonlySet<string>>;
}

async function waitingStatements(
  table: Table,
  providerId: string,
  nowMs: number,
  read: KnownDays,
): Promise<Waiting[]> {
  const today = businessDayAt(nowMs);
  const last = addDays(`${today.slice(0, 8)}01`, -1);
  const month = last.slice(0, 7);
  const statement = await readStatement(table, { providerId, month }, false);
  if (statement?.status === 'closed') {
    const closedOn = (statement.closedAt ?? statement.asOf).slice(0, 10);
    if (daysBetween(closedOn, today) > NEW_DAYS) return [];
    return [{ is: 'statement-closed', month, payableFen: statement.payableFen, closedOn }];
  }
  const isOpen =
    statement !== undefined ||
    (await hasDays(table, providerId, { from: `${month}-01`, to: last }, read));
  return isOpen ? [{ is: 'statement-open', month }] : [];
}

async function hasDays(
  table: Table,
  providerId: string,
  window: Window,
  read: KnownDays,
): Promise<boolean> {
  const booked = [...(await read.booked)];
  if (booked.some((day) => window.from <= day && day <= window.to)) return true;
  const isRead = read.window.from <= window.from && window.to <= read.window.to;
  return !isRead && hasProviderDay(table, providerId, window);
}

/** Differences of yesterday wait for the operator, who asks the platform. */
export function waitingOf({ day, differences }: Checked): Waiting[] {
  return differences === 0 ? [] : [{ is: 'differences', day, count: differences }];
}
