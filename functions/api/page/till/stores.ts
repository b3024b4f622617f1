import { mapLimit } from '../../../../lib/async/map-limit.ts';
import { type Platform, platformSchema } from '../../../../lib/events/id.ts';
import { readStore } from '../../../../lib/store/accounts/parties.ts';
import type { ApiDeps } from '../../deps.ts';
import type { Principal } from '../../principal.ts';

/** A store in which the clerk may stand. */
export interface TillStore {
  readonly platform: Platform;
  readonly storeId: string;
  /** The id where nobody named it. */
  readonly name: string;
}

/** More than one clerk serves. */
const MOST = 20;
const READS_AT_ONCE = 8;

/** The stores that the clerk's token names, in its order. */
export async function storesOf(
  { stores }: Principal,
  { table }: ApiDeps,
): Promise<readonly TillStore[]> {
  return mapLimit(stores.slice(0, MOST), READS_AT_ONCE, async (named): Promise<TillStore> => {
    const [platform, storeId] = placeOf(named);
    const store = await readStore(table, platform, storeId);
    return { platform, storeId, name: store?.name ?? storeId };
  });
}

/** `douyin/6601` → its parts; an id may have more slashes. */
function placeOf(named: string): [Platform, string] {
  const slash = named.indexOf('/');
  return [platformSchema.parse(named.slice(0, slash)), named.slice(slash + 1)];
}
