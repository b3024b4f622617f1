import { isDeepStrictEqual } from 'node:util';
import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { type ChannelMap, channelWordSchema } from '../../../lib/events/channel-map.ts';
import { givenId } from '../../../lib/events/event.ts';
import {
  appendChannelMap,
  readChannelMaps,
  readReportedWords,
} from '../../../lib/store/accounts/channel-maps.ts';
import { readRegisteredAt } from '../../../lib/store/accounts/parties.ts';
import type { Table } from '../../../lib/store/table.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { answer, forOperator } from '../route.ts';

const params = z.object({ integration: givenId(64), appKey: givenId() });

/** No platform has so many words for where a sale came from. */
const MAX_WORDS = 200;

export const channelMapPut = forOperator('PUT /v1/channel-maps/{integration}/{appKey}', {
  needs: 'registry:write',
  params,
  body: z.strictObject({
    map: z
      .array(channelWordSchema)
      .max(MAX_WORDS)
      .refine((words) => new Set(words.map(({ raw }) => raw)).size === words.length, {
        message: 'names a word twice; say once which channel it is',
      }),
  }),
});

export const channelMapGet = forOperator('GET /v1/channel-maps/{integration}/{appKey}', {
  needs: 'registry:read',
  params,
});

const MAX_TRIES = 5;

/** What an app's own words for where a sale came from mean: versions that are only added. */
export function channelMapsRoutes(api: Hono, deps: ApiDeps): void {
  /** Holds for what is recorded from now on; the past is restated when the operator asks for it. */
  answer(api, deps, channelMapPut, async ({ params: app, body: { map }, principal }, c) => {
    await requireApp(deps.table, app);
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const log = await readChannelMaps(deps.table, app.integration, app.appKey);
      const newest = log.at(-1);
      const subject = `channel-map/${app.integration}/${app.appKey}`;
      if (newest !== undefined && isDeepStrictEqual(newest.map, map)) {
        noteChange(c, { subject, isChange: false });
        return c.json(newest);
      }
      const version: ChannelMap = {
        ...{ ...app, version: (newest?.version ?? 0) + 1, map },
        ...{ recordedAt: toInstant(deps.now()), recordedBy: principal.actor },
      };
      if (!(await appendChannelMap(deps.table, version))) continue;
      noteChange(c, { subject, before: newest ?? null, after: version });
      return c.json(version);
    }
    throw new Problem('internal', 'Other maps of this app were recorded at once. Try again.');
  });

  answer(api, deps, channelMapGet, async ({ params: app }, c) => {
    await requireApp(deps.table, app);
    const [versions, words] = await Promise.all([
      readChannelMaps(deps.table, app.integration, app.appKey),
      readReportedWords(deps.table, app.integration, app.appKey),
    ]);
    const map = versions.at(-1)?.map ?? [];
    const isOf = new Map(map.map(({ raw, channel }) => [raw, channel]));
    const sent = words.map((word) => ({ ...word, channel: isOf.get(word.raw) ?? word.read }));
    return c.json({ ...app, map, words: sent, versions: versions.toReversed() });
  });
}

async function requireApp(
  table: Table,
  { integration, appKey }: z.infer<typeof params>,
): Promise<void> {
  if ((await readRegisteredAt(table, integration, appKey)) !== undefined) return;
  throw new Problem('not-found', 'No such app is registered. GET /v1/apps lists those that are.');
}
