import { isDeepStrictEqual } from 'node:util';
import type { Hono } from 'hono';
import * as z from 'zod';
import { roleSchema, takesStores } from '../../../lib/access/permissions.ts';
import { newId } from '../../../lib/crypto/hash.ts';
import { givenId } from '../../../lib/events/event.ts';
import { mask } from '../../../lib/mask/mask.ts';
import { placeMail } from '../../../lib/store/accounts/identities.ts';
import { type Member, placeMember, readMembers } from '../../../lib/store/accounts/members.ts';
import { listTokens, revokeToken } from '../../../lib/store/accounts/tokens.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { requireGrant, storesInput, tenantNamed } from '../grants.ts';
import { instantInput, lineInput } from '../input.ts';
import { changeMembers, memberIn, tenantOfMember } from '../members.ts';
import type { Principal } from '../principal.ts';
import { answer, forEither } from '../route.ts';
import { makeToken, requireFuture, TOKEN_SHOWN } from './tokens.ts';

const emailInput = z.email().max(254).toLowerCase();

/** Of an answer that makes a member's token. */
const MEMBER_SHOWN = {
  field: 'token',
  hint: 'A token is shown once, and kept nowhere. Make another with POST /v1/members/{memberId}/tokens.',
} as const;

export const membersPost = forEither('POST /v1/members', {
  needs: 'members:manage',
  body: z.strictObject({
    providerId: givenId().optional(),
    name: lineInput(100),
    email: emailInput.optional(),
    role: roleSchema,
    stores: storesInput,
  }),
  shownOnce: MEMBER_SHOWN,
});

export const membersGet = forEither('GET /v1/members', {
  needs: 'members:manage',
  query: z.object({ providerId: givenId().optional() }),
});

const params = z.object({ memberId: givenId() });

export const memberPatch = forEither('PATCH /v1/members/{memberId}', {
  needs: 'members:manage',
  params,
  body: z
    .strictObject({
      name: lineInput(100),
      email: emailInput.nullable(),
      role: roleSchema,
      stores: storesInput.unwrap(),
    })
    .partial(),
});

export const memberDelete = forEither('DELETE /v1/members/{memberId}', {
  needs: 'members:manage',
  params,
});

export const memberTokenPost = forEither('POST /v1/members/{memberId}/tokens', {
  needs: 'members:manage',
  params,
  body: z.strictObject({ name: lineInput(100).optional(), expiresAt: instantInput.optional() }),
  bodyIsOptional: true,
  shownOnce: TOKEN_SHOWN,
});

/** A provider's people, and with no provider the operators. */
export function membersRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, membersPost, async ({ principal, body }, c) => {
    const { name, email = null, role, stores } = body;
    const providerId = tenantNamed(principal, body.providerId);
    await requireGrant(principal, { role, scopes: null, stores }, providerId, deps);
    const memberId = newId('mem');
    const [at, by] = [toInstant(deps.now()), principal.actor];
    const member = { memberId, name, email, role, stores, createdAt: at, createdBy: by };
    await placeMember(deps.table, memberId, providerId);
    if (email !== null) await placeMail(deps.table, email, { providerId, memberId });
    const terms = { name, providerId, endsAt: null, memberId, ...OF_MEMBER };
    const { token } = await makeToken(terms, { by, at }, deps);
    // Last: until then the token is nobody's.
    await changeMembers(providerId, (members) => [...members, member], deps);
    noteChange(c, { subject: `member/${memberId}`, providerId, after: termsOf(member) });
    return c.json({ memberId, token }, 201);
  });

  answer(api, deps, membersGet, async ({ principal, query }, c) => {
    const { members } = await readMembers(deps.table, tenantNamed(principal, query.providerId));
    return c.json({ members: members.map(shown) });
  });

  answer(api, deps, memberPatch, async ({ principal, params: { memberId }, body }, c) => {
    const providerId = await tenantOfMember(principal, memberId, deps);
    const { members } = await readMembers(deps.table, providerId);
    const wanted = mended(memberIn(members, memberId, principal), body);
    await requireGrant(principal, { ...wanted, scopes: null }, providerId, deps);
    let [before, after] = [wanted, wanted];
    if (wanted.email !== null) await placeMail(deps.table, wanted.email, { providerId, memberId });
    await changeMembers(
      providerId,
      (all) => {
        before = memberIn(all, memberId, principal);
        after = mended(before, body);
        return all.map((one) => (one.memberId === memberId ? after : one));
      },
      deps,
    );
    // Of a mail address the trail has nothing, so these alone do not say whether there was a change.
    const isChange = !isDeepStrictEqual(before, after);
    const change = { before: termsOf(before), after: termsOf(after), isChange };
    noteChange(c, { subject: `member/${memberId}`, providerId, ...change });
    return c.json(shown(after));
  });

  answer(api, deps, memberDelete, async ({ principal, params: { memberId } }, c) => {
    const providerId = await tenantOfMember(principal, memberId, deps);
    let before: object | null = null;
    await changeMembers(
      providerId,
      (all) => {
        const gone = memberIn(all, memberId, principal);
        before = termsOf(gone);
        return all.filter((one) => one !== gone);
      },
      deps,
    );
    // They are nobody's from now on; that the list says so as well is for whoever reads it.
    await revokeAllOf(memberId, providerId, deps);
    noteChange(c, { subject: `member/${memberId}`, providerId, before });
    return c.body(null, 204);
  });

  answer(api, deps, memberTokenPost, async ({ principal, params: { memberId }, body }, c) => {
    const providerId = await tenantOfMember(principal, memberId, deps);
    const { members } = await readMembers(deps.table, providerId);
    const member = memberIn(members, memberId, principal);
    const { name = member.name, expiresAt: endsAt = null } = body;
    const at = toInstant(deps.now());
    requireFuture(endsAt, at);
    const terms = { name, providerId, endsAt, memberId, ...OF_MEMBER };
    const { tokenId, token } = await makeToken(terms, { by: principal.actor, at }, deps);
    const after = { memberId, expiresAt: endsAt };
    noteChange(c, { subject: `token/${tokenId}`, providerId, after });
    return c.json({ tokenId, token }, 201);
  });
}

/** A member's token has the member's role. */
const OF_MEMBER = { role: null, scopes: null, stores: [] };

/** What the trail keeps of a member, for years: who it was is known by the id. */
function termsOf({ name, role, stores }: Member) {
  return { name: mask('name', name), role, stores };
}

/** Names are what those who manage members tell them apart by. */
function shown({ email, subject: _bound, sentHomeAtMs: _home, ...member }: Member): Member {
  return { ...member, email: email === null ? null : mask('email', email) };
}

function mended(
  member: Member,
  { name, email, role = member.role, stores }: z.infer<typeof memberPatch.body>,
): Member {
  // A role that has no till has no stores either.
  const left = takesStores({ role, scopes: null }) ? member.stores : [];
  const mended = {
    ...{ ...member, role, stores: stores ?? left },
    name: name ?? member.name,
    email: email === undefined ? member.email : email,
  };
  if (mended.email === member.email) return mended;
  // With another address they are matched anew at the sign-in service.
  const { subject: _former, ...unbound } = mended;
  return unbound;
}

/** Of the photo only its hash is kept. @throws Problem `not-found`, `role-forbidden` */
export async function setPhoto(
  principal: Principal,
  memberId: string,
  photoSha256: string,
  deps: ApiDeps,
): Promise<string | null> {
  const providerId = await tenantOfMember(principal, memberId, deps);
  await changeMembers(
    providerId,
    (members) => {
      const member = memberIn(members, memberId, principal);
      return members.map((one) => (one === member ? { ...member, photoSha256 } : one));
    },
    deps,
  );
  return providerId;
}

const PAGE = 100;
const MAX_PAGES = 100;

export async function revokeAllOf(memberId: string, providerId: string | null, deps: ApiDeps) {
  let after: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const records = await listTokens(deps.table, providerId, after, PAGE);
    for (const record of records) {
      if (record.memberId !== memberId) continue;
      await revokeToken(deps.table, record.tokenId, toInstant(deps.now()));
    }
    after = records.at(-1)?.tokenId;
    if (records.length < PAGE) return;
  }
}
