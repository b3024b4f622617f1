import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId } from '../../../lib/events/event.ts';
import { MAX_MINUTES, USUAL_MINUTES } from '../../../lib/identity/code.ts';
import { readMembers } from '../../../lib/store/accounts/members.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { memberIn, tenantOfMember } from '../members.ts';
import { answer, forEither, forProvider } from '../route.ts';
import { setPhoto } from './members.ts';

const needs = 'identity:show';

export const identityCodesPost = forProvider('POST /v1/identity-codes', {
  needs,
  body: z.strictObject({
    memberId: givenId(),
    minutes: z.int().min(1).max(MAX_MINUTES).optional(),
  }),
  shownOnce: {
    field: 'url',
    hint: 'A code is shown once. Make another with POST /v1/identity-codes.',
  },
});

export const identityCodeDelete = forProvider('DELETE /v1/identity-codes/{codeId}', {
  needs,
  params: z.object({ codeId: givenId() }),
});

export const memberPhotoPut = forEither('PUT /v1/members/{memberId}/photo', {
  needs: 'members:manage',
  params: z.object({ memberId: givenId() }),
});

/** 身份验真码: what shows that somebody works for a provider, for a short while. Nothing lists them. */
export function identityCodesRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, identityCodesPost, async ({ providerId, principal, body }, c) => {
    const { makeIdentityCode, memberToShow } = await import('../identity.ts');
    const { memberId, minutes = USUAL_MINUTES } = body;
    await memberToShow({ providerId, principal }, memberId, deps);
    const made = await makeIdentityCode({ providerId, memberId }, minutes, deps);
    const { codeId, token, expiresAt } = made;
    const after = { memberId, expiresAt };
    noteChange(c, { subject: `identity-code/${codeId}`, providerId, after });
    const url = `${new URL(c.req.url).origin}/verify/${token}`;
    return c.json({ codeId, url, expiresAt }, 201);
  });

  answer(api, deps, identityCodeDelete, async ({ providerId, principal, params }, c) => {
    const { revokeCode } = await import('../identity.ts');
    await revokeCode({ providerId, principal }, params.codeId, deps);
    noteChange(c, { subject: `identity-code/${params.codeId}`, providerId });
    return c.body(null, 204);
  });

  answer(api, deps, memberPhotoPut, async ({ principal, params: { memberId } }, c) => {
    const providerId = await tenantOfMember(principal, memberId, deps);
    const { members } = await readMembers(deps.table, providerId);
    memberIn(members, memberId, principal);
    const { photoHash } = await import('../../../lib/identity/photo.ts');
    const photoSha256 = photoHash(new Uint8Array(await c.req.arrayBuffer()));
    if (photoSha256 === undefined) {
      const detail =
        'photo: this is no photo. Send the bytes of a JPEG or PNG of 64 × 64 pixels or more.';
      throw new Problem('request-invalid', detail, { fields: ['photo'] });
    }
    await setPhoto(principal, memberId, photoSha256, deps);
    noteChange(c, { subject: `member/${memberId}`, providerId, after: { photoSha256 } });
    return c.json({ photoSha256 });
  });
}
