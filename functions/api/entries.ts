import type { Attributable } from '../../lib/attribution/attributable.ts';
import { type Explained, explain, type Step } from '../../lib/attribution/explain.ts';
import { explainTier } from '../../lib/attribution/explain-tier.ts';
import type { Marker, Terms } from '../../lib/attribution/generations.ts';
import { reversingPlacesOf, wantedEntries } from '../../lib/attribution/wanted.ts';
import { readBookable } from '../../lib/booking/stream-state.ts';
import { Problem } from '../../lib/errors/problem.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { NO_TIER_SUM, settlementOf } from '../../lib/ledger/tiers.ts';
import { sumsBefore } from '../../lib/statements/tiers.ts';
import { readContracts } from '../../lib/store/accounts/contracts.ts';
import { readPolicies } from '../../lib/store/accounts/policies.ts';
import { keys } from '../../lib/store/keys.ts';
import { entryAt } from '../../lib/store/ledger/entries.ts';
import { correctedRef, placeOfRef, reversedRef } from '../../lib/store/ledger/entry-ref.ts';
import type { StreamState } from '../../lib/store/ledger/restatements.ts';
import { readStatement } from '../../lib/store/ledger/statements.ts';
import { streamOf } from '../../lib/store/streams.ts';
import type { ApiDeps } from './deps.ts';
import type { Principal, Reader } from './principal.ts';

/** An entry by the id it was shown with. @throws Problem `not-found`, also when it is another provider's */
export async function findEntry(ref: string, who: Principal, deps: ApiDeps): Promise<Entry> {
  const place = placeOfRef(ref);
  const entry = place === undefined ? undefined : await entryAt(deps.table, place);
  const isOwn = who.is === 'operator' || entry?.providerId === who.providerId;
  if (entry !== undefined && isOwn) return entry;
  throw new Problem('not-found', 'No entry of that id is yours. GET /v1/entries lists them.');
}

export async function readTerms(
  platform: string,
  merchantId: string,
  { table, policy }: ApiDeps,
): Promise<Terms> {
  const contracts = await readContracts(table, platform, merchantId);
  return { contracts, policies: await readPolicies(table), standard: policy };
}

/** Why an entry is what it is. A provider sees its own contracts alone. */
export async function explainEntry(entry: Entry, who: Principal, deps: ApiDeps) {
  if (entry.kind === 'tier') return explainTierEntry(entry, deps);
  const state = await readBookable(deps.table, streamOf(entry));
  const terms = await readTerms(entry.platform, entry.merchantId, deps);
  return explainWithin(entry, state, terms, who, (place) => entryAt(deps.table, keys.entry(place)));
}

/**
 * Why an entry is what it is, from a history that is read already.
 * @param standingAt what the ledger has at the place of an entry
 * @throws Problem `not-found` when nothing of the history explains it
 */
export async function explainWithin(
  entry: Entry,
  { events, markers }: StreamState,
  terms: Terms,
  who: Reader,
  standingAt: (place: Entry) => Promise<Entry | undefined>,
): Promise<Explained> {
  for (const fact of wantedEntries(events, terms, markers).facts) {
    const { event } = fact;
    for (const { restatementId, originals } of fact.all) {
      const places = [...originals, ...reversingPlacesOf(fact, originals)];
      const place = places.find((one) => isAt(entry, one));
      const original = originals.find((one) => one.entryId === (place?.reverses ?? place?.entryId));
      if (original === undefined) continue;
      const marker = markers.find((one) => one.restatementId === restatementId) ?? null;
      // What stands is explained, not what would be booked today.
      const standing = (await standingAt(original)) ?? original;
      return hideOthers(explained(entry, standing, event, terms, marker), who);
    }
  }
  throw unexplained('events');
}

/** Its statement and those before it say what it came to. It is its provider's own contract's. */
async function explainTierEntry(entry: Entry, { table }: ApiDeps): Promise<Explained> {
  const { contractId, contractVersion, platform, merchantId, providerId } = entry;
  const settlement = settlementOf(entry);
  const { month = '', of = '' } = settlement ?? {};
  const statement = await readStatement(table, { providerId, month });
  const log = await readContracts(table, platform, merchantId);
  const contract = log.find(
    (one) => one.contractId === contractId && one.version === contractVersion,
  );
  if (settlement === undefined || statement === undefined || !contract?.tiers) {
    throw unexplained('statement');
  }
  const before = (await sumsBefore(table, statement))(contract.contractId, of);
  const own = statement.tiered[contract.contractId]?.[of] ?? NO_TIER_SUM;
  const { tiers } = contract;
  return explainTier(entry, { settlement, contract: { ...contract, tiers }, before, own });
}

function unexplained(what: 'events' | 'statement'): Problem {
  return new Problem('not-found', `Nothing explains this entry: its ${what} cannot be found.`);
}

function explained(
  entry: Entry,
  original: Entry,
  event: Attributable,
  terms: Terms,
  marker: Marker | null,
): Explained {
  const explanation = explain(entry, original, event, terms, marker);
  return {
    ...explanation,
    arithmetic: explanation.arithmetic.map((step) => shownStep(step, entry)),
  };
}

function shownStep(step: Step, entry: Entry): Step {
  if (step.step === 'taken-back') return { ...step, what: reversedRef(entry) ?? step.what };
  if (step.step === 'corrected') return { ...step, what: correctedRef(entry) ?? step.what };
  return step;
}

/** Whether the entry is at this place of the ledger: itself, a later revision, or what undid one. */
function isAt({ entryId }: Entry, place: Entry): boolean {
  const rest = entryId.startsWith(place.entryId) ? entryId.slice(place.entryId.length) : '-';
  return /^(~v\d+)?(~correction)?$/.test(rest);
}

function hideOthers(explanation: Explained, who: Reader): Explained {
  if (who.is === 'operator') return explanation;
  const own = explanation.candidates.filter(({ providerId }) => providerId === who.providerId);
  return { ...explanation, candidates: own };
}
