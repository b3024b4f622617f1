import { mapLimit } from '../async/map-limit.ts';
import { contractPlace } from '../attribution/contract.ts';
import type { StatementLine } from '../ledger/statement.ts';
import { SUBTOTALS, type Subtotal } from '../ledger/statement-parts.ts';
import { readMerchant, readStore } from '../store/accounts/parties.ts';
import { type Digest, readSubtotals } from '../store/ledger/statement-digests.ts';
import {
  PAGE_LINES,
  PAGE_ROWS,
  type PageNames,
  putFront,
  putPage,
} from '../store/ledger/statement-pages.ts';
import type { Statement } from '../store/ledger/statements.ts';
import type { Table } from '../store/table.ts';
import type { KeptLine } from './proof-rows.ts';

const AT_ONCE = 16;

export interface Stretch {
  /** The sort key of the line before; null where there is none. */
  readonly after: string | null;
  readonly lines: readonly KeptLine[];
  readonly isLast: boolean;
}

/** Lines that come one after the other, as the pages that show them. */
export async function putPages(
  table: Table,
  statement: Statement,
  { after, lines, isLast }: Stretch,
): Promise<void> {
  const names = await namesOf(
    table,
    lines.map(({ line }) => line),
  );
  const starts = lines.flatMap((_, at) => (at % PAGE_LINES === 0 ? [at] : []));
  await mapLimit(starts, AT_ONCE, (at) => {
    const own = lines.slice(at, at + PAGE_LINES);
    const page = {
      lines: own,
      names: only(
        names,
        own.map(({ line }) => line),
      ),
      isLast: isLast && at + PAGE_LINES >= lines.length,
    };
    return putPage(table, statement, at === 0 ? after : (lines[at - 1]?.sk ?? null), page);
  });
}

/** What the page shows before its lines. */
export async function putFrontOf(
  table: Table,
  statement: Statement,
  digest: Digest,
): Promise<void> {
  const [stores = [], merchants = [], contracts = []] = await Promise.all(
    SUBTOTALS.map((by) =>
      readSubtotals(table, statement, by, { from: 0, most: PAGE_ROWS, isFresh: true }),
    ),
  );
  const names = await namesOf(table, [...stores, ...merchants, ...contracts]);
  await putFront(table, statement, { digest, subtotals: { stores, merchants, contracts }, names });
}

type Named = Pick<Subtotal, 'platform' | 'merchantId' | 'storeId' | 'contractId'> | StatementLine;

/** The names of stores and of merchants, each asked for once. */
async function namesOf(table: Table, all: readonly Named[]): Promise<PageNames> {
  const stores = new Map<string, Named & { readonly storeId: string }>();
  const merchants = new Map<string, { platform: string; merchantId: string }>();
  for (const one of all) {
    const { storeId } = one;
    if (storeId !== null) stores.set(`${one.platform}/${storeId}`, { ...one, storeId });
    for (const merchant of merchantsOf(one)) merchants.set(keyOf(merchant), merchant);
  }
  const named = async <T>(
    map: ReadonlyMap<string, T>,
    read: (one: T) => Promise<{ readonly name: string | null } | undefined>,
  ) => {
    const found = await mapLimit([...map], AT_ONCE, async ([key, one]) => {
      const name = (await read(one))?.name ?? null;
      return name === null ? [] : [[key, name] as const];
    });
    return Object.fromEntries(found.flat());
  };
  return {
    stores: await named(stores, ({ platform, storeId }) => readStore(table, platform, storeId)),
    merchants: await named(merchants, (one) => readMerchant(table, one.platform, one.merchantId)),
  };
}

/** The names that some lines need. */
function only(names: PageNames, lines: readonly StatementLine[]): PageNames {
  const wanted = new Set(lines.map(({ platform, storeId }) => `${platform}/${storeId}`));
  const merchants = new Set(lines.flatMap(merchantsOf).map(keyOf));
  const pick = (all: Readonly<Record<string, string>>, keys: ReadonlySet<string>) =>
    Object.fromEntries(Object.entries(all).filter(([key]) => keys.has(key)));
  return { stores: pick(names.stores, wanted), merchants: pick(names.merchants, merchants) };
}

/** A contract is called by its merchant, which may be another than the line's. */
function merchantsOf({ platform, merchantId, contractId }: Named) {
  const of = contractId === null ? undefined : contractPlace(contractId);
  return [{ platform, merchantId }, ...(of === undefined ? [] : [of])];
}

const keyOf = ({ platform, merchantId }: { platform: string; merchantId: string }) =>
  `${platform}/${merchantId}`;
