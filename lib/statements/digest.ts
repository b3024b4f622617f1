import { mapLimit } from '../async/map-limit.ts';
import { contractPlace } from '../attribution/contract.ts';
import { isFinal, lastDayOf, lineOf, type StatementLine } from '../ledger/statement.ts';
import {
  addItems,
  addSubtotals,
  addTold,
  heldOf,
  itemsOf,
  SUBTOTALS,
  subtotalsOf,
  type Told,
} from '../ledger/statement-parts.ts';
import { tierParts } from '../ledger/tiers.ts';
import { ALL_BUCKETS } from '../rollups/provider-day.ts';
import { storeDays } from '../rollups/rollups.ts';
import { readContracts } from '../store/accounts/contracts.ts';
import {
  type Digest,
  putHeld,
  putSubtotals,
  readDigest,
  readSubtotals,
  saveDigest,
} from '../store/ledger/statement-digests.ts';
import { billedEntries, readLines, type Statement } from '../store/ledger/statements.ts';
import type { Table } from '../store/table.ts';
import { addDays, businessDayOf, DAY_MS, instantToMs, toInstant } from '../time/shanghai.ts';
import { isTold } from './lines.ts';
import { putFrontOf, putPages } from './pages.ts';

/** Lines of a piece: some seconds of work. A whole number of pages, see `putPages`. */
const LINES_A_PIECE = 2_000;

const AT_ONCE = 16;

/** Entries of a store's day that may be held: many more than a till makes. */
const MOST_OF_A_DAY = 100_000;

const NOTHING: Told = { fen: 0, known: 0, unknown: 0 };

const BEGIN: Digest = {
  ...{ step: 0, phase: 'lines', cursor: null, items: [], held: [], tiers: [] },
  told: { feeFen: NOTHING, creatorFen: NOTHING, providerFen: NOTHING },
  counts: { stores: 0, merchants: 0, contracts: 0 },
};

/**
 * Works on the next piece of what a closed statement comes to. A piece may be done twice: what it writes is made of
 * lines that never change, at keys made of the piece.
 * @returns the digest; undefined when another worker was ahead
 */
async function digestPiece(table: Table, statement: Statement): Promise<Digest | undefined> {
  const standing = await readDigest(table, statement);
  const before = standing ?? BEGIN;
  if (before.phase === 'done') return before;
  const next =
    before.phase === 'lines'
      ? await digestLines(table, statement, before)
      : await digestHeld(table, statement, before);
  const saved = { ...next, step: before.step + 1 };
  return (await saveDigest(table, statement, saved, standing)) ? saved : undefined;
}

async function digestLines(table: Table, statement: Statement, before: Digest): Promise<Digest> {
  // One more: whether it is the last piece is known before its pages are written.
  const read = await readLines(table, statement, before.cursor, LINES_A_PIECE + 1);
  const isLast = read.length <= LINES_A_PIECE;
  const found = read.slice(0, LINES_A_PIECE);
  const lines = found.map(({ line }) => line);
  const charges = lines.map(chargesOf);
  const pieces = subtotalsOf(lines);
  for (const by of SUBTOTALS) {
    await putSubtotals(table, statement, `piece-${by}-${before.step}`, pieces[by]);
  }
  await putPages(table, statement, { after: before.cursor, lines: found, isLast });
  const told = (name: keyof Digest['told']) =>
    addTold([before.told[name], ...charges.map((one) => toldOf(one, name))]);
  const tiers = await mapLimit(
    lines.filter(({ kind }) => kind === 'tier'),
    AT_ONCE,
    (line) => tierOf(table, line),
  );
  const last = found.at(-1);
  const added: Digest = {
    ...before,
    items: addItems([before.items, itemsOf(lines, statement.month)]),
    told: {
      feeFen: told('feeFen'),
      creatorFen: told('creatorFen'),
      providerFen: told('providerFen'),
    },
    tiers: [...before.tiers, ...tiers.flat()],
    cursor: last?.sk ?? before.cursor,
  };
  if (!isLast) return added;
  const counts = { stores: 0, merchants: 0, contracts: 0 };
  for (const by of SUBTOTALS) counts[by] = await mergePieces(table, statement, by, before.step);
  return { ...added, counts, phase: 'held', cursor: null };
}

/** All pieces of one kind → its subtotals, in their order. @returns how many */
async function mergePieces(
  table: Table,
  statement: Statement,
  by: (typeof SUBTOTALS)[number],
  lastStep: number,
): Promise<number> {
  const pieces = [];
  for (let step = 0; step <= lastStep; step += 1) {
    const all = { from: 0, most: LINES_A_PIECE };
    pieces.push(await readSubtotals(table, statement, `piece-${by}-${step}`, all));
  }
  const rows = addSubtotals(pieces);
  await putSubtotals(table, statement, by, rows);
  return rows.length;
}

/** What was told of a line; null where nobody told anything, undefined where nothing is to be told. */
function chargesOf(line: StatementLine): StatementLine['charges'] | undefined {
  return isTold(line) ? line.charges : undefined;
}

function toldOf(charges: StatementLine['charges'] | undefined, name: keyof Digest['told']): Told {
  if (charges === undefined) return NOTHING;
  const fen = charges?.[name] ?? null;
  return fen === null ? { fen: 0, known: 0, unknown: 1 } : { fen, known: 1, unknown: 0 };
}

/** The steps that made a tier's bonus: in the version of the contract that it was settled by. */
async function tierOf(table: Table, line: StatementLine): Promise<Digest['tiers']> {
  const { contractId, contractVersion, basisFen, commissionFen, orderId } = line;
  const place = contractId === null ? undefined : contractPlace(contractId);
  if (place === undefined || contractId === null || basisFen === null) return [];
  const log = await readContracts(table, place.platform, place.merchantId);
  const version = log.find(
    (one) => one.version === contractVersion && one.contractId === contractId,
  );
  if (version?.tiers === undefined || version.tiers === null) return [];
  const steps = tierParts(basisFen, version.rateBp, version.tiers);
  const earnedFen = steps.reduce((sum, { resultFen }) => sum + resultFen, 0);
  const month = orderId.split(':').at(-1) ?? '';
  return [
    {
      ...{
        contractId,
        version: version.version,
        month,
        redeemedFen: basisFen,
        dueFen: commissionFen,
      },
      steps: steps.map(({ fromFen, rateBp, ofFen, resultFen }) => ({
        fromFen,
        rateBp,
        ofFen,
        resultFen,
      })),
      bookedFen: earnedFen - commissionFen,
    },
  ];
}

/** One day's entries that were too young at the closing. */
async function digestHeld(table: Table, statement: Statement, before: Digest): Promise<Digest> {
  const { providerId, month, asOf } = statement;
  const day = before.cursor ?? firstHeldDay(statement);
  if (day > lastDayOf(month)) {
    const done: Digest = { ...before, phase: 'done', cursor: null };
    // The front first: a digest that is done has one.
    await putFrontOf(table, statement, done);
    return done;
  }
  const lines: StatementLine[] = [];
  for (const bucket of ALL_BUCKETS) {
    for await (const { platform, storeId } of storeDays(table, providerId, day, bucket)) {
      const span = { providerId, platform, storeId };
      for await (const { entry } of billedEntries(table, span, day, null, MOST_OF_A_DAY)) {
        if (isFinal(entry, statement, asOf)) continue;
        lines.push(lineOf(entry));
        await putHeld(table, statement, entry);
      }
    }
  }
  const held = [...before.held, ...heldOf(lines, statement)];
  return { ...before, held, cursor: addDays(day, 1) };
}

function firstHeldDay({ asOf, reversalWindowsMs, holdingDays }: Statement): string {
  const windowMs = Math.max(0, ...Object.values(reversalWindowsMs));
  return businessDayOf(toInstant(instantToMs(asOf) - windowMs - holdingDays * DAY_MS));
}

/** Goes on with it until it is done or somebody else is at it. @returns whether nothing is left to do */
export async function digest(
  table: Table,
  statement: Statement,
  mayGoOn: () => boolean,
): Promise<boolean> {
  while (mayGoOn()) {
    const piece = await digestPiece(table, statement);
    if (piece === undefined || piece.phase === 'done') return true;
  }
  return false;
}
