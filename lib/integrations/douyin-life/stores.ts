import type { EventDraft } from '../../events/event.ts';
import type { NamedStore, ResolveContext } from '../kit/integration.ts';
import { PlatformError } from '../kit/platform-error.ts';
import type { DouyinLifeClient } from './client.ts';
import type { Act } from './facts.ts';

/** Stores per question; a URL stays well under 8 KB. */
const STORES_PER_CALL = 50;

/** A platform that did not name a store is not queried again for this long. */
const ASK_AGAIN_MS = 600_000;

const nextQueryAt = new Map<string, number>();

/**
 * Where an act happened, when the voucher does not say: verify_record/query filters by store but
 * does not name it, so the merchant's known stores are halved until one is left.
 * @returns null when the act is in none of them, or the platform refuses to say
 */
export async function locateStore(
  client: DouyinLifeClient,
  merchantId: string,
  act: Act,
  context: ResolveContext,
): Promise<string | null> {
  const seconds = Math.floor(Date.parse(act.at) / 1000);
  const window = { startSeconds: seconds - 1, endSeconds: seconds + 1 };
  const isIn = async (stores: readonly string[]) => {
    const records = await client.verifyRecords(merchantId, window, stores);
    return records.some((record) => record.verify_id === act.verifyId);
  };
  try {
    const stores = await context.storesOf(merchantId);
    for (let at = 0; at < stores.length; at += STORES_PER_CALL) {
      let candidates = stores.slice(at, at + STORES_PER_CALL);
      if (!(await isIn(candidates))) continue;
      while (candidates.length > 1) {
        const half = candidates.slice(0, Math.ceil(candidates.length / 2));
        candidates = (await isIn(half)) ? half : candidates.slice(half.length);
      }
      const others = stores.slice(at, at + STORES_PER_CALL).filter((id) => id !== candidates[0]);
      // A platform that ignores the filter would find the act everywhere: then nobody knows.
      if (others.length > 0 && (await isIn(others))) return null;
      return candidates[0] ?? null;
    }
    return null;
  } catch (error) {
    if (error instanceof PlatformError && !error.retryable) return null;
    throw error;
  }
}

/** Asks the names of stores seen for the first time. A name is a courtesy: without it nothing waits. */
export async function nameStores(
  client: DouyinLifeClient,
  merchantId: string,
  events: readonly EventDraft[],
  context: ResolveContext,
): Promise<NamedStore[]> {
  const seen = new Set(
    events.flatMap((event) => (event.kind === 'voucher.redeemed' ? (event.storeId ?? []) : [])),
  );
  const named: NamedStore[] = [];
  for (const storeId of seen) {
    const key = `${context.app.appKey} ${storeId}`;
    if ((nextQueryAt.get(key) ?? 0) > context.now() || (await context.isKnownStore(storeId)))
      continue;
    nextQueryAt.set(key, context.now() + ASK_AGAIN_MS);
    try {
      const name = (await client.poi(merchantId, storeId))?.poi_name;
      if (name) named.push({ storeId, merchantId, name });
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error;
    }
  }
  return named;
}
