import * as z from 'zod';
import { fingerprint } from '../../crypto/hash.ts';
import { idSchema, platformSchema } from '../../events/id.ts';
import { instantToMs } from '../../time/shanghai.ts';
import { keys, leadPartition, PREFIX } from '../keys.ts';
import type { Table } from '../table.ts';

/**
 * Merchants that a provider would like to work for. A lead is one item; a merchant's id and a name within its city
 * are claimed by one lead each, so of two who enter the same merchant at once one is told.
 */

const day = z.iso.date();

const leadSchema = z.object({
  leadId: idSchema,
  providerId: idSchema,
  name: z.string(),
  city: z.string().nullable(),
  category: z.string().nullable(),
  /** Where it was heard of, in the provider's words. */
  source: z.string().nullable(),
  /** Both or neither: without them nothing that happens can be known to be this merchant's. */
  platform: platformSchema.nullable(),
  merchantId: idSchema.nullable(),
  /** The member who works on it. */
  followerId: idSchema.nullable(),
  note: z.string().nullable(),
  /** Why it came to nothing; null: it is worked on. */
  lostBecause: z.string().nullable(),
  createdAt: z.iso.datetime({ offset: true }),
  createdBy: z.string(),
  contactedOn: day.nullable(),
  /** What was found on the way, once it is at its end: then nobody looks again. */
  found: z.object({ authorisedOn: day.nullable(), contractedOn: day, redeemedOn: day }).nullable(),
  step: z.int(),
});
export type Lead = z.infer<typeof leadSchema>;

/** Longer than a request may run: what a claim of that age has no lead for, died on the way. */
const ABANDONED_MS = 60_000;

const claimSchema = z.object({ leadId: z.string(), at: z.iso.datetime({ offset: true }) });

type Named = Pick<Lead, 'name' | 'city' | 'platform' | 'merchantId'>;

/** What nobody else's lead of this provider may be: the merchant, and its name in its city. */
export function claimsOf({ name, city, platform, merchantId }: Named): string[] {
  const own = fingerprint('name', platform ?? '', plain(city ?? ''), plain(name));
  if (platform === null || merchantId === null) return [own];
  return [fingerprint('merchant', platform, merchantId), own];
}

/** As people write a name: wide and narrow signs, spaces and capitals make no other one of it. */
function plain(text: string): string {
  return text.normalize('NFKC').toLowerCase().replaceAll(/\s/g, '');
}

/** @returns the id of the lead that has it already, where one has; else null, and it is written */
export async function createLead(table: Table, lead: Lead, nowMs: number): Promise<string | null> {
  const taken = await takeClaims(table, lead, claimsOf(lead), nowMs);
  if (taken !== null) return taken;
  await table.put(keys.lead(lead.providerId, lead.leadId), lead);
  return null;
}

/**
 * Claims are there before what they are for.
 * @returns whose it is, and then none of them is this lead's
 */
async function takeClaims(
  table: Table,
  { providerId, leadId, createdAt }: Lead,
  names: readonly string[],
  nowMs: number,
): Promise<string | null> {
  const mine: string[] = [];
  for (const name of names) {
    const holder = await takeClaim(table, { providerId, leadId, at: createdAt }, name, nowMs);
    if (holder === null) {
      mine.push(name);
      continue;
    }
    await releaseClaims(table, { providerId, leadId }, mine);
    return holder;
  }
  return null;
}

async function takeClaim(
  table: Table,
  { providerId, leadId, at }: { providerId: string; leadId: string; at: string },
  name: string,
  nowMs: number,
): Promise<string | null> {
  const key = keys.leadClaim(providerId, name);
  const claim = { leadId, at };
  if (await table.put(key, claim)) return null;
  const item = await table.get(key);
  // It was given back in between: whoever comes again has it.
  if (item === undefined) return leadId;
  const holder = claimSchema.parse(item);
  const isAbandoned =
    nowMs - instantToMs(holder.at) > ABANDONED_MS &&
    (await readLead(table, providerId, holder.leadId)) === undefined;
  if (!isAbandoned) return holder.leadId;
  const same = { expression: 'leadId = :leadId', values: { ':leadId': holder.leadId } };
  return (await table.put(key, claim, same)) ? null : holder.leadId;
}

async function releaseClaims(
  table: Table,
  { providerId, leadId }: Pick<Lead, 'providerId' | 'leadId'>,
  names: readonly string[],
): Promise<void> {
  const own = { expression: 'leadId = :leadId', values: { ':leadId': leadId } };
  for (const name of names) await table.delete(keys.leadClaim(providerId, name), own);
}

/**
 * Writes a changed lead, where nobody changed it since it was read.
 * @returns `changed` by somebody else; or the id of the lead that has its merchant or name; null when it is written
 */
export async function saveLead(
  table: Table,
  before: Lead,
  after: Lead,
  nowMs: number,
): Promise<{ readonly taken: string } | 'changed' | null> {
  const [old, next] = [claimsOf(before), claimsOf(after)];
  const added = next.filter((name) => !old.includes(name));
  const taken = await takeClaims(table, after, added, nowMs);
  if (taken !== null) return { taken };
  const isSaved = await putLead(table, after, before.step);
  // Of two changes at once the other one's claims are its own to keep.
  const left = isSaved ? old.filter((name) => !next.includes(name)) : added;
  await releaseClaims(table, after, left);
  return isSaved ? null : 'changed';
}

/** What was found of a lead at its end: none of what people say of it changes. */
export async function putLead(table: Table, lead: Lead, read: number): Promise<boolean> {
  return table.put(
    keys.lead(lead.providerId, lead.leadId),
    { ...lead, step: read + 1 },
    { expression: 'step = :step', values: { ':step': read } },
  );
}

export async function readLead(
  table: Table,
  providerId: string,
  leadId: string,
): Promise<Lead | undefined> {
  const item = await table.get(keys.lead(providerId, leadId));
  return item === undefined ? undefined : leadSchema.parse(item);
}

/** The lead that has a merchant or a name already; null where none has. */
export async function leadOfClaims(
  table: Table,
  providerId: string,
  names: readonly string[],
): Promise<string | null> {
  for (const name of names) {
    const item = await table.get(keys.leadClaim(providerId, name));
    const leadId = item === undefined ? null : claimSchema.parse(item).leadId;
    if (leadId !== null && (await readLead(table, providerId, leadId)) !== undefined) return leadId;
  }
  return null;
}

/** The newest first: an id begins with when it was made. @param before only those before this id */
export async function* listLeads(
  table: Table,
  providerId: string,
  before?: string,
): AsyncGenerator<Lead> {
  const pk = leadPartition(providerId);
  const { sk: end } = keys.lead(providerId, before ?? '~');
  for await (const item of table.query(pk, {
    ...{ between: [PREFIX.lead, end] as const, backwards: true, consistent: false },
  })) {
    if (before !== undefined && item.sk === end) continue;
    yield leadSchema.parse(item);
  }
}
