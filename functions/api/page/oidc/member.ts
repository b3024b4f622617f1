import {
  type MemberPlace,
  placeOfSubject,
  placeSubject,
  placesOfMail,
  subjectHash,
} from '../../../../lib/store/accounts/identities.ts';
import { type Member, readMembers } from '../../../../lib/store/accounts/members.ts';
import type { ApiDeps } from '../../deps.ts';
import { changeMembers } from '../../members.ts';
import type { Claims } from './issuer.ts';
import { SignInRefused } from './refused.ts';

/** Somebody who is a member already: a sign-in never makes one. */
export interface Found extends MemberPlace {
  /** Whether this was the first time, and the subject is the member's from now on. */
  readonly isBound: boolean;
}

/**
 * Whom the claims are of: the member that the subject was bound to, and at the first time the one that has the verified
 * mail address. An address that the issuer gives to somebody else later lets them in as nobody: a member is one subject's.
 * @throws SignInRefused
 */
export async function memberOf(claims: Claims, deps: ApiDeps): Promise<Found> {
  const { table } = deps;
  const subject = await subjectHash(table, claims.issuer, claims.subject);
  const bound = await placeOfSubject(table, subject);
  const own = bound && (await standing(bound, deps));
  if (bound !== undefined && own?.subject === subject) return { ...bound, isBound: false };
  const gone = bound !== undefined && own === undefined ? 'oidc.removed' : 'oidc.unknown';
  const { email } = claims;
  if (email === null) throw new SignInRefused(gone);
  if (!claims.isEmailVerified) throw new SignInRefused('oidc.unverified');
  const [first, ...others] = await membersOf(email, deps);
  if (first === undefined) throw new SignInRefused(gone);
  if (others.length > 0) throw new SignInRefused('oidc.several');
  await bind(first, email, subject, deps);
  return { ...first, isBound: true };
}

/** The members that have the address now. */
async function membersOf(email: string, deps: ApiDeps): Promise<MemberPlace[]> {
  const found: MemberPlace[] = [];
  for (const place of await placesOfMail(deps.table, email)) {
    if ((await standing(place, deps))?.email === email) found.push(place);
  }
  return found;
}

async function standing(place: MemberPlace, { table }: ApiDeps): Promise<Member | undefined> {
  const { members } = await readMembers(table, place.providerId);
  return members.find(({ memberId }) => memberId === place.memberId);
}

/** Under the members' version, so that of two subjects the second is refused. */
async function bind(
  { providerId, memberId }: MemberPlace,
  email: string,
  subject: string,
  deps: ApiDeps,
): Promise<void> {
  await placeSubject(deps.table, subject, { providerId, memberId });
  await changeMembers(
    providerId,
    (members) => {
      const one = members.find((member) => member.memberId === memberId);
      if (one?.email !== email) throw new SignInRefused('oidc.unknown');
      if (one.subject !== undefined && one.subject !== subject)
        throw new SignInRefused('oidc.another');
      return members.map((member) => (member === one ? { ...one, subject } : member));
    },
    deps,
  );
}
