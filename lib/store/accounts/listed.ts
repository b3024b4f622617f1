import type { Platform } from '../../events/id.ts';
import { type Key, keys } from '../keys.ts';
import type { Table } from '../table.ts';

/** The lists of what is registered, in the order of their ids. */

export type Place =
  | { readonly of: 'apps' | 'providers' }
  | { readonly of: 'merchants'; readonly platform: Platform };

/** What something is called: an app by its integration and key, everything else by its id. */
type RegisteredName = readonly [id: string, appKey: string];

/** @param after the last name of the page before */
export async function listRegistered(
  table: Table,
  place: Place,
  after: readonly string[] | undefined,
  limit: number,
): Promise<RegisteredName[]> {
  const [first = '', second = ''] = after ?? [];
  const { pk, sk } = keyOf(place, [first, second]);
  const from = after === undefined ? '!' : sk;
  const found: RegisteredName[] = [];
  // One more: the first is where the page before ended.
  const options = { between: [from, END] as const, limit: limit + 1 };
  for await (const item of table.query(pk, options)) {
    if (found.length === limit || (after !== undefined && item.sk === sk)) continue;
    const { integration, appKey, providerId, merchantId } = item;
    const name = integration ?? providerId ?? merchantId;
    found.push([String(name), typeof appKey === 'string' ? appKey : '']);
  }
  return found;
}

/** Behind every sort key. */
const END = '\u{10ffff}';

function keyOf(place: Place, [id, appKey]: RegisteredName): Key {
  switch (place.of) {
    case 'apps':
      return keys.listedApp(id, appKey);
    case 'providers':
      return keys.billedProvider(id);
    case 'merchants':
      return keys.listedMerchant(place.platform, id);
    default:
      return place satisfies never;
  }
}
