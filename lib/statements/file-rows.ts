import { isWord, sayIn, type Word } from '../i18n/words.ts';
import type { Cell } from '../ledger/csv.ts';
import { isAdjustment, isPaid, type StatementLine } from '../ledger/statement.ts';
import { correctedMonthOf, freeOn, partOf } from '../ledger/statement-parts.ts';
import { proportion, WHOLE_BP } from '../money/fen.ts';
import { yuanOf } from '../money/yuan.ts';
import { entryRef } from '../store/ledger/entry-ref.ts';
import type { Digest } from '../store/ledger/statement-digests.ts';
import type { Statement } from '../store/ledger/statements.ts';

/** Both languages in each heading: a file goes from hand to hand. */
const HEADINGS: readonly Word[] = [
  ...(['businessDay', 'occurredAt', 'statementPart', 'kind', 'platform', 'merchant'] as const),
  ...(['store', 'order', 'voucher', 'redemption', 'channel', 'soldProduct', 'count'] as const),
  ...(['paidGmv', 'redeemedGmv', 'commission', 'contract', 'restatement', 'entry'] as const),
  ...(['line.basis', 'file.share', 'file.rate', 'file.shareRounding'] as const),
  ...(['file.commissionRounding', 'file.version', 'file.month', 'charge.fee'] as const),
  ...(['charge.creator', 'charge.provider', 'file.freeOn', 'file.held', 'file.note'] as const),
];

type Tiers = Digest['tiers'];

export interface FileRows {
  readonly statement: Statement;
  readonly lines: readonly StatementLine[];
  readonly tiers: Tiers;
  /** Entries that it leaves for a later one; none of their amounts is in a column that is added up. */
  readonly held: readonly StatementLine[];
}

export interface StatementRows extends FileRows {
  /** A last row with formulas over the columns; a CSV has none, so that whoever adds them up adds nothing twice. */
  readonly hasSums: boolean;
}

/** Lines → rows of cells under their headings. Payments and redemptions have a column each, that sum. */
export function statementRows({ hasSums, ...rows }: StatementRows): Cell[][] {
  const body = fileRows(rows);
  const whole = [[...FILE_HEADINGS], ...body];
  return hasSums ? [...whole, sumsOf(body)] : whole;
}

/** The same without headings and sums. */
export function fileRows(rows: FileRows): Cell[][] {
  const { lines, held, statement } = rows;
  return [
    ...lines.map((line) => rowOf(line, rows)),
    ...held.map((line) => heldRowOf(line, statement)),
  ];
}

function rowOf(line: StatementLine, { statement, tiers }: FileRows): Cell[] {
  const { providerId, month } = statement;
  return [
    ...placeOf(line, both(isAdjustment(line, month) ? 'adjustments' : 'ofTheMonth')),
    line.count,
    isPaid(line) ? { fen: line.amountFen } : null,
    isPaid(line) || line.kind === 'tier' ? null : { fen: line.amountFen },
    { fen: line.commissionFen },
    idCell(line.contractId),
    idCell(line.restatementId),
    idCell(entryRef({ ...line, providerId })),
    ...arithmeticOf(line),
    line.contractVersion,
    { id: correctedMonthOf(line) },
    ...chargesOf(line),
    null,
    null,
    noteOf(line, month, tiers),
  ];
}

function placeOf(line: StatementLine, part: string): Cell[] {
  return [
    line.businessDay,
    line.occurredAt,
    part,
    word(`kind.${line.kind}`, line.kind),
    word(line.platform, line.platform),
    idCell(line.merchantId),
    idCell(line.storeId),
    idCell(line.orderId),
    idCell(line.voucherId),
    idCell(line.redemptionId),
    word(line.channel, line.channel),
    idCell(line.productId),
  ];
}

/**
 * What anybody recomputes a line by: `GMV = basis × share` without its fraction, and the fen that the largest remainder
 * gave it; `commission = GMV × rate`, half up on the absolute value. What takes another line back takes its very fen, so
 * it has no basis of its own, and a rounding where several took parts of one line.
 */
function arithmeticOf(line: StatementLine): Cell[] {
  const { basisFen, shareBp, rateBp, amountFen, commissionFen, isReversing, kind } = line;
  if (basisFen === null || shareBp === null || rateBp === null || kind === 'tier') {
    return [null, null, null, null, null];
  }
  const commission = isPaid(line)
    ? [null, null]
    : [{ bp: rateBp }, commissionFen - proportion(amountFen, rateBp, WHOLE_BP)];
  const [rate = null, rounding = null] = commission;
  if (isReversing) return [null, { bp: shareBp }, rate, null, rounding];
  const whole = Number((BigInt(basisFen) * BigInt(shareBp)) / BigInt(WHOLE_BP));
  return [{ fen: basisFen }, { bp: shareBp }, rate, amountFen - whole, rounding];
}

/** A use has what was told of it, or that nobody told; of everything else there is nothing to tell. */
function chargesOf({ charges, kind, isReversing }: StatementLine): Cell[] {
  if (kind !== 'redemption' || isReversing) return [null, null, null];
  const { feeFen = null, creatorFen = null, providerFen = null } = charges ?? {};
  return [feeFen, creatorFen, providerFen].map((fen) => (fen === null ? both('unknown') : { fen }));
}

/** Why a line is here that is none of the month's own. */
function noteOf(line: StatementLine, month: string, tiers: Tiers): Cell {
  const part = partOf(line, month);
  switch (part) {
    case 'month':
      return null;
    case 'tier':
      return stepsOf(line, tiers);
    case 'late':
    case 'restated':
    case 'clawback':
      return [both(`part.${part}`), correctedMonthOf(line), line.restatementId]
        .filter((one) => one !== null)
        .join(' ');
    default:
      return part satisfies never;
  }
}

/** `[0.00+: 100.00 × 5.00% = 5.00] [100.00+: 50.00 × 10.00% = 5.00] − 7.50 = 2.50` */
function stepsOf(line: StatementLine, tiers: Tiers): string {
  const of = line.orderId.split(':').at(-1);
  const tier = tiers.find(
    ({ contractId, month, dueFen }) =>
      contractId === line.contractId && month === of && dueFen === line.commissionFen,
  );
  if (tier === undefined) return both('part.tier');
  const steps = tier.steps.map(
    ({ fromFen, ofFen, rateBp, resultFen }) =>
      `[${yuanOf(fromFen)}+: ${yuanOf(ofFen)} × ${yuanOf(rateBp)}% = ${yuanOf(resultFen)}]`,
  );
  return `${steps.join(' ')} − ${yuanOf(tier.bookedFen)} = ${yuanOf(tier.dueFen)}`;
}

function heldRowOf(line: StatementLine, statement: Statement): Cell[] {
  const before: Cell[] = [
    ...placeOf(line, both('part.held')),
    ...[null, null, null, null, idCell(line.contractId), idCell(line.restatementId)],
    idCell(entryRef({ ...line, providerId: statement.providerId })),
    ...arithmeticOf(line),
    line.contractVersion,
    { id: correctedMonthOf(line) },
  ];
  const held = [freeOn(line, statement), { fen: line.commissionFen }, both('part.held')];
  return [...before, ...[null, null, null], ...held];
}

/** Sums of the columns of money and of the count; each formula has what it comes to. */
function sumsOf(body: readonly (readonly Cell[])[]): Cell[] {
  return FILE_SUMS.map((kind, column) => {
    if (column === 0) return FILE_TOTAL;
    if (kind === null) return null;
    if (kind === 'count') {
      const sum = body.reduce((all, row) => all + Number(row[column] ?? 0), 0);
      return { sum };
    }
    const sumFen = body.reduce((all, row) => all + fenIn(row[column] ?? null), 0);
    return { sumFen };
  });
}

const SUMMED: ReadonlySet<Word> = new Set<Word>([
  ...(['paidGmv', 'redeemedGmv', 'commission', 'charge.fee', 'charge.creator'] as const),
  ...(['charge.provider', 'file.held'] as const),
]);

function fenIn(cell: Cell): number {
  return cell !== null && typeof cell === 'object' && 'fen' in cell ? cell.fen : 0;
}

function idCell(id: string | null): Cell {
  return id === null ? null : { id };
}

/** What is no word of ours is shown as it came. */
function word(key: string, raw: string): string {
  return isWord(key) ? both(key) : raw;
}

function both(key: Word): string {
  const [zh, en] = [sayIn('zh')(key), sayIn('en')(key)];
  return zh === en ? zh : `${zh} ${en}`;
}

export const FILE_HEADINGS: readonly string[] = HEADINGS.map(both);

export const FILE_TOTAL = both('total');

/** What its columns come to: amounts in fen, counts, or nothing. */
export const FILE_SUMS: readonly ('fen' | 'count' | null)[] = HEADINGS.map((heading) =>
  heading === 'count' ? 'count' : SUMMED.has(heading) ? 'fen' : null,
);
