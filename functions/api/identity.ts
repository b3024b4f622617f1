import type { Role } from '../../lib/access/permissions.ts';
import { newId } from '../../lib/crypto/hash.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { identityToken, readIdentityToken } from '../../lib/identity/code.ts';
import {
  type KeptCode,
  putIdentityCode,
  readIdentityCode,
  revokeIdentityCode,
} from '../../lib/store/accounts/identity-codes.ts';
import { type Member, readMembers } from '../../lib/store/accounts/members.ts';
import { readProvider } from '../../lib/store/accounts/parties.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';
import { type Principal, requirePermission } from './principal.ts';

/** Codes with which a provider's people show who they are (身份验真码). */

export interface Identity {
  readonly name: string;
  readonly provider: string;
  readonly role: Role;
  /** Where they may redeem, such as `douyin/6601`. */
  readonly stores: readonly string[];
  readonly photoSha256: string | null;
  readonly until: string;
}

/** One's own, or with `members:manage` anybody's. @throws Problem `not-found`, `role-forbidden` */
export async function memberToShow(
  { providerId, principal }: { readonly providerId: string; readonly principal: Principal },
  memberId: string,
  { table }: ApiDeps,
): Promise<Member> {
  if (principal.actor !== `member/${memberId}`) requirePermission(principal, 'members:manage');
  const { members } = await readMembers(table, providerId);
  const member = members.find((one) => one.memberId === memberId);
  if (member !== undefined) return member;
  const detail = 'memberId: you have no such member. GET /v1/members lists them.';
  throw new Problem('not-found', detail, { fields: ['memberId'] });
}

export async function makeIdentityCode(
  of: Pick<KeptCode, 'providerId' | 'memberId'>,
  minutes: number,
  { table, proofKeys, now }: ApiDeps,
): Promise<{ readonly codeId: string; readonly token: string; readonly expiresAt: string }> {
  const key = await proofKeys.newest();
  const codeId = newId('idc');
  const endsAtSeconds = Math.floor(now() / 1000) + minutes * 60;
  await putIdentityCode(table, codeId, { ...of, endsAtSeconds, revokedAt: null });
  const token = identityToken({ codeId, endsAtSeconds }, key);
  return { codeId, token, expiresAt: toInstant(endsAtSeconds * 1000) };
}

/** Another provider's is not there. @throws Problem `not-found`, `role-forbidden` */
export async function revokeCode(
  { providerId, principal }: { readonly providerId: string; readonly principal: Principal },
  codeId: string,
  { table, now }: ApiDeps,
): Promise<void> {
  const code = await readIdentityCode(table, codeId);
  if (code === undefined || code.providerId !== providerId) {
    throw new Problem(
      'not-found',
      'You have no such code, or it is over. Nothing is left to revoke.',
    );
  }
  if (principal.actor !== `member/${code.memberId}`) requirePermission(principal, 'members:manage');
  await revokeIdentityCode(table, codeId, { ...code, revokedAt: toInstant(now()) });
}

/**
 * Who shows a code. Nothing is read of what was not signed here, and nothing is written: nobody learns who looked.
 * @throws Problem `identity-code-invalid`
 */
export async function identityOf(
  token: string,
  { table, proofKeys, now }: ApiDeps,
): Promise<Identity> {
  const code = readIdentityToken(token, await proofKeys.published());
  if (code === undefined) throw invalid('It was not made here, or it is not whole.', 'forged');
  const { codeId, endsAtSeconds } = code;
  if (endsAtSeconds * 1000 <= now()) throw invalid('It is over. Ask for a new one.', 'over');
  const kept = await readIdentityCode(table, codeId);
  if (kept === undefined || kept.endsAtSeconds !== endsAtSeconds) {
    throw invalid('It was not made here.', 'forged');
  }
  if (kept.revokedAt !== null) throw invalid('It was taken back.', 'revoked');
  const [{ members }, provider] = await Promise.all([
    readMembers(table, kept.providerId),
    readProvider(table, kept.providerId),
  ]);
  const member = members.find(({ memberId }) => memberId === kept.memberId);
  if (member === undefined || provider === undefined || provider.archivedAt != null) {
    throw invalid('Whoever shows it works for this provider no more.', 'revoked');
  }
  return {
    ...{ name: member.name, provider: provider.name, role: member.role, stores: member.stores },
    photoSha256: member.photoSha256 ?? null,
    until: toInstant(endsAtSeconds * 1000),
  };
}

/** Why a code shows nobody. */
export type NoIdentity = 'forged' | 'over' | 'revoked';

function invalid(detail: string, why: NoIdentity): Problem {
  return new Problem('identity-code-invalid', `This code shows nobody. ${detail}`, {
    fields: [why],
  });
}
