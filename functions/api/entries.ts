import * as z from 'zod';
import type { Attributable } from '../../lib/attribution/attribute.ts';
import { type Explained, explain } from '../../lib/attribution/explain.ts';
import { readHistory } from '../../lib/attribution/history.ts';
import { mirrorPlaces } from '../../lib/attribution/mirror.ts';
import { generationsOf, type Known, type Marker } from '../../lib/attribution/plan.ts';
import { Problem } from '../../lib/errors/problem.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { readContracts } from '../../lib/store/contracts.ts';
import { keys } from '../../lib/store/keys.ts';
import { entryAt } from '../../lib/store/ledger.ts';
import { readPolicies } from '../../lib/store/policies.ts';
import { readState } from '../../lib/store/restatements.ts';
import { subjectOf } from '../../lib/store/subjects.ts';
import type { ApiDeps } from './deps.ts';
import type { Principal } from './principal.ts';

/** An entry as it is shown: found again by its `entryId`, and named in the ledger by `ledgerId`. */
export function shownEntry({ entryId: ledgerId, ...entry }: Entry) {
  return { entryId: refOf({ entryId: ledgerId, ...entry }), ledgerId, ...entry };
}

const refSchema = z.tuple([z.string().startsWith('LEDGER#'), z.string()]);

/** Where the entry stands, opaque outside: so it is found without an index. */
function refOf(entry: Entry): string {
  const { pk, sk } = keys.entry(entry);
  return Buffer.from(JSON.stringify([pk, sk]), 'utf8').toString('base64url');
}

/** An entry by the id it was shown with. @throws Problem `not-found`, also when it is another provider's */
export async function findEntry(ref: string, who: Principal, deps: ApiDeps): Promise<Entry> {
  const place = placeOf(ref);
  const entry = place === undefined ? undefined : await entryAt(deps.table, place);
  const isOwn = who.is === 'operator' || entry?.providerId === who.providerId;
  if (entry !== undefined && isOwn) return entry;
  throw new Problem('not-found', 'No entry of that id is yours. GET /v1/entries lists them.');
}

function placeOf(ref: string): { pk: string; sk: string } | undefined {
  try {
    const [pk, sk] = refSchema.parse(JSON.parse(Buffer.from(ref, 'base64url').toString('utf8')));
    // DynamoDB's limits for keys, in bytes; it refuses what is longer.
    const fits = Buffer.byteLength(pk) <= 2048 && Buffer.byteLength(sk) <= 1024 && sk !== '';
    return fits ? { pk, sk } : undefined;
  } catch {
    return undefined;
  }
}

export async function knownOf(
  platform: string,
  merchantId: string,
  { table, policy }: ApiDeps,
): Promise<Known> {
  const contracts = await readContracts(table, platform, merchantId);
  return { contracts, policies: await readPolicies(table), standard: policy };
}

/** Why an entry is what it is. Other providers' contracts are told of without their names. */
export async function explainEntry(entry: Entry, who: Principal, deps: ApiDeps) {
  const { events, markers } = await readState(deps.table, subjectOf(entry));
  const known = await knownOf(entry.platform, entry.merchantId, deps);
  const { booked, takers } = readHistory(events);
  for (const { event } of booked) {
    const { all } = generationsOf(event, known, markers);
    for (const { restatementId, originals } of all) {
      const places = [...originals, ...takers.flatMap((taker) => mirrorPlaces(taker, originals))];
      const place = places.find((one) => isAt(entry, one));
      const original = originals.find((one) => one.entryId === (place?.mirrors ?? place?.entryId));
      if (original === undefined) continue;
      const marker = markers.find((one) => one.restatementId === restatementId) ?? null;
      return hideOthers(await explained(entry, original, event, known, marker, deps), who);
    }
  }
  throw new Problem(
    'not-found',
    'The events behind this entry were not found, so nothing explains it.',
  );
}

async function explained(
  entry: Entry,
  original: Entry,
  event: Attributable,
  known: Known,
  marker: Marker | null,
  { table }: ApiDeps,
): Promise<Explained> {
  // What stands is explained, not what would be booked today.
  const standing = await entryAt(table, keys.entry(original));
  return explain(entry, standing ?? original, event, known, marker);
}

/** Whether the entry is at this place of the ledger: itself, a later revision, or what undid one. */
function isAt({ entryId }: Entry, place: Entry): boolean {
  const rest = entryId.startsWith(place.entryId) ? entryId.slice(place.entryId.length) : '-';
  return /^(~v\d+)?(~undo)?$/.test(rest);
}

function hideOthers(explanation: Explained, who: Principal): Explained {
  if (who.is === 'operator') return explanation;
  const candidates = explanation.candidates.map((candidate) =>
    candidate.providerId === who.providerId
      ? candidate
      : {
          ...candidate,
          contractId: null,
          version: null,
          providerId: null,
          shareBp: 0,
          why: HIDDEN,
        },
  );
  return { ...explanation, candidates };
}

const HIDDEN = { zh: '其他服务商的合同', en: 'a contract of another provider' };
