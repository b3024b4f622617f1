import * as z from 'zod';
import { mapLimit } from '../async/map-limit.ts';
import { contractPlace } from '../attribution/contract.ts';
import { isFinal, lastDayOf, lineOf, type StatementLine } from '../ledger/statement.ts';
import {
  addHeld,
  addItems,
  addTold,
  heldOf,
  itemsOf,
  subtotalsOf,
  type Told,
} from '../ledger/statement-parts.ts';
import { tierParts } from '../ledger/tiers.ts';
import { readContracts } from '../store/accounts/contracts.ts';
import { BUCKETS } from '../store/keys.ts';
import { type Digest, putHeld, readDigest, saveDigest } from '../store/ledger/statement-digests.ts';
import { billedEntries, readLines, type Statement } from '../store/ledger/statements.ts';
import type { Table } from '../store/table.ts';
import { addDays, businessDayOf, DAY_MS, instantToMs, toInstant } from '../time/shanghai.ts';
import { storeDaysToBill } from './billed.ts';
import { isTold } from './lines.ts';
import { putFrontOf, putPages } from './pages.ts';
import { addRange, putPieces, rangesOf } from './subtotals.ts';

/** Lines of a piece: some seconds of work. A whole number of pages, see `putPages`. */
const LINES_A_PIECE = 2_000;

const AT_ONCE = 16;

/** Entries of a store's day that may be held: many more than a till makes. */
const MOST_OF_A_DAY = 100_000;

/** Store-days and entries that a piece looks at, about. */
const HELD_A_PIECE = 2_000;

/** Where the next of them begins: after a store-day of a bucket. */
const heldPlaceSchema = z.object({
  day: z.string(),
  bucket: z.int(),
  after: z.string().nullable(),
});
type HeldPlace = z.infer<typeof heldPlaceSchema>;

const NOTHING: Told = { fen: 0, known: 0, unknown: 0 };

const BEGIN: Digest = {
  ...{ step: 0, phase: 'lines', cursor: null, items: [], held: [], tiers: [] },
  told: { feeFen: NOTHING, creatorFen: NOTHING, providerFen: NOTHING },
  counts: { stores: 0, merchants: 0, contracts: 0 },
  ...{ pieces: 0, rangesDone: 0 },
};

const PHASES = {
  lines: digestLines,
  subtotals: digestSubtotals,
  held: digestHeld,
  done: async (_table: Table, _statement: Statement, digest: Digest) => digest,
} as const;

/**
 * Works on the next piece of what a closed statement comes to. A piece may be done twice: what it writes is made of
 * lines that never change, at keys made of the piece.
 * @returns the digest; undefined when another worker was ahead
 */
async function digestPiece(table: Table, statement: Statement): Promise<Digest | undefined> {
  const standing = await readDigest(table, statement);
  const before = standing ?? BEGIN;
  if (before.phase === 'done') return before;
  const next = await PHASES[before.phase](table, statement, before);
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
  await putPieces(table, statement, before.step, subtotalsOf(lines));
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
  return isLast ? { ...added, phase: 'subtotals', cursor: null, pieces: before.step + 1 } : added;
}

/** Adds up a range of the subtotals; all of them at once where there are few. */
async function digestSubtotals(
  table: Table,
  statement: Statement,
  before: Digest,
): Promise<Digest> {
  let added = before;
  for (let isLast = false; !isLast; ) {
    const next = await addRange(table, statement, before.pieces, added);
    isLast = next.isLast;
    added = { ...added, counts: next.counts, rangesDone: next.rangesDone };
    if (isLast) return { ...added, phase: 'held' };
    if (rangesOf(statement) > 1) break;
  }
  return added;
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

/** Entries that were too young at the closing: of some store-days, for as long as one piece has time. */
async function digestHeld(table: Table, statement: Statement, before: Digest): Promise<Digest> {
  const { providerId, month, asOf } = statement;
  const place = before.cursor === null ? null : heldPlaceSchema.parse(JSON.parse(before.cursor));
  const day = place?.day ?? firstHeldDay(statement);
  if (day > lastDayOf(month)) {
    const done: Digest = { ...before, phase: 'done', cursor: null };
    // The front first: a digest that is done has one.
    await putFrontOf(table, statement, done);
    return done;
  }
  const lines: StatementLine[] = [];
  const reached = (next: HeldPlace): Digest => ({
    ...before,
    held: addHeld([before.held, heldOf(lines, statement)]),
    cursor: JSON.stringify(next),
  });
  let looked = 0;
  for (let bucket = place?.bucket ?? 0; bucket < BUCKETS; bucket += 1) {
    const after = bucket === place?.bucket ? place.after : null;
    for await (const one of storeDaysToBill(table, providerId, { day, bucket }, after)) {
      looked += 1;
      const { sk, store, billed } = one;
      if (billed !== store.rollup.entryCount) {
        const span = { providerId, ...store };
        const found = await Array.fromAsync(billedEntries(table, span, day, null, MOST_OF_A_DAY));
        const held = found.filter(({ entry }) => !isFinal(entry, statement, asOf));
        await mapLimit(held, AT_ONCE, ({ entry }) => putHeld(table, statement, entry));
        lines.push(...held.map(({ entry }) => lineOf(entry)));
        looked += found.length;
      }
      if (looked >= HELD_A_PIECE) return reached({ day, bucket, after: sk });
    }
  }
  return reached({ day: addDays(day, 1), bucket: 0, after: null });
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
