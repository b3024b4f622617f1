import { escapeId as e, type Key, PREFIX } from './spelling.ts';

/** Providers and who works for them: members, tokens, sessions, the trail of changes, leads. */
export const peopleKeys = {
  /** The key that buyer ids are hashed with, made once. */
  buyerKey: { pk: 'BUYER-KEY', sk: '-' },

  apiKey: { pk: 'API-KEY', sk: '-' },

  provider: (providerId: string): Key => ({ pk: providerPartition(providerId), sk: '-' }),

  /** A bearer token, by a part of its hash. */
  token: (tokenId: string): Key => ({ pk: `TOKEN#${tokenId}`, sk: '-' }),

  /** The same token in its provider's list; null for the operator's. */
  tokenOf: (providerId: string | null, tokenId: string): Key => ({
    pk: tenantPartition(providerId),
    sk: `${PREFIX.token}${tokenId}`,
  }),

  /** All members of a provider; null for the operators. */
  members: (providerId: string | null): Key => ({ pk: tenantPartition(providerId), sk: 'MEMBERS' }),

  /** Whose member it is. */
  member: (memberId: string): Key => ({ pk: `MEMBER#${e(memberId)}`, sk: '-' }),

  /** Somebody who is signed in to the pages, by a hash of the cookie. */
  session: (sessionHash: string): Key => ({ pk: `SESSION#${sessionHash}`, sk: '-' }),

  /** Who changed what, by its day. */
  audit: (day: string, auditId: string): Key => ({ pk: trailPartition(day), sk: auditId }),

  /** A request that may be repeated, by a hash of its key and of whose it is. */
  repetition: (name: string): Key => ({ pk: `REPETITION#${name}`, sk: '-' }),

  /** A wrong try to sign in, by its time. */
  wrongTry: (who: string, name: string): Key => ({ pk: triesPartition(who), sk: name }),

  /** A member who has or had a mail address, by a keyed hash of it; and one whom a subject of an issuer is. */
  memberOfMail: (hash: string, memberId: string): Key => ({
    pk: mailPartition(hash),
    sk: e(memberId),
  }),

  memberOfSubject: (hash: string): Key => ({ pk: `SUBJECT#${hash}`, sk: '-' }),

  /** Lets a clerk in once, by a hash of what the link has. */
  clerkLink: (linkHash: string): Key => ({ pk: `CLERK-LINK#${linkHash}`, sk: '-' }),

  /** Shows for a short while who somebody is, by its id. */
  identityCode: (codeId: string): Key => ({ pk: `IDENTITY-CODE#${e(codeId)}`, sk: '-' }),

  /** A clerk's PIN on one device, by a hash of what the device keeps. */
  clerkPin: (
    deviceHash: string,
    { providerId, memberId }: { readonly providerId: string; readonly memberId: string },
  ): Key => ({ pk: clerkPinsPartition(deviceHash), sk: `${e(providerId)}#${e(memberId)}` }),

  /** A lead of a provider's, and what says that a merchant or a name is one already. */
  lead: (providerId: string, leadId: string): Key => ({
    pk: leadPartition(providerId),
    sk: `${PREFIX.lead}${e(leadId)}`,
  }),

  leadClaim: (providerId: string, name: string): Key => ({
    pk: leadPartition(providerId),
    sk: `CLAIM#${name}`,
  }),
};

export const providerPartition = (providerId: string) => `PROVIDER#${e(providerId)}`;

export const mailPartition = (hash: string) => `MAIL#${hash}`;

export const leadPartition = (providerId: string) => `LEAD#${e(providerId)}`;

export const trailPartition = (day: string) => `AUDIT#${day}`;

export const triesPartition = (who: string) => `TRY#${who}`;

/** A provider's own, or with null the operator's. In full, as `workPartition`. */
export const tenantPartition = (providerId: string | null) =>
  providerId !== null ? `PROVIDER#${e(providerId)}` : 'OPERATOR';

export const clerkPinsPartition = (deviceHash: string) => `CLERK-PIN#${deviceHash}`;
