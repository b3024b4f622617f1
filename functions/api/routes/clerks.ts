import type { Hono } from 'hono';
import * as z from 'zod';
import { newToken } from '../../../lib/crypto/hash.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId } from '../../../lib/events/event.ts';
import { putClerkLink } from '../../../lib/store/accounts/clerk-links.ts';
import { type Member, readMembers } from '../../../lib/store/accounts/members.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { changeMembers } from '../members.ts';
import { answer, forProvider } from '../route.ts';
import { revokeAllOf } from './members.ts';

const needs = 'clerks:admit';
const params = z.object({ memberId: givenId() });

/** Long enough to walk over to the clerk, and too short to be found in a chat. */
const LINK_MS = 5 * 60_000;

export const clerksGet = forProvider('GET /v1/clerks', { needs });

export const clerkLinkPost = forProvider('POST /v1/clerks/{memberId}/links', {
  needs,
  params,
  shownOnce: {
    field: 'link',
    hint: 'A link is shown once. Make another with POST /v1/clerks/{memberId}/links.',
  },
});

export const clerkSessionsDelete = forProvider('DELETE /v1/clerks/{memberId}/sessions', {
  needs,
  params,
});

/** A provider's clerks: let in on a phone by whoever manages a store, and sent home. */
export function clerksRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, clerksGet, async ({ providerId }, c) => {
    const { members } = await readMembers(deps.table, providerId);
    const clerks = members.filter(isClerk).map(({ memberId, name, stores, sentHomeAtMs }) => ({
      ...{ memberId, name, stores },
      sentHomeAt: sentHomeAtMs === undefined ? null : toInstant(sentHomeAtMs),
    }));
    return c.json({ clerks });
  });

  answer(api, deps, clerkLinkPost, async ({ providerId, params: { memberId } }, c) => {
    const { members } = await readMembers(deps.table, providerId);
    clerkIn(members, memberId);
    const [secret, madeAtMs] = [newToken('hxs'), deps.now()];
    const endsAtMs = madeAtMs + LINK_MS;
    await putClerkLink(deps.table, secret, { providerId, memberId, madeAtMs, endsAtMs });
    const endsAt = toInstant(endsAtMs);
    noteChange(c, { subject: `clerk/${memberId}/link`, providerId, after: { endsAt } });
    return c.json({ link: `${new URL(c.req.url).origin}/till/in?k=${secret}`, endsAt }, 201);
  });

  answer(api, deps, clerkSessionsDelete, async ({ providerId, params: { memberId } }, c) => {
    const sentHomeAtMs = deps.now();
    await changeMembers(
      providerId,
      (members) => {
        const clerk = clerkIn(members, memberId);
        return members.map((one) => (one === clerk ? { ...clerk, sentHomeAtMs } : one));
      },
      deps,
    );
    // A token would let them in again.
    await revokeAllOf(memberId, providerId, deps);
    const after = { sentHomeAt: toInstant(sentHomeAtMs) };
    noteChange(c, { subject: `clerk/${memberId}`, providerId, after });
    return c.body(null, 204);
  });
}

const isClerk = ({ role }: Member) => role === 'clerk';

/** @throws Problem `not-found` */
function clerkIn(members: readonly Member[], memberId: string): Member {
  const clerk = members.find((one) => one.memberId === memberId && isClerk(one));
  if (clerk !== undefined) return clerk;
  throw new Problem('not-found', 'You have no such clerk. GET /v1/clerks lists them.');
}
