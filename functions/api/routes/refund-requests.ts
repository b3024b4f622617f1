import type { Hono } from 'hono';
import * as z from 'zod';
import {
  type ListPosition,
  listPositionSchema,
  openRefunds,
} from '../../../lib/callbacks/open-refunds.ts';
import {
  type Decision,
  decideRefund,
  isToBeNotified,
  readRefund,
  type StoredRefund,
} from '../../../lib/callbacks/refund-requests.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId, type Platform, platformSchema } from '../../../lib/events/event.ts';
import { errorFields } from '../../../lib/log/log.ts';
import { mask } from '../../../lib/mask/mask.ts';
import { type IntakeMessage, MESSAGE_VERSION } from '../../../lib/queue/messages.ts';
import { Queue } from '../../../lib/queue/queue.ts';
import { noteChange } from '../audit.ts';
import { writeCursor } from '../cursors.ts';
import type { ApiDeps } from '../deps.ts';
import { cursorInput, limitInput, lineInput } from '../input.ts';
import { answer, forOperator } from '../route.ts';

const PAGE = 50;
const MAX_PAGE = 200;

const filterShape = {
  status: z.enum(['pending', 'approved', 'refused']).default('pending'),
  platform: platformSchema.optional(),
  merchantId: givenId().optional(),
};
type Filter = z.infer<z.ZodObject<typeof filterShape>>;

const decisionBody = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('approve') }),
  /** The reason is in words for the buyer. */
  z.strictObject({ decision: z.literal('refuse'), reason: lineInput(200) }),
]);

const params = z.object({ platform: platformSchema, refundId: givenId() });

export const refundRequestsGet = forOperator('GET /v1/refund-requests', {
  needs: 'refunds:read',
  query: z.object({
    ...filterShape,
    limit: limitInput(PAGE, MAX_PAGE),
    cursor: cursorInput(listPositionSchema),
  }),
});

export const refundRequestGet = forOperator('GET /v1/refund-requests/{platform}/{refundId}', {
  needs: 'refunds:read',
  params,
});

export const refundDecidePost = forOperator(
  'POST /v1/refund-requests/{platform}/{refundId}/decide',
  {
    needs: 'refunds:decide',
    params,
    body: decisionBody,
  },
);

/**
 * The refund requests (退款申请) that need somebody: pending ones, and decided ones that the platform
 * is not reported yet. Those that are done are found by their id.
 */
export function refundRequestsRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, refundRequestsGet, async ({ query: { limit, cursor, ...filter } }, c) => {
    const { requests, next } = await listOpen(deps, filter, { from: cursor, limit });
    const refundRequests = requests.map(shown);
    return c.json({ refundRequests, next: next === undefined ? null : writeCursor(c, next) });
  });

  answer(api, deps, refundRequestGet, async ({ params: { platform, refundId } }, c) => {
    return c.json(shown(await requireRefund(deps, platform, refundId)));
  });

  answer(api, deps, refundDecidePost, async ({ params, body: wanted }, c) => {
    const { platform, refundId } = params;
    const { status } = await requireRefund(deps, platform, refundId);
    await decideRefund(deps.table, platform, refundId, decisionOf(wanted), deps.now());
    const standing = await requireRefund(deps, platform, refundId);
    if (standing.status !== decisionOf(wanted).status) throw decidedOtherwise(standing);
    const subject = `refund/${platform}/${refundId}`;
    noteChange(c, { subject, before: { status }, after: { status: standing.status } });
    if (isToBeNotified(standing)) await sendAudit(standing, deps);
    return c.json(shown(standing));
  });
}

async function listOpen(
  { table }: ApiDeps,
  filter: Filter,
  page: { from: ListPosition | undefined; limit: number },
): Promise<{ requests: StoredRefund[]; next: ListPosition | undefined }> {
  const requests: StoredRefund[] = [];
  let last: ListPosition | undefined;
  for await (const { request, position } of openRefunds(table, page.from)) {
    if (request === undefined || !isWanted(request, filter)) continue;
    // One more than the page is there: so there is a next one.
    if (requests.length === page.limit) return { requests, next: last };
    requests.push(request);
    last = position;
  }
  return { requests, next: undefined };
}

function isWanted(request: StoredRefund, { status, platform, merchantId }: Filter): boolean {
  return (
    request.status === status &&
    (request.status === 'pending' || isToBeNotified(request)) &&
    (platform === undefined || request.platform === platform) &&
    (merchantId === undefined || request.merchantId === merchantId)
  );
}

/** @throws Problem `not-found` */
async function requireRefund(
  { table }: ApiDeps,
  platform: Platform,
  refundId: string,
): Promise<StoredRefund> {
  const request = await readRefund(table, platform, refundId);
  if (request !== undefined) return request;
  throw new Problem('not-found', 'No refund request of that id has reached us.');
}

function decisionOf(body: z.infer<typeof decisionBody>): Decision {
  const decidedBy = 'operator' as const;
  return body.decision === 'approve'
    ? { status: 'approved', decidedBy, reason: null }
    : { status: 'refused', decidedBy, reason: body.reason };
}

function decidedOtherwise({ status, decidedBy, decidedAt }: StoredRefund): Problem {
  const detail = `It was ${status} by the ${decidedBy} at ${decidedAt}. A decision is not changed here.`;
  return new Problem('refund-decided', detail);
}

/** The decision stands: when this fails, `reconcile` sends it. */
async function sendAudit({ platform, refundId }: StoredRefund, deps: ApiDeps): Promise<void> {
  const intake = new Queue<IntakeMessage>(deps.sqs, deps.queues.intake.url);
  try {
    await intake.send({ type: 'audit', v: MESSAGE_VERSION, platform, refundId });
  } catch (error) {
    deps.log('warn', 'audit-not-sent', errorFields(error));
  }
}

/**
 * Without what is ours alone: which app received it, the platform's own figures, our bookkeeping. A reason is in
 * somebody's own words.
 */
function shown(request: StoredRefund) {
  const { appKey: _app, reference: _reference, notifications, notifyAtMs: _at, ...rest } = request;
  const reason = rest.reason === null ? null : mask('text', rest.reason);
  return { ...rest, reason, notifications };
}
