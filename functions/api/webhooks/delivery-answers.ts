import type { Context } from 'hono';
import { readEndpoints } from '../../../lib/store/accounts/endpoints.ts';
import { type Notice, noticesOfAll } from '../../../lib/store/deliveries/notices.ts';
import { instantToMs } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import { writeCursor } from '../cursors.ts';
import type { ApiDeps } from '../deps.ts';
import type { RequestOf } from '../route.ts';
import type { deliveriesGet, deliveryReplayPost, endpointReplayPost } from './contracts.ts';
import { deliveryIdOf, noticeOf, resendAll, resendWindow, shownNotice } from './deliveries.ts';
import { endpointOf } from './endpoints.ts';

/** Later than any fact. */
const MOST_MS = 999_999_999_999_999;

/** A page that passes over others reads so many at most: it may be short, or empty, and go on. */
const MOST_READ = 2_000;

export async function list(
  { providerId, query }: RequestOf<typeof deliveriesGet>,
  c: Context,
  deps: ApiDeps,
): Promise<Response> {
  const { endpointId, status, from, to, limit, cursor } = query;
  const endpoints =
    endpointId === undefined
      ? await readEndpoints(deps.table, providerId)
      : [await endpointOf({ providerId, endpointId }, deps)];
  const window = {
    fromMs: from === undefined ? 0 : instantToMs(from),
    toMs: to === undefined ? MOST_MS : instantToMs(to),
  };
  const found: Notice[] = [];
  let last = cursor;
  let read = 0;
  let isMore = false;
  for await (const { notice, sk } of noticesOfAll(deps.table, endpoints, window, cursor)) {
    isMore = found.length === limit || read === MOST_READ;
    if (isMore) break;
    if (status === undefined || notice.status === status) found.push(notice);
    last = { sk, endpointId: notice.endpointId };
    read += 1;
  }
  const next = isMore && last !== undefined ? writeCursor(c, last) : null;
  return c.json({ deliveries: found.map(shownNotice), next });
}

export async function replay(
  { providerId, params }: RequestOf<typeof deliveryReplayPost>,
  c: Context,
  deps: ApiDeps,
): Promise<Response> {
  const notice = await noticeOf(providerId, params.deliveryId, deps);
  const replayed = await resendAll([notice], deps);
  const subject = `webhook-delivery/${deliveryIdOf(notice)}`;
  noteChange(c, { subject, providerId, after: { replayed } });
  return c.json({ replayed });
}

export async function replayWindow(
  { providerId, params: { endpointId }, body }: RequestOf<typeof endpointReplayPost>,
  c: Context,
  deps: ApiDeps,
): Promise<Response> {
  await endpointOf({ providerId, endpointId }, deps);
  const { from, to, only } = body;
  const window = { fromMs: instantToMs(from), toMs: instantToMs(to) };
  const done = await resendWindow({ providerId, endpointId, ...window, only }, deps);
  const after = { ...body, replayed: done.replayed };
  noteChange(c, { subject: `webhook-endpoint/${endpointId}`, providerId, after });
  return c.json(done);
}
