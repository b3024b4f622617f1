import { html } from 'hono/html';
import { contractPlace } from '../../../../lib/attribution/contract.ts';
import type { Say } from '../../../../lib/i18n/words.ts';
import { isTierStore } from '../../../../lib/ledger/tiers.ts';
import type { PageNames } from '../../../../lib/store/ledger/statement-pages.ts';
import type { Table } from '../../../../lib/store/table.ts';
import { merchantNames } from '../dimensions/names.ts';
import type { Html } from '../html.ts';
import { nameOf, placeKey, storeNames } from '../names.ts';
import { word } from '../views.ts';

/** What a statement's page calls stores and merchants, by `<platform>/<id>`. */
export interface StatementNames {
  readonly stores: ReadonlyMap<string, string>;
  readonly merchants: ReadonlyMap<string, string>;
}

interface Named {
  readonly platform: string;
  readonly merchantId: string;
  readonly storeId: string | null;
  readonly contractId: string | null;
}

/**
 * Names that nobody had given at the closing are looked for on the page, so many of each: it may not cost more than a
 * page does. A process remembers what it found, so that the next look finds the others.
 */
const MOST_LOOKED_FOR = 4;

/** Names as they were at the closing, and some of those that were given since. */
export async function namesOfPage(
  table: Table,
  all: readonly Named[],
  kept: readonly PageNames[],
  nowMs: number,
): Promise<StatementNames> {
  const stores = new Map(kept.flatMap((one) => Object.entries(one.stores)));
  const merchants = new Map(kept.flatMap((one) => Object.entries(one.merchants)));
  const missing = await namesNow(table, all, nowMs, {
    isWanted: (name, key) => !(name === 'stores' ? stores : merchants).has(key),
    most: MOST_LOOKED_FOR,
  });
  return {
    stores: new Map([...stores, ...missing.stores]),
    merchants: new Map([...merchants, ...missing.merchants]),
  };
}

/** Names as they are now, each asked for once. */
export async function namesNow(
  table: Table,
  all: readonly Named[],
  nowMs: number,
  {
    isWanted = () => true,
    most = Number.POSITIVE_INFINITY,
  }: {
    readonly isWanted?: (name: 'stores' | 'merchants', key: string) => boolean;
    readonly most?: number;
  } = {},
): Promise<StatementNames> {
  const places = new Map(
    all.flatMap(({ platform, storeId }) => {
      const place = { platform, storeId: storeId ?? '' };
      const isNamed = storeId !== null && !isTierStore(storeId);
      return isNamed && isWanted('stores', placeKey(place)) ? [[placeKey(place), place]] : [];
    }),
  );
  const merchants = new Set(all.flatMap(merchantKeys));
  const wanted = [...merchants].filter((key) => isWanted('merchants', key)).slice(0, most);
  const [stores, named] = await Promise.all([
    storeNames(table, [...places.values()].slice(0, most), nowMs),
    merchantNames(table, wanted, nowMs),
  ]);
  const known = [...stores].flatMap(([key, { name }]) =>
    name === null ? [] : [[key, name] as const],
  );
  return { stores: new Map(known), merchants: named };
}

function merchantKeys({ platform, merchantId, contractId }: Named): string[] {
  const of = contractId === null ? undefined : contractPlace(contractId);
  const own = `${platform}/${merchantId}`;
  return of === undefined ? [own] : [own, `${of.platform}/${of.merchantId}`];
}

export function storeCell(
  say: Say,
  { stores }: StatementNames,
  place: { readonly platform: string; readonly storeId: string },
): string {
  return nameOf(say, { storeId: place.storeId, name: stores.get(placeKey(place)) ?? null });
}

/** A merchant's name over its id; the id alone where nobody named it. */
export function merchantCell(
  say: Say,
  { merchants }: StatementNames,
  { platform, merchantId }: { readonly platform: string; readonly merchantId: string },
): Html {
  const name = merchants.get(`${platform}/${merchantId}`);
  const where = html`<span class="dim">${word(say, platform)}</span>`;
  if (name === undefined) return html`<span class="id">${merchantId}</span> ${where}`;
  return html`${name}<small>${where} <span class="id">${merchantId}</span></small>`;
}

/** What people call a contract: its merchant's name and which of its contracts it is; its id where nobody named that. */
export function contractName(
  say: Say,
  { merchants }: StatementNames,
  contractId: string,
): { readonly text: string; readonly isId: boolean } {
  const of = contractPlace(contractId);
  const name = of && merchants.get(`${of.platform}/${of.merchantId}`);
  if (name === undefined) return { text: contractId, isId: true };
  const n = contractId.slice(0, contractId.indexOf('.'));
  return { text: say('contract.called', { merchant: name, n }), isId: false };
}
