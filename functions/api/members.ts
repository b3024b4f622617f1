import { permissionsOf } from '../../lib/access/permissions.ts';
import { Problem } from '../../lib/errors/problem.ts';
import {
  type Member,
  type Members,
  placeOfMember,
  putMembers,
  readMembers,
} from '../../lib/store/accounts/members.ts';
import type { TokenRecord } from '../../lib/store/accounts/tokens.ts';
import type { ApiDeps } from './deps.ts';
import { membersName, type Principal } from './principal.ts';
import { isHead, mayBeWay, waysIn } from './ways-in.ts';

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
  await changeTenant(providerId, (all) => ({ ...all, members: change(all.members) }), deps);
}

/**
 * Decides that a token ends, where somebody else can still get in. The decision stands beside the members, under
 * their version: of two that end each other's token the second is refused. Whoever decided it then revokes it.
 * @throws Problem `last-owner`
 */
export async function endToken(token: TokenRecord, deps: ApiDeps): Promise<void> {
  const { providerId, tokenId } = token;
  // A member who is none yet may become one before it ends.
  if (!mayBeWay(token)) return;
  const change = (all: Members) => ({ ...all, ending: [...new Set([...all.ending, tokenId])] });
  await changeTenant(providerId, change, deps);
}

async function changeTenant(
  providerId: string | null,
  change: (all: Members) => Members,
  deps: ApiDeps,
): Promise<void> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const before = await readMembers(deps.table, providerId);
    const after = change(before);
    if (after.members.length > MAX_MEMBERS) {
      const detail = `There are ${MAX_MEMBERS} members already. Remove some.`;
      throw new Problem('request-invalid', detail);
    }
    const ending = await requireSomebody(providerId, before, after, deps);
    if (await putMembers(deps.table, providerId, { ...after, ending })) {
      deps.remembered?.forget(membersName(providerId));
      return;
    }
  }
  throw new Problem('internal', 'Others changed the members at once. Try again.');
}

/**
 * Somebody must be left who may let others in, and who can get in. A provider without a member who is its owner is
 * the operator's to look after.
 * @returns which tokens are still to end
 */
async function requireSomebody(
  providerId: string | null,
  before: Members,
  after: Members,
  deps: ApiDeps,
): Promise<string[]> {
  if (before.members.some(isHead) && !after.members.some(isHead)) {
    throw new Problem('last-owner', 'Make somebody else an owner, or an operator, first.');
  }
  const isLess =
    after.ending.length > before.ending.length ||
    before.members.some((one) => isHead(one) && !isStillHead(one, after));
  const isRuled = providerId === null || before.members.some(isHead);
  if (!isLess || !isRuled) return after.ending;
  const ways = await waysIn(providerId, before, after, deps);
  if (!ways.before || ways.after) return ways.ending;
  const detail =
    'Nobody who may let others in could get in any more: make one of them another token first.';
  throw new Problem('last-owner', detail);
}

function isStillHead({ memberId }: Member, { members }: Members): boolean {
  return members.some((one) => one.memberId === memberId && isHead(one));
}

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
