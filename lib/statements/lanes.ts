import { lastDayOf } from '../ledger/statement.ts';
import { BUCKETS } from '../store/keys.ts';
import { createLanes, type Lane, saveLane } from '../store/ledger/closing-lanes.ts';
import { type Statement, saveStatement } from '../store/ledger/statements.ts';
import type { Table } from '../store/table.ts';
import { DAY_MS } from '../time/shanghai.ts';
import { type Bucket, openBuckets } from './billed.ts';
import type { Batch, Closer } from './closer.ts';
import { lanesOf } from './in-lanes.ts';
import { LEASE_MS } from './lease.ts';
import { takeEntries } from './lines.ts';

/** Fewer entries than this are taken sooner by one worker than they are shared out. */
const ENTRIES_A_LANE = 5_000;

/** All lines of a statement are in one partition, which takes 1,000 writes a second: more workers would wait for it. */
const MOST_LANES = 8;

/**
 * Decides once whether several workers take the entries that are in no statement yet: each then has some of the days'
 * buckets, for a bucket is the unit in which it is noted what was taken. What was taken before is not taken again.
 * @returns the statement with its lanes; undefined when another worker was ahead
 */
export async function openLanes(
  table: Table,
  statement: Statement,
  entriesALane = ENTRIES_A_LANE,
): Promise<Statement | undefined> {
  const { providerId, month } = statement;
  let openEntries = 0;
  for await (const { open } of openBuckets(table, providerId, lastDayOf(month), null)) {
    openEntries += Math.max(0, open);
  }
  const wanted = Math.min(MOST_LANES, Math.ceil(openEntries / entriesALane));
  const lanes = wanted < 2 ? 0 : wanted;
  await createLanes(table, statement, lanes);
  const cursor = lanes === 0 ? statement.cursor : null;
  const decided = { ...statement, cursor, lanes, openEntries, step: statement.step + 1 };
  return (await saveStatement(table, decided, statement)) ? decided : undefined;
}

/**
 * The next batch of one lane; of any that nobody works on where none is named. Whoever finds all lanes at their end
 * lets the closing go on to its next phase.
 * @returns undefined when another worker was ahead, or is at it
 */
export async function takeLane(
  closer: Closer,
  statement: Statement,
  most: number,
  wanted: number | null,
): Promise<Batch | undefined> {
  const { table } = closer;
  const nowMs = closer.now();
  const lanes = await lanesOf(table, statement);
  if (lanes.every(({ isDone }) => isDone)) return endTaking(table, statement);
  const isFree = (lane: Lane) => !lane.isDone && lane.leaseUntilMs <= nowMs;
  const standing = lanes.find((lane) => isFree(lane) && (wanted ?? lane.lane) === lane.lane);
  if (standing === undefined) return undefined;
  const held = { ...standing, leaseUntilMs: nowMs + LEASE_MS };
  if (!(await saveLane(table, statement, held, standing))) return undefined;
  const isOwn = (bucket: Bucket) => laneOf(bucket, lanes.length) === standing.lane;
  const { cursor, work } = await takeEntries(closer, statement, {
    ...{ cursor: standing.cursor, isOwn, most },
  });
  const lane = {
    ...{ ...held, cursor, isDone: cursor === null, leaseUntilMs: 0 },
    ...{ step: held.step + 1, looked: held.looked + work },
  };
  if (!(await saveLane(table, statement, lane, held))) return undefined;
  const isLast = lane.isDone && lanes.every((one) => one.isDone || one.lane === lane.lane);
  // Of two that end at once each may see the other at work: whoever reads again sees both done.
  const isOver = isLast || (lane.isDone && (await isAllDone(table, statement)));
  return isOver ? endTaking(table, statement, work) : { statement, work, lane };
}

async function isAllDone(table: Table, statement: Statement): Promise<boolean> {
  return (await lanesOf(table, statement)).every(({ isDone }) => isDone);
}

async function endTaking(table: Table, standing: Statement, work = 0): Promise<Batch | undefined> {
  const statement: Statement = {
    ...{ ...standing, phase: 'adding', cursor: null, step: standing.step + 1 },
  };
  return (await saveStatement(table, statement, standing)) ? { statement, work } : undefined;
}

/** A day's buckets are in lanes that follow one another, and so are the days. */
function laneOf({ day, bucket }: Bucket, lanes: number): number {
  return ((Date.parse(day) / DAY_MS) * BUCKETS + bucket) % lanes;
}
