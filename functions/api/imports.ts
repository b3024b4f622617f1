import { mapLimit } from '../../lib/async/map-limit.ts';
import { latestVersions, UNATTRIBUTED } from '../../lib/attribution/contract.ts';
import { fingerprint } from '../../lib/crypto/hash.ts';
import { Problem } from '../../lib/errors/problem.ts';
import type { Reason } from '../../lib/imports/amount.ts';
import { compareImport, type ImportDifference } from '../../lib/imports/compare.ts';
import { headerOf } from '../../lib/imports/header.ts';
import { type KnownMerchant, measured } from '../../lib/imports/known-merchant.ts';
import {
  FIELDS,
  type Field,
  type Headings,
  type Measure,
  PROFILES,
  type Profile,
  type ProfileName,
} from '../../lib/imports/profiles.ts';
import { readFileRows } from '../../lib/imports/read-file.ts';
import { type ImportLine, type RefusedLine, readLines } from '../../lib/imports/read-lines.ts';
import { emptyRollup, type Rollup } from '../../lib/ledger/rollup.ts';
import { readDimension } from '../../lib/rollups/dimensions.ts';
import { merchantsOfProvider, readContracts } from '../../lib/store/accounts/contracts.ts';
import { readMerchant } from '../../lib/store/accounts/parties.ts';
import { keepImport } from '../../lib/store/ledger/imports.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';
import { booksBySource, type SourceBooks } from './import-sources.ts';
import type { Window } from './input.ts';

export interface ImportRequest {
  readonly profile: ProfileName;
  readonly providerId: string;
  readonly window: Window;
  /** `field=heading;field=heading`, in the caller's words. */
  readonly columns: string;
  readonly dryRun: boolean;
}

/** What of a file was read, what not and why, and where our books say something else. */
export interface ImportAnswer {
  /** Null where nothing is kept: in a dry run, or where nothing could be read. */
  readonly importId: string | null;
  /** Lines below the header. */
  readonly lines: number;
  readonly read: number;
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
  readonly differences: readonly ReturnType<typeof shown>[];
}

const READS_AT_ONCE = 16;

/** Each costs a read of its event: some seconds. */
const MAX_ENTRIES_READ = 5_000;

/** Reads a file and compares it with the provider's books of the window. @throws Problem */
export async function importFile(
  bytes: Uint8Array,
  request: ImportRequest,
  deps: ApiDeps,
): Promise<ImportAnswer> {
  const { profile: name, providerId, window, columns, dryRun } = request;
  const profile: Profile = PROFILES[name];
  const own = headingsIn(columns);
  const rows = readFileRows(bytes);
  if ('code' in rows) return refusedWhole(rows);
  const header = headerOf(rows, profile, own);
  if ('code' in header) return refusedWhole(header);
  const merchants = await namesOf(providerId, profile, deps);
  const expected = { merchants, ...window, isOneLine: profile.isOneLine };
  const { lines, refused } = readLines(rows, header, expected);
  const ours = await booksOf(lines, request, deps);
  const compared = { ...window, isEstimate: profile.isEstimate };
  const found = compareImport(lines, ours, compared);
  const sources = await sourcesOf(found, request, deps);
  const differences = found.map((one) => shown(one, merchants, sources.get(one.merchantId)));
  const answer = {
    ...{ lines: lines.length + refused.length, read: lines.length },
    ...{ refused: refused.map(shownLine), differences },
  };
  if (dryRun) return { importId: null, ...answer };
  const importedAt = toInstant(deps.now());
  const fileHash = fingerprint(bytes);
  const importId = `${importedAt.slice(0, 10)}-${fingerprint(fileHash, name, providerId, importedAt).slice(0, 24)}`;
  const kept = { importId, providerId, profile: name, ...window, importedAt, fileHash };
  const counts = { lines: answer.lines, read: answer.read };
  await keepImport(deps.table, { ...kept, ...counts }, [...answer.refused, ...differences]);
  return { importId, ...answer };
}

function refusedWhole(reason: Reason): ImportAnswer {
  const refused = [shownLine({ line: 1, reason })];
  return { importId: null, lines: 0, read: 0, refused, differences: [] };
}

const inBoth = ({ zh, en }: Reason) => `${zh} (${en})`;

const shownLine = ({ line, reason }: RefusedLine) => ({ line, reason: inBoth(reason) });

function shown(
  { merchantId, measure, ours, theirs, cause }: ImportDifference,
  names: ReadonlyMap<string, string | null>,
  sources: SourceBooks | undefined,
) {
  const merchant = { merchantId, merchantName: names.get(merchantId) ?? null };
  const fen = { oursFen: ours, theirsFen: theirs, gapFen: (theirs ?? 0) - ours };
  const oursBySource = partsOf(measure, ours, sources);
  return { ...merchant, measure, ...fen, oursBySource, cause: cause.code, reason: inBoth(cause) };
}

/** @returns null where they are not known, or do not come to what was compared: something was booked meanwhile */
function partsOf(measure: Measure, ours: number, sources: SourceBooks | undefined) {
  const parts = [...(sources ?? [])]
    .map(([source, rollup]) => ({ source, fen: measured(rollup, measure) }))
    .filter(({ fen }) => fen !== 0)
    .sort((a, b) => Math.abs(b.fen) - Math.abs(a.fen));
  const sum = parts.reduce((total, { fen }) => total + fen, 0);
  return sources === undefined || sum !== ours ? null : parts;
}

/** Of the merchants that differ, those first that differ most. */
function sourcesOf(
  differences: readonly ImportDifference[],
  { profile, providerId, window }: ImportRequest,
  { table }: ApiDeps,
): Promise<ReadonlyMap<string, SourceBooks>> {
  const gaps = new Map<string, number>();
  for (const { merchantId, ours, theirs } of differences) {
    const gap = Math.abs((theirs ?? 0) - ours);
    gaps.set(merchantId, Math.max(gap, gaps.get(merchantId) ?? 0));
  }
  const { platform } = PROFILES[profile];
  const merchants = [...gaps]
    .sort(([, a], [, b]) => b - a)
    .map(([merchantId]) => ({ platform, merchantId }));
  return booksBySource(table, merchants, { providerId, most: MAX_ENTRIES_READ, ...window });
}

/** @throws Problem `request-invalid` */
function headingsIn(columns: string): Headings {
  const pairs = columns.split(';').filter((pair) => pair.trim() !== '');
  const headings: Partial<Record<Field, string>> = {};
  for (const pair of pairs) {
    const [name = '', ...heading] = pair.split('=');
    const field = FIELDS.find((one) => one === name.trim());
    if (field === undefined || heading.join('=').trim() === '') {
      const known = FIELDS.join(', ');
      throw new Problem('request-invalid', `columns: write field=heading;…, fields are ${known}`);
    }
    headings[field] = heading.join('=').trim();
  }
  return headings;
}

/** The provider's merchants of a platform, as they are registered. */
async function namesOf(
  providerId: string,
  { platform }: Profile,
  { table }: ApiDeps,
): Promise<ReadonlyMap<string, string | null>> {
  const all = await merchantsOfProvider(table, providerId);
  const own = all.filter((one) => one.platform === platform);
  const named = await mapLimit(own, READS_AT_ONCE, async ({ merchantId }) => {
    const merchant = await readMerchant(table, platform, merchantId);
    return [merchantId, merchant?.name ?? null] as const;
  });
  return new Map(named);
}

/** What our books say of every merchant that the file or the books have. */
async function booksOf(
  lines: readonly ImportLine[],
  { profile, providerId, window }: ImportRequest,
  { table }: ApiDeps,
): Promise<ReadonlyMap<string, KnownMerchant>> {
  const { platform } = PROFILES[profile];
  const [ours, nobodys] = await Promise.all(
    [providerId, UNATTRIBUTED].map(async (whose) => {
      const rows = await readDimension(table, whose, 'merchant', window);
      const own = rows.filter(({ value }) => value?.startsWith(`${platform}/`));
      return new Map(
        own.map(({ value, rollup }) => [value?.slice(platform.length + 1) ?? '', rollup]),
      );
    }),
  );
  const ids = new Set([...lines.map(({ merchantId }) => merchantId), ...(ours?.keys() ?? [])]);
  const books = await mapLimit([...ids], READS_AT_ONCE, async (merchantId) => {
    const log = await readContracts(table, platform, merchantId);
    const contracts = latestVersions(log).filter((one) => one.providerId === providerId);
    const of = (all: ReadonlyMap<string, Rollup> | undefined) =>
      all?.get(merchantId) ?? emptyRollup();
    return [merchantId, { rollup: of(ours), unattributed: of(nobodys), contracts }] as const;
  });
  return new Map(books);
}
