import { permissionsOf } from '../../lib/access/permissions.ts';
import { Problem } from '../../lib/errors/problem.ts';
import {
  type Member,
  placeOfMember,
  putMembers,
  readMembers,
} from '../../lib/store/accounts/members.ts';
import type { ApiDeps } from './deps.ts';
import { membersName, type Principal } from './principal.ts';

/** More people than a provider has; all of them are one item. */
const MAX_MEMBERS = 200;

/** Somebody else changed them in between, that often. */
const MAX_TRIES = 10;

/**
 * Changes a provider's people, or with null the operators. What the change is made of is read again for each
 * try, so of two that remove each other the second is refused.
 * @throws Problem `last-owner`, or whatever the change throws
 */
export async function changeMembers(
  providerId: string | null,
  change: (members: readonly Member[]) => Member[],
  deps: ApiDeps,
): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const { version, members } = await readMembers(deps.table, providerId);
    const changed = change(members);
    if (changed.length > MAX_MEMBERS) {
      throw new Problem(
        'request-invalid',
        `There are ${MAX_MEMBERS} members already. Remove some.`,
      );
    }
    if (members.some(isHead) && !changed.some(isHead)) {
      const detail = 'Make somebody else an owner, or an operator, first.';
      throw new Problem('last-owner', detail);
    }
    if (await putMembers(deps.table, providerId, { version, members: changed })) {
      deps.remembered?.forget(membersName(providerId));
      return;
    }
  }
  throw new Problem('internal', 'Others changed the members at once. Try again.');
}

/** Who may let others in. */
const isHead = ({ role }: Member) => role === 'owner' || role === 'operator';

/** Whose member it is, as far as somebody may know. @throws Problem `not-found` */
export async function tenantOfMember(
  principal: Principal,
  memberId: string,
  deps: ApiDeps,
): Promise<string | null> {
  if (principal.is === 'provider') return principal.providerId;
  const place = await placeOfMember(deps.table, memberId);
  if (place === undefined) throw noMember();
  return place.providerId;
}

/** @throws Problem `not-found`, or `role-forbidden` for one who has more than whoever changes it */
export function memberIn(members: readonly Member[], memberId: string, by: Principal): Member {
  const member = members.find((one) => one.memberId === memberId);
  if (member === undefined) throw noMember();
  const theirs = permissionsOf({ role: member.role, scopes: null });
  if ([...theirs].every((one) => by.permissions.has(one))) return member;
  throw new Problem('role-forbidden', 'This member has more than you have. Ask an owner.');
}

function noMember(): Problem {
  return new Problem('not-found', 'You have no such member. GET /v1/members lists them.');
}
