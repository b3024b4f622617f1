import { mapLimit } from '../../../lib/async/map-limit.ts';
import type { Say } from '../../../lib/i18n/words.ts';
import { UNKNOWN_STORE } from '../../../lib/ledger/entry.ts';
import { isTierStore } from '../../../lib/ledger/tiers.ts';
import { readLargestNames } from '../../../lib/rollups/largest-names.ts';
import { type ProviderHead, readProviderHead } from '../../../lib/store/accounts/contracts.ts';
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

/** Fewer are read as cheaply by themselves. */
const FEW = 2;

/**
 * The names of stores by `placeKey`.
 * @param providerId whose largest stores' names stand together; null where they are of no one provider
 */
export async function storeNames(
  table: Table,
  places: readonly StorePlace[],
  nowMs: number,
  providerId: string | null = null,
): Promise<Map<string, StoreName>> {
  const wanted = new Map(places.map((place) => [placeKey(place), place]));
  const lacking = [...wanted.keys()].filter((key) => !kept.has(table, key, nowMs));
  const together =
    providerId !== null && lacking.length >= FEW
      ? await readLargestNames(table, providerId)
      : new Map<string, StoreName>();
  const found = await mapLimit([...wanted], READS_AT_ONCE, async ([key, { platform, storeId }]) => {
    const own = together.get(key);
    // Without a name it is not remembered: somebody may give it one.
    if (own?.name === null) return [key, own] as const;
    const known = await kept.of(table, key, nowMs, async () => {
      if (own !== undefined) return own;
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

/** The overview reads a day of each, so it wants few. */
const MOST_MERCHANTS = 6;

const heads = new Kept<ProviderHead>();

/** Who a provider is, and its merchants where they are few. */
export function headOf(
  table: Table,
  providerId: string,
  nowMs: number,
): Promise<ProviderHead | null> {
  return heads.of(table, providerId, nowMs, async () => {
    const head = await readProviderHead(table, providerId, MOST_MERCHANTS);
    return head.name === null ? null : head;
  });
}

/** The names of providers by their ids; whoever is not registered is left out. */
export async function providerNames(
  table: Table,
  ids: readonly string[],
  nowMs: number,
): Promise<Map<string, string>> {
  const found = await mapLimit([...new Set(ids)], READS_AT_ONCE, async (providerId) => {
    const head = await headOf(table, providerId, nowMs);
    return head?.name == null ? [] : [[providerId, head.name] as const];
  });
  return new Map(found.flat());
}
