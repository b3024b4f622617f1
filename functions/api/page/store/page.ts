import type { Context } from 'hono';
import * as z from 'zod';
import { idSchema, platformSchema } from '../../../../lib/events/event.ts';
import { readStore } from '../../../../lib/store/accounts/parties.ts';
import type { ApiDeps } from '../../deps.ts';
import { check, cursorInput, writeCursor } from '../../input.ts';
import { ledgerPositionSchema, listRedemptions } from '../../redemptions.ts';
import { nameOf } from '../names.ts';
import { answerPage, type Viewer } from '../page.ts';
import { periodOf, periodQuery, periodShape } from '../period.ts';
import { storeView } from './view.ts';

const PAGE = 16;

const storeQuery = z.object({ ...periodShape, cursor: cursorInput(ledgerPositionSchema) });

/** `GET /stores/{platform}/{storeId}`: one store's redemptions for a provider. */
export async function storePage(c: Context, deps: ApiDeps, viewer: Viewer): Promise<Response> {
  const platform = check(platformSchema, c.req.param('platform'));
  const storeId = check(idSchema, c.req.param('storeId'));
  const query = check(storeQuery, c.req.query());
  const period = periodOf(query, deps.now());
  const place = { providerId: viewer.providerId, platform, storeId };
  const page = { before: query.cursor, limit: PAGE };
  const { redemptions, next } = await listRedemptions(deps, place, period.window, page);
  // A store's name is shown to those who have redemptions there, not to whoever guesses its id.
  const known = redemptions.length > 0 ? await readStore(deps.table, platform, storeId) : undefined;
  const path = `/stores/${platform}/${encodeURIComponent(storeId)}`;
  const own = { storeId, name: known?.name ?? null };
  return answerPage(c, {
    title: ({ say }) => nameOf(say, own),
    main: (speech) =>
      storeView(speech, {
        ...{ period, platform, path, redemptions, storeId },
        name: nameOf(speech.say, own),
        city: known?.city ?? null,
        nextHref:
          next === null
            ? null
            : `${path}?${new URLSearchParams({ ...periodQuery(period), cursor: writeCursor(next) })}`,
      }),
    who: viewer.who,
  });
}
