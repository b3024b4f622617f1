import type { Context } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../../lib/errors/problem.ts';
import { idSchema, PLATFORMS, type Platform } from '../../../../lib/events/event.ts';
import { hasEntries } from '../../../../lib/store/ledger/entries.ts';
import { hasEvents } from '../../../../lib/store/ledger/events.ts';
import type { ApiDeps } from '../../deps.ts';
import { check } from '../../input.ts';
import type { Reader } from '../../principal.ts';
import { readVoucher } from '../../voucher.ts';
import { storeNames } from '../names.ts';
import { answerPage } from '../page.ts';
import type { Viewer } from '../viewer.ts';
import { type Hit, searchView } from './view.ts';

const searchQuery = z.object({ q: z.string().trim().max(128).default('') });

/**
 * `GET /search?q=`: a voucher, an order or a store by its whole id, on whichever platform. One hit is gone to at once.
 * What is another provider's is as absent as what never was.
 */
export async function searchPage(c: Context, deps: ApiDeps, viewer: Viewer): Promise<Response> {
  const { q } = check(searchQuery, c.req.query());
  const id = idSchema.safeParse(q);
  const hits = id.success ? await hitsOf(id.data, deps, viewer) : [];
  const [only] = hits;
  if (only !== undefined && hits.length === 1) return c.redirect(hrefOf(only), 303);
  const stores = hits.filter(({ is }) => is === 'store');
  const places = stores.map(({ platform }) => ({ platform, storeId: q }));
  const names = await storeNames(deps.table, places, deps.now());
  const shown = hits.map((hit) => ({ ...hit, href: hrefOf(hit) }));
  return answerPage(c, {
    title: ({ say }) => say('vouchers'),
    main: (speech) => searchView(speech, { q, hits: shown, names }),
    viewer,
  });
}

async function hitsOf(id: string, deps: ApiDeps, { providerId }: Viewer): Promise<Hit[]> {
  const found = await Promise.all(
    PLATFORMS.flatMap((platform) => [
      findVoucher({ platform, id }, deps, providerId),
      findStore({ platform, id }, deps, providerId),
    ]),
  );
  return found.flat();
}

interface Place {
  readonly platform: Platform;
  readonly id: string;
}

async function findVoucher(
  { platform, id }: Place,
  deps: ApiDeps,
  providerId: string,
): Promise<Hit[]> {
  const [isVoucher, isOrder] = await Promise.all(
    (['voucher', 'order'] as const).map((of) => hasEvents(deps.table, { of, platform, id })),
  );
  if (!isVoucher && !isOrder) return [];
  const who: Reader = { is: 'provider', providerId };
  try {
    await readVoucher({ platform, id }, who, deps);
  } catch (error) {
    if (error instanceof Problem && error.code === 'not-found') return [];
    throw error;
  }
  return [{ is: isVoucher ? 'voucher' : 'order', platform, id }];
}

async function findStore(
  { platform, id }: Place,
  deps: ApiDeps,
  providerId: string,
): Promise<Hit[]> {
  const has = await hasEntries(deps.table, { providerId, platform, storeId: id });
  return has ? [{ is: 'store', platform, id }] : [];
}

function hrefOf({ is, platform, id }: Hit): string {
  const folder = is === 'store' ? 'stores' : 'vouchers';
  return `/${folder}/${platform}/${encodeURIComponent(id)}`;
}
