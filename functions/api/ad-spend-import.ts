import { mapLimit } from '../../lib/async/map-limit.ts';
import { Problem } from '../../lib/errors/problem.ts';
import type { Platform } from '../../lib/events/id.ts';
import type { Reason } from '../../lib/imports/amount.ts';
import { type ColumnNames, linesOf } from '../../lib/imports/columns.ts';
import { readFileRows } from '../../lib/imports/read-file.ts';
import { merchantsOfProvider } from '../../lib/store/accounts/contracts.ts';
import { readStore } from '../../lib/store/accounts/parties.ts';
import { type AdAccount, readAdAccounts, readAdOwner } from '../../lib/store/growth/ad-accounts.ts';
import { type AdLine, keepAdMonth } from '../../lib/store/growth/ad-spend.ts';
import { businessDayAt } from '../../lib/time/shanghai.ts';
import { AD_COLUMNS, type AdField, adLineIn, isSumLine, type ToldLine } from './ad-lines.ts';
import type { ApiDeps } from './deps.ts';

export interface AdImport {
  readonly dryRun: boolean;
  /** Below the header, without the line of sums. */
  readonly lines: number;
  /** All of them, or none. */
  readonly entered: number;
  readonly spendFen: number;
  readonly rebateFen: number;
  readonly cashFen: number;
  /** Accounts of which nobody said what they are for. */
  readonly unmapped: readonly string[];
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
}

interface How {
  readonly providerId: string;
  readonly network: string;
  readonly dryRun: boolean;
  /** `field=heading;field=heading` */
  readonly columns: string;
}

/** Some years of accounts by day, or a month of 600 stores. */
const MAX_LINES = 20_000;
const AT_ONCE = 8;

const FIELDS = Object.keys(AD_COLUMNS.headings) as AdField[];

/** Reads a whole file, or nothing of it: one line that is wrong, or another's, refuses all. Books nothing. */
export async function importAdSpend(
  bytes: Uint8Array,
  { providerId, network, dryRun, columns }: How,
  deps: ApiDeps,
): Promise<AdImport> {
  const rows = readFileRows(bytes);
  const found = 'code' in rows ? rows : linesOf(rows, columnsOf(columns));
  if ('code' in found) {
    const refused = [{ line: 1, reason: inBoth(found) }];
    return answerOf({ dryRun, lines: 0 }, [], refused, []);
  }
  const lines = found.filter((one) => !isSumLine(one));
  if (lines.length > MAX_LINES) {
    const detail = `A file has at most ${MAX_LINES} lines; this one has ${lines.length}. Split it.`;
    throw new Problem('request-invalid', detail);
  }
  const size = { dryRun, lines: lines.length };
  const today = businessDayAt(deps.now());
  const read = lines.map((one) => ({ line: one.line, told: adLineIn(one, today) }));
  const told = read.flatMap((one) => ('code' in one.told ? [] : [one.told]));
  const whose = await ownersOf(told, { providerId, network }, deps);
  const seen = new Set<string>();
  const refused = read.flatMap(({ line, told: own }) => {
    const reason = 'code' in own ? own : (repeated(own, seen) ?? foreign(own, whose));
    return reason === null ? [] : [{ line, reason: inBoth(reason) }];
  });
  const unmapped = [...whose.accounts].filter(([, one]) => one === null).map(([own]) => own);
  if (refused.length > 0) return answerOf(size, told, refused, unmapped);
  if (!dryRun) {
    const months = Map.groupBy(told, (one) => JSON.stringify([one.day.slice(0, 7), one.accountId]));
    await mapLimit([...months.values()], AT_ONCE, async (own) => {
      const [{ accountId, day } = { accountId: '', day: '' }] = own;
      const place = { providerId, month: day.slice(0, 7), network, accountId };
      const kept = own.map(({ line: _l, merchantId: _m, ...one }): AdLine => ({ ...one, network }));
      await keepAdMonth(deps.table, place, kept);
    });
  }
  return answerOf(size, told, [], unmapped);
}

function answerOf(
  { dryRun, lines }: Pick<AdImport, 'dryRun' | 'lines'>,
  told: readonly ToldLine[],
  refused: AdImport['refused'],
  unmapped: readonly string[],
): AdImport {
  const taken = refused.length === 0 ? told : [];
  const sum = (figure: 'spendFen' | 'rebateFen' | 'cashFen') =>
    taken.reduce((total, one) => total + (one[figure] ?? 0), 0);
  return {
    ...{ dryRun, lines, entered: taken.length, spendFen: sum('spendFen') },
    ...{ rebateFen: sum('rebateFen'), cashFen: sum('cashFen'), unmapped, refused },
  };
}

/** @throws Problem `request-invalid` */
function columnsOf(text: string): ColumnNames<AdField> {
  const headings: Record<AdField, readonly string[]> = { ...AD_COLUMNS.headings };
  for (const pair of text.split(';').filter((one) => one.trim() !== '')) {
    const [name = '', ...heading] = pair.split('=');
    const field = FIELDS.find((one) => one === name.trim());
    if (field === undefined || heading.join('=').trim() === '') {
      const known = FIELDS.join(', ');
      throw new Problem('request-invalid', `columns: write field=heading;…, fields are ${known}`);
    }
    headings[field] = [heading.join('=').trim()];
  }
  return { ...AD_COLUMNS, headings };
}

interface Whose {
  /** Null: nobody said what it is for. `another`: it is another provider's. */
  readonly accounts: ReadonlyMap<string, AdAccount | null | 'another'>;
  /** The provider's, `platform/merchantId` or the id alone. */
  readonly merchants: ReadonlySet<string>;
  /** `platform/storeId` → whose it is registered as. */
  readonly stores: ReadonlyMap<string, string | null>;
}

async function ownersOf(
  told: readonly ToldLine[],
  { providerId, network }: Pick<How, 'providerId' | 'network'>,
  { table }: ApiDeps,
): Promise<Whose> {
  const own = (await readAdAccounts(table, providerId)).filter((one) => one.network === network);
  const ids = [...new Set(told.map(({ accountId }) => accountId))];
  const owners = await mapLimit(ids, AT_ONCE, async (accountId) => {
    const owner = await readAdOwner(table, network, accountId);
    const mapped = own.find((one) => one.accountId === accountId) ?? null;
    return [accountId, owner === undefined || owner === providerId ? mapped : 'another'] as const;
  });
  const accounts = new Map(owners);
  const named = new Set(
    told.flatMap(({ accountId, storeId }) => {
      const account = accounts.get(accountId);
      return typeof account === 'object' && account !== null && storeId !== null
        ? [storeKey(account.platform, storeId)]
        : [];
    }),
  );
  const stores = await mapLimit([...named], AT_ONCE, async (key) => {
    const [platform = '', ...rest] = key.split('/');
    const store = await readStore(table, platform as Platform, rest.join('/'));
    return [key, store?.merchantId ?? null] as const;
  });
  const merchants = (await merchantsOfProvider(table, providerId)).map((one) => one.merchantId);
  return { accounts, stores: new Map(stores), merchants: new Set(merchants) };
}

const storeKey = (platform: string, storeId: string) => `${platform}/${storeId}`;

function repeated({ accountId, day, storeId }: ToldLine, seen: Set<string>): Reason | null {
  const place = JSON.stringify([accountId, day, storeId]);
  if (seen.has(place)) return REASONS.twice;
  seen.add(place);
  return null;
}

/** Why a line is not this provider's to import; null where it is. */
function foreign(
  { accountId, merchantId, storeId }: ToldLine,
  { accounts, merchants, stores }: Whose,
): Reason | null {
  const account = accounts.get(accountId) ?? null;
  if (account === 'another') return REASONS.account;
  if (account === null) {
    return merchantId !== null && !merchants.has(merchantId) ? REASONS.merchant : null;
  }
  if (merchantId !== null && merchantId !== account.merchantId) return REASONS.merchant;
  if (storeId === null) return null;
  if (account.stores.length > 0 && !account.stores.includes(storeId)) return REASONS.store;
  const holder = stores.get(storeKey(account.platform, storeId)) ?? null;
  return holder !== null && holder !== account.merchantId ? REASONS.store : null;
}

const inBoth = ({ zh, en }: Reason) => `${zh} (${en})`;

const REASONS = {
  twice: {
    code: 'twice',
    zh: '同一账户、日期、门店已在前面出现：请按账户与日期导出',
    en: 'its account, day and store stand in a line above: export by account and day',
  },
  account: {
    code: 'another-account',
    zh: '这个广告账户属于其他服务商，整个文件未导入',
    en: 'the account is another provider’s; nothing of the file is taken',
  },
  merchant: {
    code: 'another-merchant',
    zh: '这一行是其他商家的：与账户所属商家不符，整个文件未导入',
    en: 'the line is another merchant’s than its account is for; nothing of the file is taken',
  },
  store: {
    code: 'another-store',
    zh: '门店不属于该账户的商家或门店范围，整个文件未导入',
    en: 'the store is none of the account’s; nothing of the file is taken',
  },
} as const satisfies Record<string, Reason>;
