import { Problem } from '../../errors/problem.ts';
import { ByteReader, ByteWriter } from '../../ledger/bytes.ts';
import { adSpendPartition, keys } from '../keys.ts';
import type { Table } from '../table.ts';

/** What a network said of a day of an account, or of one of its stores; null where it said nothing of that. */
export interface AdFigures {
  readonly spendFen: number | null;
  readonly adOrders: number | null;
  /** 粉条返还: what the network gave back of it. */
  readonly rebateFen: number | null;
  /** 聚力现金: what was paid with the network's own money. */
  readonly cashFen: number | null;
}

export interface AdLine extends AdFigures {
  readonly network: string;
  readonly accountId: string;
  readonly day: string;
  /** Null: of the account, and of no store in particular. */
  readonly storeId: string | null;
}

const FIGURES = ['spendFen', 'adOrders', 'rebateFen', 'cashFen'] as const;

/** A month of an account of 200 stores, with room: some 200 KB. */
const MAX_LINES_OF_MONTH = 10_000;
const MAX_TRIES = 5;

/** Of one account. */
export interface AdPlace {
  readonly providerId: string;
  readonly month: string;
  readonly network: string;
  readonly accountId: string;
}

/**
 * Keeps what a file says of an account's month. Of a day that it has, each figure that it tells replaces what was known
 * of that figure, at whatever store; what it does not tell stays. So a file may be imported twice, and a later one is
 * the network's last word.
 * @throws Problem `request-invalid` where a month would have too many lines
 */
export async function keepAdMonth(
  table: Table,
  { providerId, month, network, accountId }: AdPlace,
  lines: readonly AdLine[],
): Promise<void> {
  const key = keys.adSpend(providerId, month, network, accountId);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const item = await table.get(key);
    const step = Number(item?.step ?? 0);
    const before =
      item?.lines instanceof Uint8Array ? unpackLines(item.lines, { network, accountId }) : [];
    const after = merged(before, lines);
    if (after.length > MAX_LINES_OF_MONTH) {
      const detail = `A month of an account has at most ${MAX_LINES_OF_MONTH} lines by day and store.`;
      throw new Problem('request-invalid', detail);
    }
    const fields = { network, accountId, step: step + 1, lines: packLines(after) };
    const same = { expression: 'step = :step', values: { ':step': step } };
    if (await table.put(key, fields, item === undefined ? undefined : same)) return;
  }
  throw new Problem('internal', 'Other files of this account were imported at once. Try again.');
}

function merged(before: readonly AdLine[], told: readonly AdLine[]): AdLine[] {
  const replaced = new Map<string, Set<(typeof FIGURES)[number]>>();
  for (const line of told) {
    const own = replaced.get(line.day) ?? new Set();
    replaced.set(line.day, own);
    for (const figure of FIGURES) if (line[figure] !== null) own.add(figure);
  }
  const all = new Map<string, AdLine>();
  const placeOf = ({ day, storeId }: AdLine) => JSON.stringify([day, storeId]);
  for (const line of before) {
    const gone = [...(replaced.get(line.day) ?? [])].map((figure) => [figure, null]);
    all.set(placeOf(line), { ...line, ...Object.fromEntries(gone) });
  }
  for (const line of told) {
    const given = FIGURES.filter((figure) => line[figure] !== null);
    const standing = all.get(placeOf(line)) ?? line;
    all.set(placeOf(line), {
      ...standing,
      ...Object.fromEntries(given.map((figure) => [figure, line[figure]])),
    });
  }
  return [...all.values()]
    .filter((line) => FIGURES.some((figure) => line[figure] !== null))
    .toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

/** What a provider's accounts spent on the days of a window: an item for each account and month. */
export async function readAdLines(
  table: Table,
  providerId: string,
  { from, to }: { from: string; to: string },
): Promise<AdLine[]> {
  const lines: AdLine[] = [];
  for (const month of monthsOf(from, to)) {
    const pk = adSpendPartition(providerId, month);
    for await (const { network, accountId, lines: bytes } of table.query(pk, {
      consistent: false,
    })) {
      if (!(bytes instanceof Uint8Array)) continue;
      const account = { network: String(network), accountId: String(accountId) };
      lines.push(...unpackLines(bytes, account).filter(({ day }) => day >= from && day <= to));
    }
  }
  return lines;
}

function monthsOf(from: string, to: string): string[] {
  const months: string[] = [];
  let [year, month] = [Number(from.slice(0, 4)), Number(from.slice(5, 7))];
  for (let name = from.slice(0, 7); name <= to.slice(0, 7); ) {
    months.push(name);
    [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1];
    name = `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}`;
  }
  return months;
}

function packLines(lines: readonly AdLine[]): Uint8Array {
  const stores = [...new Set(lines.map(({ storeId }) => storeId))];
  const writer = new ByteWriter().int(stores.length);
  for (const storeId of stores) writer.text(storeId);
  for (const line of lines) {
    writer.text(line.day.replaceAll('-', '')).int(stores.indexOf(line.storeId));
    writer.int(
      FIGURES.reduce((mask, figure, at) => mask + (line[figure] === null ? 0 : 1 << at), 0),
    );
    for (const figure of FIGURES) if (line[figure] !== null) writer.int(line[figure]);
  }
  return writer.finish();
}

function unpackLines(
  bytes: Uint8Array,
  account: { readonly network: string; readonly accountId: string },
): AdLine[] {
  const reader = new ByteReader(bytes);
  const stores = Array.from({ length: reader.int() }, () => reader.text());
  const lines: AdLine[] = [];
  while (!reader.isAtEnd) {
    const day = (reader.text() ?? '').replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');
    const storeId = stores[reader.int()] ?? null;
    const mask = reader.int();
    const told = FIGURES.map((figure, at) => [figure, (mask >> at) & 1 ? reader.int() : null]);
    const figures = Object.fromEntries(told) as Record<(typeof FIGURES)[number], number | null>;
    lines.push({ ...account, day, storeId, ...figures });
  }
  return lines;
}
