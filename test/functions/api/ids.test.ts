import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOCUMENTED } from '../../../functions/api/documented/all.ts';
import type { Documented } from '../../../functions/api/documented/documented.ts';
import { addFindings, NOTHING_FOUND } from '../../../functions/attribute/restatement/progress.ts';
import { readEvents } from '../../../lib/store/ledger/events.ts';
import type { Job } from '../../../lib/store/ledger/restatements.ts';
import { postAll, registerApp, SAMPLE_TIME } from '../../support/douyin.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { some } from '../../support/long.ts';
import { ask, expectProblem } from './support.ts';

/** What is not seen, or seen as something else, in an id that is otherwise one. */
const UNSEEN: readonly (readonly [string, string])[] = [
  ['a control character', 'an-id\u0000with-more'],
  ['a line break', 'an-id\nwith-more'],
  ['a delete', 'an-id\u007fwith-more'],
  ['a turn of the direction of writing', 'an-id\u202ewith-more'],
  ['an isolate', 'an-id\u2066with-more'],
  ['a zero-width space', 'an-id\u200bwith-more'],
  ['a zero-width joiner', 'an-id\u200dwith-more'],
  ['a byte-order mark', '\ufeffan-id-with-more'],
  ['a soft hyphen', 'an-id\u00adwith-more'],
  ['a filler that is shown as nothing', 'an-id\u3164with-more'],
  ['a separator of lines', 'an-id\u2028with-more'],
  ['nothing but spaces', '          '],
  ['a space before it', ' an-id-with-more'],
  ['a space after it', 'an-id-with-more '],
  ['a wide space after it', 'an-id-with-more\u3000'],
  ['the name of what every object comes from', '__proto__'],
];

/** What is an id, however odd. */
const ODD = ['a#b%c/d', 'constructor', 'toString', 'a b', '门店-1'];

/** A parameter that is one of a few words, or no id at all. */
const WORDS: Readonly<Record<string, string>> = {
  ...{ platform: 'douyin', integration: 'douyin-life', reason: 'parked', month: '2025-10' },
  rest: 'x',
};

const OURS = DOCUMENTED.filter(({ contract }) => contract.who !== 'anyone');

const pathOf = ({ contract }: Documented) => contract.call.split(' ')[1] ?? '';

function fill(path: string, over: Readonly<Record<string, string>> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_all, name: string) =>
    encodeURIComponent(over[name] ?? WORDS[name] ?? 'an-id'),
  );
}

/** Each place of an id: its path, and what makes the request with the id in it. */
interface Place {
  readonly name: string;
  readonly with: (id: string) => { readonly path: string; readonly body?: object };
}

const isIdName = (name: string) =>
  /(Id|Ids|appKey)$/.test(name) || ['stores', 'products', 'creators'].includes(name);

const inPaths: readonly Place[] = OURS.flatMap((one) =>
  [...pathOf(one).matchAll(/\{(\w+)\}/g)]
    .map(([, name = '']) => name)
    .filter((name) => isIdName(name) || name === 'id')
    .map((name) => ({
      name: `${one.contract.call}: {${name}}`,
      with: (id: string) => ({ path: fill(pathOf(one), { [name]: id }), body: one.example ?? {} }),
    })),
);

/** What must stand beside one in a query. */
const BESIDE = { platform: 'douyin', merchantId: 'an-id', providerId: 'an-id', storeId: 'an-id' };

const namesOf = (schema: unknown): string[] =>
  Object.keys((schema as { shape?: object } | undefined)?.shape ?? {});

const inQueries: readonly Place[] = OURS.flatMap((one) => {
  const { who, query } = one.contract;
  const names = [...namesOf(query), ...(who === 'provider' ? ['providerId'] : [])];
  const beside = Object.entries(BESIDE).filter(([name]) => names.includes(name));
  return names.filter(isIdName).map((name) => ({
    name: `${one.contract.call}: ?${name}`,
    with: (id: string) => {
      const search = new URLSearchParams({ ...Object.fromEntries(beside), [name]: id });
      return { path: `${fill(pathOf(one))}?${search}` };
    },
  }));
});

const till = { integration: 'douyin-life', appKey: 'an-id', requestId: 'till-7-000001' };
const contract = {
  ...{ providerId: 'an-id', platform: 'douyin', merchantId: 'an-id', mode: 'agency' },
  ...{ startsAt: '2025-01-01T00:00:00+08:00', rateBp: 1 },
};

/** Bodies that name every id that a body may name. */
const BODIES: readonly (readonly [call: string, body: object])[] = [
  ['PUT /v1/products/{platform}/{productId}', { supplyId: 'an-id' }],
  ['PUT /v1/stores/{platform}/{storeId}', { name: 'x', merchantId: 'an-id' }],
  [
    'PUT /v1/ad-accounts/{network}/{accountId}',
    { providerId: 'an-id', platform: 'douyin', merchantId: 'an-id', stores: ['an-id'] },
  ],
  ['PUT /v1/apps/{integration}/{appKey}', { settings: { merchantId: 'an-id' } }],
  ['POST /v1/contracts', contract],
  ['POST /v1/exports', { of: 'statement', statementId: '2025-10.an-id', format: 'csv' }],
  [
    'POST /v1/contracts',
    { ...contract, scope: { stores: ['an-id'], products: ['an-id'], creators: ['an-id'] } },
  ],
  ['POST /v1/contract-proposals/{platform}/{merchantId}/{cooperationId}/confirm', contract],
  [
    'POST /v1/attribution-disputes',
    { platform: 'douyin', voucherId: 'an-id', reason: 'x', contractId: 'an-id' },
  ],
  [
    'POST /v1/attribution-disputes/{disputeId}/answer',
    { accept: true, reason: 'x', contractId: 'an-id' },
  ],
  ['POST /v1/identity-codes?providerId=an-id', { memberId: 'an-id' }],
  [
    'POST /v1/leads?providerId=an-id',
    { name: 'x', platform: 'douyin', merchantId: 'an-id', followerId: 'an-id' },
  ],
  [
    'PATCH /v1/leads/{leadId}?providerId=an-id',
    { platform: 'douyin', merchantId: 'an-id', followerId: 'an-id' },
  ],
  ['POST /v1/statements/{month}/close', { providerId: 'an-id' }],
  ['POST /v1/statements/{id}/disputes', { entryId: 'an-id', reason: 'x' }],
  [
    'POST /v1/restatements',
    { platform: 'douyin', merchantId: 'an-id', from: '2025-10-01', to: '2025-10-01', reason: 'x' },
  ],
  [
    'POST /v1/rebuilds',
    { platform: 'douyin', merchantId: 'an-id', from: '2025-10-01', to: '2025-10-01' },
  ],
  [
    'POST /v1/reconciliations',
    { integration: 'an-id', appKey: 'an-id', from: '2025-10-01', to: '2025-10-01' },
  ],
  [
    'POST /v1/erasures',
    {
      ...{ platform: 'douyin', reason: 'x', orderIds: ['an-id-of-8'], voucherIds: ['an-id-of-8'] },
      buyerId: 'an-id-of-8',
    },
  ],
  [
    'POST /v1/replays',
    {
      ...{ integration: 'douyin-life', appKey: 'an-id' },
      ...{ from: '2025-10-01T00:00:00+08:00', to: '2025-10-02T00:00:00+08:00' },
    },
  ],
  [
    'POST /v1/dead-letters/redrive',
    { queue: 'intake', filter: { deliveryId: 'an-id', appKey: 'an-id' } },
  ],
  [
    'POST /v1/dead-letters/drop',
    { queue: 'intake', reason: 'x', filter: { deliveryId: 'an-id', appKey: 'an-id' } },
  ],
  [
    'POST /v1/redemptions',
    {
      ...{ ...till, storeId: 'an-id', merchantId: 'an-id', productId: 'an-id', code: '1' },
      order: { orderId: 'an-id', ownOrderId: 'an-id', shownOrderId: 'an-id', buyerId: 'an-id' },
    },
  ],
  ['POST /v1/redemptions', { ...till, storeId: 'an-id', vouchers: [{ voucherId: 'an-id' }] }],
  [
    'POST /v1/redemptions/prepare',
    { integration: 'douyin-life', appKey: 'an-id', storeId: 'an-id', code: '1' },
  ],
  [
    'POST /v1/reversals',
    {
      ...{ ...till, voucherId: 'an-id', redemptionId: 'an-id', orderId: 'an-id' },
      ...{ certificateId: 'an-id', storeId: 'an-id', merchantId: 'an-id', productId: 'an-id' },
    },
  ],
];

/** The body with an id at each of its places in turn. */
function idsIn(value: unknown, isId = false): ((id: string) => unknown)[] {
  if (typeof value === 'string') return isId ? [(id) => id] : [];
  if (Array.isArray(value)) {
    return idsIn(value[0], isId).map((put) => (id: string) => [put(id), ...value.slice(1)]);
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, own]) =>
    idsIn(own, isIdName(name) && name !== 'requestId').map((put) => (id: string) => ({
      ...value,
      [name]: put(id),
    })),
  );
}

/** Of the calls with a body, `{id}` is a statement's. */
const STATEMENT = { id: '2025-10.an-id' };

const inBodies: readonly Place[] = BODIES.flatMap(([call, body]) =>
  idsIn(body).map((put, index) => ({
    name: `${call}: body ${index}`,
    with: (id: string) => ({
      path: fill(call.split(' ')[1] ?? '', STATEMENT),
      body: put(id) as object,
    }),
  })),
);

const PLACES = [...inPaths, ...inQueries, ...inBodies];

let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: () => SAMPLE_TIME });
  await registerApp(hexiao);
});
afterAll(() => hexiao?.stop());

const send = (place: Place, id: string) => {
  const { path, body } = place.with(id);
  const method = place.name.split(' ')[0] ?? '';
  return ask(hexiao, method, path, method === 'GET' || body === undefined ? {} : { body });
};

describe('an id that is given to the API', () => {
  it('is looked for in every path, query and body that has one', () => {
    expect(inPaths.length).toBeGreaterThan(20);
    expect(inQueries.length).toBeGreaterThan(10);
    expect(inBodies.length).toBeGreaterThan(30);
    // Each call whose example names an id is in the table of bodies.
    const calls = OURS.filter(({ example }) => idsIn(example).length > 0);
    expect(BODIES.map(([call]) => call.split('?')[0])).toEqual(
      expect.arrayContaining(calls.map((one) => one.contract.call)),
    );
  });

  it.each(UNSEEN)('is refused with %s, wherever it stands', async (_what, id) => {
    for (const place of PLACES) {
      const reply = await send(place, id);
      expect([place.name, reply.status]).toEqual([place.name, 400]);
      expectProblem(reply, 400, 'request-invalid');
    }
  });

  it.each(some(ODD))('may be %j, which breaks nothing', async (id) => {
    for (const place of PLACES) {
      // What is named is registered or not, and of the right length or not: never our failure.
      const { status, text } = await send(place, id);
      expect([place.name, status, status < 500 ? '' : text]).toEqual([place.name, status, '']);
    }
  });

  it('is no field of a body either, where it is what every object comes from', async () => {
    const body = JSON.stringify({ ...contract, commission: 'product' }).replace(
      /}$/,
      ',"productRates":{"__proto__":300}}',
    );
    expectProblem(await ask(hexiao, 'POST', '/v1/contracts', { body }), 400, 'request-invalid');
    const columns = Object.entries({
      ...{ providerId: 'p', platform: 'douyin', merchantId: 'm', mode: 'agency' },
      ...{ startsAt: '2025-01-01T00:00:00+08:00', commission: 'product' },
      productRates: '__proto__=300',
    });
    const text = [0, 1].map((at) => columns.map((one) => one[at]).join(',')).join('\n');
    const reply = await ask(hexiao, 'POST', '/v1/contracts/import', { body: text });
    const row = { result: 'refused', code: 'request-invalid' };
    expect(JSON.parse(reply.text)).toMatchObject({ rows: [row], accepted: 0 });
  });

  it('of a provider is what every object has, and its sums are its own', () => {
    const sums = { paidFen: 0, redeemedFen: 100, commissionFen: 5, entryCount: 1 };
    const at = { stores: ['s1'], hasMoreStores: false };
    const providers = { constructor: { before: sums, after: sums, ...at } };
    const job = { progress: {}, providers: {}, differences: [] } as unknown as Job;
    const found = { ...NOTHING_FOUND, providers };
    const twice = { paidFen: 0, redeemedFen: 200, commissionFen: 10, entryCount: 2 };
    expect(addFindings(job, [found, found]).providers).toEqual({
      constructor: { before: twice, after: twice, ...at },
    });
  });

  it.each(['unknown', 'tier~7011223344'])(
    'of a store is not %s, which is ours',
    async (storeId) => {
      await hexiao.call('PUT', '/v1/merchants/douyin/m-of-stores', { name: '商家' });
      const body = { name: '店', merchantId: 'm-of-stores' };
      const reply = await ask(hexiao, 'PUT', `/v1/stores/douyin/${storeId}`, { body });
      expectProblem(reply, 400, 'request-invalid');
      expect(reply.text).toContain('stands for what has no store');
      const redemption = { ...till, storeId, code: '1' };
      const pressed = await ask(hexiao, 'POST', '/v1/redemptions', { body: redemption });
      expectProblem(pressed, 400, 'request-invalid');
    },
  );

  it('is kept as it is where a platform reports it', async () => {
    const orderId = ' 106\u200b0000000000000001\u202e';
    const order = {
      ...{ order_id: orderId, account_id: 'constructor', pay_amount: 9_900 },
      ...{ original_amount: 9_900, pay_time: SAMPLE_TIME / 1000 },
    };
    const content = { action: 'pay_success', msg_time: SAMPLE_TIME / 1000, order };
    const event = 'life_trade_order_notify';
    const body = JSON.stringify({ event, content: JSON.stringify(content) });
    await postAll(hexiao, [{ body } as never]);
    await hexiao.settle();
    const events = await readEvents(hexiao.table, { of: 'order', platform: 'douyin', id: orderId });
    expect(events).toMatchObject([{ orderId, merchantId: 'constructor' }]);
  });
});
