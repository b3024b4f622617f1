import { randomBytes } from 'node:crypto';
import { latestVersions } from '../../lib/attribution/contract.ts';
import { Problem } from '../../lib/errors/problem.ts';
import type { Platform } from '../../lib/events/id.ts';
import { readContracts } from '../../lib/store/accounts/contracts.ts';
import { readMembers } from '../../lib/store/accounts/members.ts';
import { createLead, type Lead, readLead, saveLead } from '../../lib/store/growth/leads.ts';
import { businessDayAt, toInstant } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';

/** A provider's leads: entered, changed, and never twice. */

export interface LeadTerms {
  readonly name: string;
  readonly city: string | null;
  readonly category: string | null;
  readonly source: string | null;
  readonly platform: Platform | null;
  readonly merchantId: string | null;
  readonly followerId: string | null;
}

/** @throws Problem `lead-taken` */
export async function enterLead(
  providerId: string,
  terms: LeadTerms,
  actor: string,
  deps: ApiDeps,
): Promise<Lead> {
  await requireNotSigned(providerId, terms, deps);
  const createdAt = toInstant(deps.now());
  const lead: Lead = {
    ...{ leadId: leadIdAt(createdAt), providerId, ...terms, note: null, lostBecause: null },
    ...{ createdAt, createdBy: actor, contactedOn: null, found: null, step: 0 },
  };
  const holder = await createLead(deps.table, lead, deps.now());
  if (holder !== null) throw await taken(providerId, holder, deps);
  return lead;
}

/** Sorts by time: `20251009T165320000-x8f3k2…`. */
function leadIdAt(instant: string): string {
  return `${instant.slice(0, 23).replaceAll(/[-:.]/g, '')}-${randomBytes(6).toString('hex')}`;
}

/** What stays as it is, is undefined. */
export interface LeadChange
  extends Readonly<{
    [Name in keyof LeadTerms]?: LeadTerms[Name] | undefined;
  }> {
  readonly note?: string | null | undefined;
  readonly lostBecause?: string | null | undefined;
  readonly stage?: 'lead' | 'contacted' | undefined;
}

/** Somebody else changed it in between, that often. */
const MAX_TRIES = 5;

/** @throws Problem `not-found`, `lead-taken` */
export async function changeLead(
  providerId: string,
  leadId: string,
  change: LeadChange,
  deps: ApiDeps,
): Promise<{ readonly before: Lead; readonly after: Lead }> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const before = await findLead(providerId, leadId, deps);
    const after = changed(before, change, businessDayAt(deps.now()));
    if ((after.platform === null) !== (after.merchantId === null)) throw goTogether();
    if (after.platform !== before.platform || after.merchantId !== before.merchantId) {
      if (before.found !== null) throw atItsEnd();
      await requireNotSigned(providerId, after, deps);
    }
    const refused = await saveLead(deps.table, before, after, deps.now());
    if (refused === null) return { before, after };
    if (refused !== 'changed') throw await taken(providerId, refused.taken, deps);
  }
  throw new Problem('internal', 'Others changed this lead at once. Try again.');
}

function changed(lead: Lead, { stage, ...change }: LeadChange, today: string): Lead {
  const given = Object.fromEntries(
    Object.entries(change).filter(([, value]) => value !== undefined),
  );
  const contactedOn =
    stage === undefined ? lead.contactedOn : stage === 'lead' ? null : (lead.contactedOn ?? today);
  return { ...lead, ...given, contactedOn };
}

/** @throws Problem `not-found` */
export async function findLead(providerId: string, leadId: string, deps: ApiDeps): Promise<Lead> {
  const lead = await readLead(deps.table, providerId, leadId);
  if (lead !== undefined) return lead;
  throw new Problem('not-found', 'You have no such lead. GET /v1/leads lists them.');
}

export function goTogether(): Problem {
  const detail =
    'platform, merchantId: give both or neither; an id means nothing without its platform.';
  return new Problem('request-invalid', detail, { fields: ['platform', 'merchantId'] });
}

function atItsEnd(): Problem {
  const detail =
    'merchantId: this merchant has redeemed already; enter another merchant as a lead of its own.';
  return new Problem('request-invalid', detail, { fields: ['merchantId'] });
}

/** A merchant that has signed is no lead any more. @throws Problem `lead-taken` */
export async function requireNotSigned(
  providerId: string,
  { platform, merchantId }: Pick<LeadTerms, 'platform' | 'merchantId'>,
  { table }: Pick<ApiDeps, 'table'>,
): Promise<void> {
  if (platform === null || merchantId === null) return;
  const log = latestVersions(await readContracts(table, platform, merchantId));
  const own = log.find((one) => one.providerId === providerId);
  if (own === undefined) return;
  const detail = `This merchant has signed with you already: contract ${own.contractId}. It is no lead.`;
  throw new Problem('lead-taken', detail, { fields: ['merchantId'] });
}

/** Says whose it is: of the same provider, who may know. */
export async function taken(providerId: string, leadId: string, deps: ApiDeps): Promise<Problem> {
  const lead = await readLead(deps.table, providerId, leadId);
  const who = lead?.followerId == null ? 'nobody follows it yet' : `${lead.followerId} follows it`;
  const detail = `This merchant, or this name in this city, is lead ${leadId} already, and ${who}. Change that one with PATCH.`;
  return new Problem('lead-taken', detail, { fields: ['name'] });
}

/** @throws Problem `not-found` */
export async function requireMember(
  providerId: string,
  memberId: string | null | undefined,
  { table }: Pick<ApiDeps, 'table'>,
): Promise<void> {
  if (memberId == null) return;
  const { members } = await readMembers(table, providerId);
  if (members.some((one) => one.memberId === memberId)) return;
  const detail = 'memberId: you have no such member. GET /v1/members lists them.';
  throw new Problem('not-found', detail, { fields: ['memberId'] });
}
