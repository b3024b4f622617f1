import type { Hono } from 'hono';
import { apiApp } from '../../functions/api/app.ts';
import { Remembered } from '../../functions/api/remembered.ts';
import { startEmulators, TABLE_NAME } from '../../infra/local/emulators.ts';
import { mapLimit } from '../../lib/async/map-limit.ts';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import { bookStream } from '../../lib/booking/book.ts';
import { readBookable } from '../../lib/booking/stream-state.ts';
import { termsReader } from '../../lib/booking/terms.ts';
import { newToken, sha256Hex } from '../../lib/crypto/hash.ts';
import { CallBudgets } from '../../lib/integrations/kit/call-budget.ts';
import { LiveTokens } from '../../lib/integrations/kit/live-tokens.ts';
import { detailOf, packDetail } from '../../lib/ledger/detail.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { rollUpEntries } from '../../lib/ledger/rollup.ts';
import { silent } from '../../lib/log/log.ts';
import { rollUpDimensions } from '../../lib/rollups/dimensions.ts';
import { ALL_BUCKETS } from '../../lib/rollups/provider-day.ts';
import { rollUpBuckets, rollUpStoreHour } from '../../lib/rollups/rollups.ts';
import { shardOf } from '../../lib/rollups/store-shards.ts';
import { CallLeases } from '../../lib/store/accounts/call-leases.ts';
import { appendContract, listForProvider } from '../../lib/store/accounts/contracts.ts';
import { putProvider, putStore } from '../../lib/store/accounts/parties.ts';
import { PlatformTokens } from '../../lib/store/accounts/platform-tokens.ts';
import { putToken } from '../../lib/store/accounts/tokens.ts';
import { dimensionPartition, keys } from '../../lib/store/keys.ts';
import { bookEntry } from '../../lib/store/ledger/entries.ts';
import { recordEvent } from '../../lib/store/ledger/events.ts';
import { type Item, Table } from '../../lib/store/table.ts';
import { addDays, toInstant } from '../../lib/time/shanghai.ts';
import { contract, entry, redeemed, reversed } from '../lib/make.ts';
import { TEST_PROOF_KEYS } from '../support/proof-keys.ts';
import { Meter, round, total } from './support/meter.ts';

/**
 * What a page of the console costs to make, in read units counted by the database itself and in milliseconds, by how
 * many stores the provider has: `npm run bench -- console [stores=1,1000,50000]`. Two full months of days stand, each as
 * full as the last; `cold` is the first request of a process, which knows nobody and no names yet, `kept` a 304.
 */
export async function run({ stores }: Readonly<Record<string, string>>): Promise<object> {
  const sizes = stores === undefined ? [1, 1_000, 50_000] : stores.split(',').map(Number);
  const emulators = await startEmulators();
  const table = new Table(emulators.database, TABLE_NAME);
  const meter = new Meter(emulators.database);
  const rows: object[] = [];
  for (const size of sizes) {
    const providerId = `provider-${size}`;
    const token = newToken('hxp');
    await putProvider(table, { providerId, name: providerId, kind: 'agency' });
    const createdAt = toInstant(NOW_MS);
    await putToken(table, token, {
      ...{ providerId, name: 'bench', memberId: null, role: 'owner', scopes: null, stores: [] },
      ...{ createdAt, createdBy: 'bench', endsAt: null },
    });
    const [first = '', last = ''] = await fill(table, providerId, size);
    const { sqs, queues } = emulators;
    // Its tables and what it remembers are its own: a process that has just begun.
    const begun = () => {
      const own = new Table(emulators.database, TABLE_NAME);
      return apiApp(
        {
          ...{
            table: own,
            sqs,
            queues,
            operatorTokenHash: sha256Hex('nobody'),
            policy: DEFAULT_POLICY,
          },
          ...{ fetch: globalThis.fetch, now: () => NOW_MS, log: silent },
          tokens: new LiveTokens(new PlatformTokens(own), silent),
          budgets: new CallBudgets(new CallLeases(own), Date.now),
          auditDays: 400,
          proofKeys: TEST_PROOF_KEYS,
          // As deployed: a busy process reads once for many requests who may do what.
          remembered: new Remembered({ freshMs: 10_000, clockMs: () => performance.now() }),
        },
        import.meta.dirname,
      );
    };
    const cookie = await signInAt(begun(), token);
    const get = async (api: Hono, path: string, headers: Record<string, string> = {}) => {
      meter.reset();
      const startedMs = performance.now();
      const reply = await api.request(path, { headers: { cookie, ...headers } });
      await reply.text();
      if (reply.status !== 200 && reply.status !== 304) throw new Error(`${path}: ${reply.status}`);
      const ms = Math.round(performance.now() - startedMs);
      return { units: round(total(meter.reads)), ms, etag: reply.headers.get('etag') ?? '' };
    };
    const pages: Record<string, object> = {};
    const paths = {
      overview: '/',
      stores: '/stores',
      storesToday: '/stores?period=today',
      store: `/stores/douyin/${first}`,
      smallStore: `/stores/douyin/${last}`,
      voucher: `/vouchers/douyin/${voucherOf(size)}`,
      search: '/search?q=7400000000000000999',
      products: '/products',
      creators: '/creators',
      channels: '/channels',
      merchants: '/merchants',
      cities: '/cities',
      contracts: '/contracts',
      statements: '/statements',
      completeness: '/completeness',
      team: '/team',
    };
    for (const [name, path] of Object.entries(paths)) {
      const api = begun();
      const cold = await get(api, path);
      const warm = await get(api, path);
      const kept =
        cold.etag === '' ? null : (await get(api, path, { 'if-none-match': cold.etag })).units;
      pages[name] = {
        cold: cold.units,
        warm: warm.units,
        kept: kept ?? '—',
        ms: warm.ms,
      };
    }
    for (const [page, cost] of Object.entries(pages)) rows.push({ page, stores: size, ...cost });
  }
  meter.stop();
  await emulators.stop();
  return { unit: 'read units', rows };
}

const LAST = '2025-10-31';
const NOW_MS = Date.parse(`${LAST}T21:30:00+08:00`);
const HOURS = ['10', '12', '13', '18', '19', '20'];
const voucherOf = (size: number) => `74000000000000${String(size).padStart(5, '0')}`;

/** A redemption, its reversal and another one, booked by a contract of a merchant of its own. */
async function bookVoucher(
  table: Table,
  providerId: string,
  size: number,
  storeId: string,
): Promise<void> {
  const merchantId = `merchant-${size}`;
  const startsAt = '2025-01-01T00:00:00.000+08:00';
  const known = { startsAt, recordedAt: startsAt, providerId, merchantId };
  const version = contract(1, known);
  await listForProvider(table, version);
  await appendContract(table, version);
  const id = voucherOf(size);
  const at = (minutes: number) => {
    const occurredAt = toInstant(NOW_MS - minutes * 60_000);
    return {
      merchantId,
      voucherId: id,
      orderId: `order-${id}`,
      occurredAt,
      recordedAt: occurredAt,
    };
  };
  await recordEvent(table, redeemed(`${id}-1`, { ...at(90), storeId }));
  await recordEvent(table, reversed(`${id}-1`, at(80)));
  await recordEvent(table, redeemed(`${id}-2`, { ...at(70), storeId }));
  const stream = { of: 'voucher', platform: 'douyin', id } as const;
  const deps = { table, policy: DEFAULT_POLICY, log: silent, now: () => NOW_MS };
  await bookStream(stream, await readBookable(table, stream), termsReader(deps), deps);
}

/** @returns the largest store and the smallest */
async function fill(table: Table, providerId: string, size: number): Promise<string[]> {
  const names = Array.from({ length: size }, (_, index) => `66${String(index).padStart(17, '0')}`);
  const [first = '', ...others] = names;
  for (const hour of HOURS) await rollUpHour(table, providerId, first, hour);
  const template = await table.get(keys.storeDay(providerId, LAST, 'douyin', first));
  await mapLimit(others, 16, (storeId) =>
    table.put(keys.storeDay(providerId, LAST, 'douyin', storeId), { ...template, storeId }, null),
  );
  for (const storeId of new Set([first, ...names.slice(-1), ...names.slice(0, 40)])) {
    const merchantId = `merchant-${size}`;
    const store = { platform: 'douyin', storeId, merchantId, city: '重庆' } as const;
    await putStore(table, { ...store, name: `店 ${storeId}`, namedBy: 'operator' });
  }
  await rollUpBuckets(table, providerId, LAST, ALL_BUCKETS);
  await rollUpDimensions(table, providerId, LAST, addDays(LAST, 1));
  await bookVoucher(table, providerId, size, first);
  // Of the shards those that pages of a store read: of the largest and of the smallest.
  const shards: Item[] = [];
  const looked = [first, names.at(-1) ?? first].map(
    (storeId) => ({ platform: 'douyin', storeId }) as const,
  );
  for await (const item of table.query(dimensionPartition(providerId), { startsWith: 'stores.' })) {
    const [dimension = ''] = item.sk.split('#');
    const bits = Number(dimension.split('.')[1]);
    if (looked.some((place) => shardOf(place, bits) === dimension)) shards.push(item);
  }
  // The same days again, two months back.
  const day = await table.get(keys.providerDay(providerId, LAST));
  const summary = await table.get(keys.dimensionDay(providerId, 'summary', LAST, 0));
  for (let back = 1; back <= 61; back += 1) {
    const date = addDays(LAST, -back);
    await table.put(keys.providerDay(providerId, date), day ?? {}, null);
    const { sk } = keys.dimensionDay(providerId, 'summary', date, 0);
    await table.put({ pk: dimensionPartition(providerId), sk }, summary ?? {}, null);
    for (const { pk, sk: own, ...rest } of shards) {
      await table.put({ pk, sk: own.replace(LAST, date) }, rest, null);
    }
  }
  return [first, names.at(-1) ?? first];
}

async function signInAt(api: Hono, token: string): Promise<string> {
  const body = new URLSearchParams({ token });
  const reply = await api.request('/sign-in', { method: 'POST', body });
  return reply.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

const MERCHANT = '7300000000000000001';

async function rollUpHour(
  table: Table,
  providerId: string,
  storeId: string,
  hour: string,
): Promise<void> {
  const one = entryAt(providerId, storeId, hour);
  await bookEntry(table, one);
  const { platform, merchantId } = one;
  const day = { platform, storeId, merchantId, rollup: rollUpEntries([one]) };
  await rollUpStoreHour(table, providerId, LAST, hour, day, packDetail(detailOf([one])));
}

function entryAt(providerId: string, storeId: string, hour: string): Entry {
  const occurredAt = `${LAST}T${hour}:00:00.000+08:00`;
  const sale = { channel: 'live', productId: `18050000000000${hour}`, buyer: `buyer-${hour}` };
  return entry({
    providerId,
    storeId,
    merchantId: MERCHANT,
    occurredAt,
    entryId: `redeemed:${hour}`,
    ...sale,
  });
}
