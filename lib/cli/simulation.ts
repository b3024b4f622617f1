import * as z from 'zod';
import type { Outgoing, Player, Truth } from '../integrations/sandbox-kit/player.ts';
import { businessDayOf, toInstant } from '../time/shanghai.ts';
import { reach } from './reach.ts';

/** A Hexiao as it is seen from outside: its receiver for platforms, and its API for the operator. */
export interface Hub {
  post(path: string, outgoing: Outgoing): Promise<{ status: number; body: string }>;
  /** @returns undefined where there is nothing (404). @throws when it is refused */
  call(method: 'GET' | 'PUT' | 'POST', path: string, body?: object): Promise<unknown>;
}

/** Any running Hexiao. */
export function hubAt(url: string, operatorToken: string): Hub {
  return {
    async post(path, { road, headers, body }) {
      const isTill = road === 'v1';
      const token = isTill ? { authorization: `Bearer ${operatorToken}` } : {};
      const response = await fetch(`${url}${path}`, {
        ...{ method: 'POST', headers: { ...headers, ...token }, body, redirect: 'manual' },
        signal: AbortSignal.timeout(isTill ? TILL_TIMEOUT_MS : POST_TIMEOUT_MS),
      });
      return { status: response.status, body: await response.text() };
    },
    async call(method, path, body) {
      const response = await reach(url, path, {
        method,
        headers: { authorization: `Bearer ${operatorToken}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.status === 404) return undefined;
      if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
      return JSON.parse(text) as unknown;
    },
  };
}

/** The shortest of the platforms' documented ones. */
const POST_TIMEOUT_MS = 5_000;

/** A till waits for the platform behind Hexiao too. */
const TILL_TIMEOUT_MS = 20_000;

/** Where a player's request goes. */
export function pathOf({ integration, appKey }: Player, { road, path, query }: Outgoing): string {
  if (road === 'v1') return `/v1${path}`;
  const search = query === '' ? '' : `?${query}`;
  return `/${road}/${integration}/${encodeURIComponent(appKey)}${path}${search}`;
}

/**
 * Registers the player's app, merchants and stores, and a provider who holds all of their GMV.
 * Repeated for the same provider, it signs no second contract.
 */
export async function register(
  hub: Hub,
  player: Player,
  { apiBaseUrl, providerId }: { readonly apiBaseUrl: string; readonly providerId: string },
): Promise<void> {
  const { integration, appKey, platform, secrets } = player;
  await hub.call('PUT', `/v1/apps/${integration}/${encodeURIComponent(appKey)}`, {
    secrets,
    settings: player.settings(apiBaseUrl),
  });
  await hub.call('PUT', `/v1/providers/${providerId}`, { name: providerId, kind: 'agency' });
  for (const { merchantId, name, stores } of player.merchants) {
    await hub.call('PUT', `/v1/merchants/${platform}/${merchantId}`, { name });
    for (const { storeId, ...store } of stores) {
      await hub.call('PUT', `/v1/stores/${platform}/${storeId}`, { ...store, merchantId });
    }
    await hub.call('POST', '/v1/contracts', {
      ...{ providerId, platform, merchantId, mode: 'agency', shareBp: 10_000, rateBp: 500 },
      startsAt: '2025-01-01T00:00:00+08:00',
    });
  }
}

/** How what Hexiao knows differs from what is true. Each is an id and what is wrong with it. */
export interface Verdict {
  readonly vouchers: number;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly differing: readonly string[];
}

const voucherSchema = z.looseObject({
  events: z.array(
    z.looseObject({
      kind: z.string(),
      eventId: z.string(),
      redemptionId: z.string().nullish(),
      complete: z.boolean(),
    }),
  ),
  entries: z.array(z.looseObject({ kind: z.string(), amountFen: z.int() })),
});
type Voucher = z.infer<typeof voucherSchema>;

/** Vouchers looked up at once. */
const LOOKUPS_AT_ONCE = 8;

/**
 * Looks every voucher of the player's up and compares it with the truth, and so the provider's totals.
 * @param window the business days in which all of it happened
 */
export async function compare(
  hub: Hub,
  player: Player,
  providerId: string,
  window = aroundNow(),
): Promise<Verdict> {
  const verdict = await compareVouchers(hub, player);
  const totals = await compareTotals(hub, player.truth(), providerId, window);
  return { ...verdict, differing: [...verdict.differing, ...totals] };
}

/** Looks every voucher of the player's up and compares it with the truth, whosever GMV it is. */
export async function compareVouchers(hub: Hub, player: Player): Promise<Verdict> {
  const truths = player.truth();
  const verdict = { missing: [] as string[], extra: [] as string[], differing: [] as string[] };
  const queue = truths.values();
  const work = async () => {
    for (const truth of queue) {
      const path = `/v1/vouchers/${player.platform}/${encodeURIComponent(truth.id)}`;
      const answer = await hub.call('GET', path);
      if (answer === undefined) verdict.missing.push(`${truth.id}: unknown`);
      else compareOne(truth, voucherSchema.parse(answer), verdict);
    }
  };
  await Promise.all(Array.from({ length: LOOKUPS_AT_ONCE }, work));
  return { vouchers: truths.length, ...verdict };
}

function compareOne(
  truth: Truth,
  { events, entries }: Voucher,
  verdict: { missing: string[]; extra: string[]; differing: string[] },
): void {
  const ids = (kind: string) =>
    events.filter((event) => event.kind === kind).map((event) => event.redemptionId ?? '');
  const reversed = new Set(ids('voucher.redemption_reversed'));
  const redeemed = new Set(ids('voucher.redeemed'));
  const standing = [...redeemed].filter((id) => !reversed.has(id));
  const missing = truth.standing.filter((id) => !redeemed.has(id));
  const extra = standing.filter((id) => !truth.standing.includes(id));
  const undone = truth.standing.filter((id) => redeemed.has(id) && reversed.has(id));
  verdict.missing.push(...missing.map((id) => `${truth.id}: redemption ${id}`));
  verdict.extra.push(...extra.map((id) => `${truth.id}: redemption ${id} stands`));
  verdict.missing.push(...undone.map((id) => `${truth.id}: redemption ${id} was reversed`));
  const redeemedFen = sumOf(entries, REDEEMED);
  if (redeemedFen !== truth.redeemedFen) {
    verdict.differing.push(`${truth.id}: redeemed ${redeemedFen} fen, not ${truth.redeemedFen}`);
  }
  // An order that stands for its voucher is shown by what its voucher's history holds, without payment.
  const showsPayment = events.some((event) => event.kind === 'order.paid');
  const paidFen = sumOf(entries, PAID);
  if (showsPayment && paidFen !== truth.paidFen) {
    verdict.differing.push(`${truth.id}: paid ${paidFen} fen, not ${truth.paidFen}`);
  }
  const isRefunded = events.some((event) => event.kind === 'voucher.refunded');
  if (truth.state === 'refunded' && !isRefunded) verdict.missing.push(`${truth.id}: its refund`);
}

const REDEEMED = new Set(['redemption', 'reversal', 'refund', 'supersession']);
const PAID = new Set(['payment', 'unused_refund']);

function sumOf(entries: Voucher['entries'], kinds: ReadonlySet<string>): number {
  return entries.filter(({ kind }) => kinds.has(kind)).reduce((sum, one) => sum + one.amountFen, 0);
}

const gmvSchema = z.looseObject({
  total: z.looseObject({ paidFen: z.int(), redeemedFen: z.int() }),
});

/** A day on either side: a run may pass midnight. */
const DAY_MS = 86_400_000;

interface Days {
  readonly from: string;
  readonly to: string;
}

function aroundNow(): Days {
  const day = (ms: number) => businessDayOf(toInstant(ms));
  return { from: day(Date.now() - DAY_MS), to: day(Date.now() + DAY_MS) };
}

/** The rollups against the truth: what no voucher shows would show here. */
async function compareTotals(
  hub: Hub,
  truths: readonly Truth[],
  providerId: string,
  { from, to }: Days,
): Promise<string[]> {
  const window = `from=${from}&to=${to}`;
  const path = `/v1/gmv?providerId=${encodeURIComponent(providerId)}&by=day&${window}`;
  const { total } = gmvSchema.parse(await hub.call('GET', path));
  return (['paidFen', 'redeemedFen'] as const).flatMap((kind) => {
    const wanted = truths.reduce((sum, truth) => sum + truth[kind], 0);
    return total[kind] === wanted ? [] : [`total ${kind}: ${total[kind]}, not ${wanted}`];
  });
}
