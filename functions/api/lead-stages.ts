import { mapLimit } from '../../lib/async/map-limit.ts';
import type { ContractVersion } from '../../lib/attribution/contract.ts';
import { findIntegration } from '../../lib/integrations/registry.ts';
import { readDimensionDays } from '../../lib/rollups/dimensions.ts';
import { listedApps, readRegistered } from '../../lib/store/accounts/apps.ts';
import { readContracts } from '../../lib/store/accounts/contracts.ts';
import { type Lead, putLead } from '../../lib/store/growth/leads.ts';
import { readEvents } from '../../lib/store/ledger/events.ts';
import { addDays, businessDayAt, businessDayOf } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';
import { furthest, type LeadStage, type StageDays } from './lead-days.ts';

/**
 * Where a lead stands. Nobody says that a merchant authorised, signed or redeemed: that is computed from what the
 * platform reported, from the contracts and from the books, whenever a lead is read. What leads to the end is noted
 * on the lead, and is not looked for again.
 */

export interface StandingLead {
  readonly lead: Lead;
  readonly stage: LeadStage;
  readonly days: StageDays;
}

const AT_ONCE = 8;

/** No contract waits longer for its first redemption than figures go back. */
const MAX_DAYS = 400;

interface Evidence {
  readonly authorisedOn: string | null;
  readonly contractedOn: string | null;
  /** From when on a redemption can be this provider's. */
  readonly startsOn: string | null;
}

const NO_EVIDENCE: Evidence = { authorisedOn: null, contractedOn: null, startsOn: null };

export async function standingLeads(
  leads: readonly Lead[],
  deps: ApiDeps,
): Promise<StandingLead[]> {
  const apps = remembering(() => readApps(deps));
  const looked = await mapLimit(leads, AT_ONCE, async (lead) => ({
    lead,
    evidence: lead.found === null ? await evidenceOf(lead, apps, deps) : NO_EVIDENCE,
  }));
  const redeemed = await firstRedemptions(looked, deps);
  return mapLimit(looked, AT_ONCE, async ({ lead, evidence }) => {
    const { authorisedOn, contractedOn } = lead.found ?? evidence;
    const redeemedOn = lead.found?.redeemedOn ?? redeemed.get(lead.leadId) ?? null;
    if (lead.found === null && contractedOn !== null && redeemedOn !== null) {
      // Whoever changed it at this moment has it noted the next time.
      await putLead(
        deps.table,
        { ...lead, found: { authorisedOn, contractedOn, redeemedOn } },
        lead.step,
      );
    }
    const days = {
      ...{ lead: businessDayOf(lead.createdAt), contacted: lead.contactedOn },
      ...{ authorised: authorisedOn, contracted: contractedOn, first_redemption: redeemedOn },
    };
    return { lead, stage: furthest(days), days };
  });
}

async function evidenceOf(
  lead: Lead,
  apps: () => Promise<readonly AppOfMerchants[]>,
  { table }: ApiDeps,
): Promise<Evidence> {
  const { platform, merchantId, providerId, createdAt } = lead;
  if (platform === null || merchantId === null) return NO_EVIDENCE;
  const log = await readContracts(table, platform, merchantId);
  const first = log.find((one) => one.providerId === providerId);
  const madeOn = businessDayOf(createdAt);
  // What stood before says nothing of this lead: else anybody could find out whose merchants are here already.
  const after = (instants: readonly string[]) =>
    instants
      .map(businessDayOf)
      .filter((day) => day >= madeOn)
      .toSorted()[0] ?? null;
  const events = await readEvents(table, { of: 'merchant', platform, id: merchantId });
  const told = events.filter(({ kind }) => AUTHORISING.has(kind)).map((one) => one.occurredAt);
  const named = (await apps()).flatMap((app) =>
    app.platform === platform ? (app.merchants.get(merchantId) ?? []) : [],
  );
  const authorisedOn = after([...told, ...named]);
  return { authorisedOn, ...(first === undefined ? NOT_SIGNED : signed(first)) };
}

const NOT_SIGNED = { contractedOn: null, startsOn: null };

const signed = ({ recordedAt, startsAt }: ContractVersion) => {
  const [contractedOn, startsOn] = [businessDayOf(recordedAt), businessDayOf(startsAt)];
  return { contractedOn, startsOn };
};

/** A platform reports these to an app that the merchant let in, and to no other. */
const AUTHORISING: ReadonlySet<string> = new Set([
  ...['store.bound', 'contract.proposed', 'contract.accepted'],
]);

/** Since when an app has something of each merchant. */
interface AppOfMerchants {
  readonly platform: string;
  readonly merchants: ReadonlyMap<string, string>;
}

async function readApps({ table }: ApiDeps): Promise<AppOfMerchants[]> {
  const names = await Array.fromAsync(listedApps(table));
  const apps = await mapLimit(names, AT_ONCE, async ({ integration, appKey }) => {
    const app = await readRegistered(table, integration, appKey);
    const platform = findIntegration(integration)?.platform;
    if (app?.registeredAt === undefined || platform === undefined) return [];
    const { settings, secrets, since = {}, registeredAt } = app;
    const merchants = new Map<string, string>();
    if (typeof settings.merchantId === 'string') merchants.set(settings.merchantId, registeredAt);
    for (const name of Object.keys(secrets)) {
      // `refreshToken:<merchantId>`: what a merchant's own authorisation brought.
      const [, merchantId] = /^(?:refresh|access)Token:(.+)$/su.exec(name) ?? [];
      if (merchantId !== undefined) merchants.set(merchantId, since[name] ?? registeredAt);
    }
    return [{ platform, merchants }];
  });
  return apps.flat();
}

/** The first day on which each was redeemed for the provider, from the totals by merchant. */
async function firstRedemptions(
  looked: readonly { readonly lead: Lead; readonly evidence: Evidence }[],
  { table, now }: ApiDeps,
): Promise<ReadonlyMap<string, string>> {
  const waiting = looked.filter(({ evidence }) => evidence.contractedOn !== null);
  const [first] = waiting;
  const found = new Map<string, string>();
  if (first === undefined) return found;
  const to = businessDayAt(now());
  const starts = waiting.map(({ evidence }) => evidence.startsOn ?? to).toSorted();
  const from = [starts[0] ?? to, addDays(to, 1 - MAX_DAYS)].toSorted().at(-1) ?? to;
  if (from > to) return found;
  const { providerId } = first.lead;
  const days = await readDimensionDays(table, providerId, 'merchant', { from, to });
  for (const { day, rows } of days.toSorted((a, b) => (a.day < b.day ? -1 : 1))) {
    const there = new Set(
      rows.filter(({ rollup }) => rollup.redeemedCount > 0).map(({ value }) => value),
    );
    for (const { lead } of waiting) {
      if (found.has(lead.leadId) || !there.has(`${lead.platform}/${lead.merchantId}`)) continue;
      found.set(lead.leadId, day);
    }
  }
  return found;
}

function remembering<T>(read: () => Promise<T>): () => Promise<T> {
  let once: Promise<T> | undefined;
  return () => {
    once ??= read();
    return once;
  };
}
