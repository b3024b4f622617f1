import type { Hono } from 'hono';
import * as z from 'zod';
import { givenId, MAX_NAME_WITH_ID, platformSchema } from '../../../lib/events/id.ts';
import { disputeIdOf, listDisputes, unlistDispute } from '../../../lib/store/ledger/disputes.ts';
import { businessDayAt } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import { writeCursor } from '../cursors.ts';
import type { ApiDeps } from '../deps.ts';
import { answerDispute, findDispute } from '../dispute-answers.ts';
import { shownDispute } from '../dispute-view.ts';
import {
  DISPUTE_STATES,
  type DisputeState,
  isOver,
  raiseDispute,
  type StandingDispute,
  standingDispute,
} from '../disputes.ts';
import { cursorInput, limitInput, lineInput, windowShape } from '../input.ts';
import { ownOf } from '../principal.ts';
import { answer, forEither, forOperator, forProvider } from '../route.ts';

const REASON_LENGTH = 500;

export const disputePost = forProvider('POST /v1/attribution-disputes', {
  needs: 'disputes:raise',
  body: z.strictObject({
    platform: platformSchema,
    voucherId: givenId(),
    reason: lineInput(REASON_LENGTH),
    contractId: givenId(MAX_NAME_WITH_ID).nullish(),
  }),
});

const states = z.enum(Object.keys(DISPUTE_STATES) as [DisputeState, ...DisputeState[]]);

export const disputesGet = forEither('GET /v1/attribution-disputes', {
  needs: 'reports:read',
  query: z.object({
    state: states.optional(),
    ...windowShape,
    providerId: givenId().optional(),
    limit: limitInput(50, 100),
    cursor: cursorInput(z.string().max(100)),
  }),
});

const params = z.object({ disputeId: givenId(MAX_NAME_WITH_ID) });

export const disputeGet = forEither('GET /v1/attribution-disputes/{disputeId}', {
  needs: 'reports:read',
  params,
});

export const disputeAnswerPost = forOperator('POST /v1/attribution-disputes/{disputeId}/answer', {
  needs: 'disputes:answer',
  params,
  body: z.strictObject({
    accept: z.boolean(),
    reason: lineInput(REASON_LENGTH),
    contractId: givenId(MAX_NAME_WITH_ID).nullish(),
  }),
});

/** Those that one request looks at: a page may have fewer than it could, and go on. */
const MAX_READ = 200;

/** A provider says that a redemption is its own; the operator accepts or refuses. */
export function disputesRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, disputePost, async ({ providerId, principal, body }, c) => {
    const { contractId = null, ...raised } = body;
    const asked = { ...raised, contractId };
    const { isNew, ...standing } = await raiseDispute(providerId, asked, principal.actor, deps);
    const after = shownDispute(standing, principal);
    noteChange(c, { subject: subjectOf(standing), providerId, after, isChange: isNew });
    return c.json(after, isNew ? 201 : 200);
  });

  answer(api, deps, disputesGet, async ({ principal, query }, c) => {
    const { providerId = query.providerId } = ownOf(principal, query.providerId);
    const { state, limit, cursor } = query;
    const window = { from: query.from ?? '0000', to: query.to ?? businessDayAt(deps.now()) };
    const list = state !== undefined && !DISPUTE_STATES[state].isOver ? 'open' : 'all';
    const found: StandingDispute[] = [];
    let read = 0;
    let last: string | null = null;
    let next: string | null = null;
    const own = providerId ?? null;
    for await (const one of listDisputes(deps.table, list, own, window, cursor)) {
      if (found.length === limit || read === MAX_READ) {
        next = last;
        break;
      }
      read += 1;
      last = one.sk;
      if (one.dispute === null) continue;
      const standing = await standingDispute(one.dispute, deps);
      if (list === 'open' && isOver(standing)) await unlistDispute(deps.table, one.dispute);
      if (state === undefined || standing.state === state) found.push(standing);
    }
    return c.json({
      disputes: found.map((one) => shownDispute(one, principal)),
      next: next === null ? null : writeCursor(c, next),
    });
  });

  answer(api, deps, disputeGet, async ({ principal, params: { disputeId } }, c) => {
    const dispute = await findDispute(disputeId, ownOf(principal, undefined).providerId, deps);
    return c.json(shownDispute(await standingDispute(dispute, deps), principal));
  });

  answer(api, deps, disputeAnswerPost, async ({ principal, params: { disputeId }, body }, c) => {
    const dispute = await findDispute(disputeId, undefined, deps);
    const before = shownDispute(await standingDispute(dispute, deps), principal);
    const { contractId = null, ...said } = body;
    const asked = { ...said, contractId };
    const { isNew, ...standing } = await answerDispute(dispute, asked, principal.actor, deps);
    const after = shownDispute(standing, principal);
    const { providerId } = dispute;
    noteChange(c, { subject: subjectOf(standing), providerId, before, after, isChange: isNew });
    return c.json(after);
  });
}

function subjectOf({ dispute }: StandingDispute): string {
  return `attribution-dispute/${disputeIdOf(dispute)}`;
}
