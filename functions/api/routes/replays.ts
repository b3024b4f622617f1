import type { Hono } from 'hono';
import * as z from 'zod';
import { givenId } from '../../../lib/events/id.ts';
import { SET_ASIDE_REASONS } from '../../../lib/store/keys.ts';
import { noteChange } from '../audit.ts';
import { Cursors } from '../cursors.ts';
import type { ApiDeps } from '../deps.ts';
import { instantInput } from '../input.ts';
import { type Replayed, replayIds, replaySetAside, replayWindow } from '../replay.ts';
import { answer, forOperator } from '../route.ts';
import { deliveryIdSchema } from './set-aside.ts';

const common = { dryRun: z.boolean().default(false), cursor: z.string().nullish() };

const replayBody = z.union(
  [
    z.strictObject({
      setAside: z.enum(SET_ASIDE_REASONS),
      /** Only what this integration, or this kind of message, left there. */
      integration: givenId().optional(),
      kind: z.string().optional(),
      ...common,
    }),
    z.strictObject({ deliveryIds: z.array(deliveryIdSchema).min(1).max(100), ...common }),
    z
      .strictObject({
        integration: givenId(),
        appKey: givenId(),
        from: instantInput,
        to: instantInput,
        ...common,
      })
      .refine(({ from, to }) => from < to, { path: ['to'], message: 'must be after from' }),
  ],
  {
    error:
      'say what to replay: {"setAside":"parked"|"quarantined"}, {"deliveryIds":[…]} of at most 100, or ' +
      '{"integration","appKey","from","to"} with instants, to after from',
  },
);

export const replayPost = forOperator('POST /v1/replays', {
  needs: 'pipeline:write',
  body: replayBody,
});

/**
 * `POST /v1/replays`: has deliveries read again from the archive, after an adapter learnt. A request
 * takes as many as it can in a few seconds; `next` goes back as `cursor`.
 */
export function replaysRoute(api: Hono, deps: ApiDeps): void {
  answer(api, deps, replayPost, async ({ body: wanted }, c) => {
    const { dryRun } = wanted;
    const replayed = await replay(wanted, deps);
    const { cursor: _cursor, dryRun: _dry, ...what } = wanted;
    const after = { ...what, sent: replayed.sent };
    noteChange(c, { subject: replayOf(wanted), after, isChange: replayed.sent > 0 && !dryRun });
    deps.log('info', 'deliveries-replayed', { dryRun, sent: replayed.sent });
    return c.json({ dryRun, ...replayed });
  });
}

function replayOf(wanted: z.infer<typeof replayBody>): string {
  if ('setAside' in wanted) return `replay/set-aside/${wanted.setAside}`;
  return 'deliveryIds' in wanted ? 'replay/deliveries' : 'replay/window';
}

async function replay(wanted: z.infer<typeof replayBody>, deps: ApiDeps): Promise<Replayed> {
  const { dryRun, cursor } = wanted;
  const list = { tenant: '*', call: replayPost.call, query: wanted };
  const onward = { cursor, cursors: await Cursors.of(deps.table, list) };
  if ('setAside' in wanted) return replaySetAside(wanted, onward, dryRun, deps);
  if ('deliveryIds' in wanted) return replayIds(wanted.deliveryIds, dryRun, deps);
  return replayWindow(wanted, onward, dryRun, deps);
}
