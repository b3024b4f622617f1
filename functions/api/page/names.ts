import { mapLimit } from '../../../lib/async/map-limit.ts';
import type { Say } from '../../../lib/i18n/words.ts';
import { UNKNOWN_STORE } from '../../../lib/ledger/entry.ts';
import { isTierStore } from '../../../lib/ledger/tiers.ts';
import { readStore } from '../../../lib/store/accounts/parties.ts';
import type { Table } from '../../../lib/store/table.ts';
import { Kept } from './kept.ts';

/** What a page shows of a store beside its numbers. */
export interface StoreName {
  readonly name: string | null;
  readonly city: string | null;
  readonly merchantId: string | null;
}

interface StorePlace {
  readonly platform: string;
  readonly storeId: string;
}

const READS_AT_ONCE = 16;
const NOBODYS: StoreName = { name: null, city: null, merchantId: null };

const kept = new Kept<StoreName>();

/** The names of stores by `placeKey`. */
export async function storeNames(
  table: Table,
  places: readonly StorePlace[],
  nowMs: number,
): Promise<Map<string, StoreName>> {
  const wanted = new Map(places.map((place) => [placeKey(place), place]));
  const found = await mapLimit([...wanted], READS_AT_ONCE, async ([key, { platform, storeId }]) => {
    const known = await kept.of(table, key, nowMs, async () => {
      const store = await readStore(table, platform, storeId);
      return store === undefined || store.name === null ? null : store;
    });
    return [key, known ?? NOBODYS] as const;
  });
  return new Map(found);
}

export function placeKey({ platform, storeId }: StorePlace): string {
  return `${platform}/${storeId}`;
}

/** A store's name, or what stands for one: its id where nobody named it. */
export function nameOf(say: Say, store: { storeId: string; name: string | null }): string {
  if (store.name !== null) return store.name;
  if (isTierStore(store.storeId)) return say('kind.tier');
  return store.storeId === UNKNOWN_STORE ? say('unknownStore') : store.storeId;
}

/** The page of a store. */
export function storeHref(
  { platform, storeId }: StorePlace,
  query: Readonly<Record<string, string>>,
): string {
  return `/stores/${platform}/${encodeURIComponent(storeId)}?${new URLSearchParams(query)}`;
}
