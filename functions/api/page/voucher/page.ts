import type { Context } from 'hono';
import { html } from 'hono/html';
import { mapLimit } from '../../../../lib/async/map-limit.ts';
import { latestVersions } from '../../../../lib/attribution/contract.ts';
import type { Explained } from '../../../../lib/attribution/explain.ts';
import { Problem } from '../../../../lib/errors/problem.ts';
import {
  type Event,
  idSchema,
  type Platform,
  platformSchema,
} from '../../../../lib/events/event.ts';
import type { Entry } from '../../../../lib/ledger/entry.ts';
import { readContracts } from '../../../../lib/store/accounts/contracts.ts';
import { type DeliverySource, readSource } from '../../../../lib/store/deliveries/archive.ts';
import { keys } from '../../../../lib/store/keys.ts';
import type { ApiDeps } from '../../deps.ts';
import { disputedMerchant } from '../../disputes.ts';
import { explainWithin } from '../../entries.ts';
import { check } from '../../input.ts';
import type { Reader } from '../../principal.ts';
import { type BookedHistory, readVoucher, type WholeVoucher } from '../../voucher.ts';
import { raiseCard } from '../disputes/page.ts';
import { storeNames } from '../names.ts';
import { answerPage, isUnchanged, unchanged } from '../page.ts';
import type { Viewer } from '../viewer.ts';
import type { ExplainedEntry, Source } from './model.ts';
import { voucherView } from './view.ts';

const READS_AT_ONCE = 16;

/** `GET /vouchers/{platform}/{voucherId}`: what happened to one voucher, what it was worth, and why. */
export async function voucherPage(c: Context, deps: ApiDeps, viewer: Viewer): Promise<Response> {
  const platform = check(platformSchema, c.req.param('platform'));
  const id = check(idSchema, c.req.param('voucherId'));
  const who: Reader = { is: 'provider', providerId: viewer.providerId };
  const mayDispute = viewer.principal.permissions.has('disputes:raise');
  let voucher: WholeVoucher;
  try {
    voucher = await readVoucher({ platform, id }, who, deps, true);
  } catch (error) {
    const isAbsent = error instanceof Problem && error.code === 'not-found';
    if (!isAbsent || !mayDispute) throw error;
    return notOwnPage(c, { platform, id }, deps, viewer);
  }
  const disputable = mayDispute ? await ownContracts(voucher, viewer, deps) : null;
  // Events and entries are only ever added, and one that is completed changes its words.
  const version = versionOf(voucher);
  if (isUnchanged(c, version)) return unchanged(c);
  const [sources, names, explained] = await Promise.all([
    sourcesOf(voucher.events, deps),
    storeNames(deps.table, storesIn(voucher), deps.now()),
    Promise.all(voucher.histories.map((history) => explainAll(history, who))),
  ]);
  return answerPage(c, {
    title: ({ say }) => `${say('voucher')} ••••${id.slice(-4)}`,
    main: (speech) =>
      voucherView(speech, {
        platform,
        id,
        voucher,
        who: viewer.who,
        sources,
        names,
        disputable,
        explained: explained.flat(),
      }),
    viewer,
    version,
  });
}

/** A voucher of which nothing is booked to the reader, of a merchant that it works for: it may say that it is its own. */
async function notOwnPage(
  c: Context,
  { platform, id }: { readonly platform: Platform; readonly id: string },
  deps: ApiDeps,
  viewer: Viewer,
): Promise<Response> {
  const merchantId = await disputedMerchant(viewer.providerId, platform, id, deps);
  const contracts = await contractsWith({ platform, merchantId }, viewer, deps);
  return answerPage(c, {
    title: ({ say }) => `${say('voucher')} ••••${id.slice(-4)}`,
    main: (speech) =>
      html`<div class="head"><div><h1>${speech.say('voucher')} <span class="id h">••••${id.slice(-4)}</span></h1></div></div>
${raiseCard(speech, { platform, voucherId: id }, contracts, 'dispute.raise.not-booked')}`,
    viewer,
  });
}

function ownContracts({ events }: WholeVoucher, viewer: Viewer, deps: ApiDeps): Promise<string[]> {
  const { platform = 'douyin', merchantId = '' } = events[0] ?? {};
  return contractsWith({ platform, merchantId }, viewer, deps);
}

async function contractsWith(
  { platform, merchantId }: { readonly platform: string; readonly merchantId: string },
  { providerId }: Viewer,
  { table }: ApiDeps,
): Promise<string[]> {
  const log = latestVersions(await readContracts(table, platform, merchantId));
  return log.filter((one) => one.providerId === providerId).map(({ contractId }) => contractId);
}

function versionOf({ events, entries, waiting }: WholeVoucher): string {
  const complete = events.filter((event) => event.complete).length;
  return [events.length, complete, entries.length, waiting.length].join('.');
}

function storesIn({ events, entries }: WholeVoucher): { platform: string; storeId: string }[] {
  const used = events.flatMap((event) =>
    event.kind === 'voucher.redeemed' && event.storeId !== null
      ? [{ platform: event.platform, storeId: event.storeId }]
      : [],
  );
  return [...used, ...entries.map(({ platform, storeId }) => ({ platform, storeId }))];
}

/** By event. */
async function sourcesOf(
  events: readonly Event[],
  { table }: ApiDeps,
): Promise<Map<string, Source>> {
  const ids = [...new Set(events.flatMap(({ deliveryId }) => deliveryId ?? []))];
  const read = await mapLimit(
    ids,
    READS_AT_ONCE,
    async (id) => [id, await readSource(table, id)] as const,
  );
  const byId = new Map(read);
  return new Map(events.map((event) => [event.eventId, sourceOf(event, byId)]));
}

function sourceOf(
  { deliveryId, source: kept }: Event,
  byId: ReadonlyMap<string, DeliverySource | undefined>,
): Source {
  if (kept === 'bill') return 'bill';
  if (deliveryId === null || kept === 'list') return 'query';
  const source = byId.get(deliveryId);
  if (source === undefined) return 'delivery';
  if (source.isTill) return 'till';
  return source.outcome === 'hint' ? 'hint' : 'delivery';
}

async function explainAll(
  { state, terms, entries }: BookedHistory,
  who: Reader,
): Promise<ExplainedEntry[]> {
  const standing = new Map(entries.map((entry) => [placeOf(entry), entry]));
  const explained: ExplainedEntry[] = [];
  for (const entry of entries) {
    const at = async (place: Entry) => standing.get(placeOf(place));
    const explanation: Explained | null =
      entry.kind === 'tier' ? null : await explainWithin(entry, state, terms, who, at);
    explained.push({ entry, explanation });
  }
  return explained;
}

function placeOf(entry: Entry): string {
  const { pk, sk } = keys.entry(entry);
  return `${pk} ${sk}`;
}
