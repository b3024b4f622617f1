import { print, printPages } from './print.ts';
import { need, pagesOf, type Remote } from './remote.ts';
import { UsageError } from './verb.ts';

export interface ProductValues {
  readonly platform?: string | undefined;
  readonly name?: string | undefined;
  readonly category?: string | undefined;
  readonly supply?: string | undefined;
  readonly json?: boolean | undefined;
}

/** `products`: the catalogue, and what is said of one product, whole. @returns the exit code */
export async function products(
  remote: Remote,
  [what = 'list', place]: readonly (string | undefined)[],
  { platform, name, category, supply: supplyId, json }: ProductValues,
): Promise<number> {
  if (what === 'list') {
    const query = { platform, category, supplyId };
    const pages = pagesOf((cursor) => remote.get('/v1/products', { ...query, cursor }));
    const columns = ['platform', 'productId', 'name', 'category', 'supplyId', 'merchantId'];
    await printPages(pages, { rows: 'products', columns, json });
    return 0;
  }
  if (what !== 'set')
    throw new UsageError('Say products set PLATFORM/ID, or nothing for the list.');
  const [own = '', ...rest] = need(place, 'PLATFORM/ID').split('/');
  const parts = [own, need(rest.join('/'), 'PLATFORM/ID')];
  const path = `/v1/products/${parts.map(encodeURIComponent).join('/')}`;
  print(await remote.put(path, { name, category, supplyId }));
  return 0;
}
