import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { codeOf } from '../../../../lib/integrations/douyin-life/sandbox/endpoints/till.ts';
import { Faults } from '../../../../lib/integrations/douyin-life/sandbox/faults.ts';
import {
  countingIds,
  sandboxApp,
  World,
} from '../../../../lib/integrations/douyin-life/sandbox/index.ts';
import { UNUSABLE } from '../../../../lib/integrations/kit/prepare.ts';
import { scanAll } from '../../../support/scan.ts';
import { ask, expectProblem, fresh } from '../support.ts';
import { done, MERCHANT_SETTINGS, STORE, Till } from './support.ts';

/** What a guest's code stands for, shown before it is redeemed, and what the clerk chooses of it. */

const APP_KEY = 'aw00000000prepare';
const MINUTE_MS = 60_000;

const shownSchema = z.strictObject({
  prepareId: z.string(),
  integration: z.literal('douyin-life'),
  appKey: z.literal(APP_KEY),
  vouchers: z.array(
    z.strictObject({
      voucherId: z.string(),
      title: z.string().nullable(),
      worthFen: z.int().nullable(),
      usesLeft: z.int(),
      usableUntil: z.string().nullable(),
      usable: z.boolean(),
      reason: z.enum(UNUSABLE).nullable(),
    }),
  ),
});

let world: World;
let till: Till;
let clerk: string;
let nowMs: number;

beforeAll(async () => {
  nowMs = Date.now();
  world = new World({ clientKey: APP_KEY, now: () => nowMs, nextId: countingIds() });
  world.addMerchant({ accountId: 'm1', name: '商家' });
  world.addStore({ accountId: 'm1', poiId: STORE, name: STORE, city: '上海' });
  const product = { accountId: 'm1', name: '双人套餐', priceFen: 9_900 };
  world.addProduct({ ...product, productId: 'p1' });
  world.addProduct({ ...product, productId: 'card', name: '五次卡', timesCount: 5 });
  const shop = {
    ...({ integration: 'douyin-life', platform: 'douyin', appKey: APP_KEY } as const),
    ...{ secrets: { clientSecret: 'secret-of-the-till' }, settings: MERCHANT_SETTINGS },
  };
  const faults = new Faults();
  const app = sandboxApp({ world, clientSecret: 'secret-of-the-till', limits: {}, faults });
  till = await Till.open(shop, app, () => nowMs);
  const made = { providerId: 'p1', name: 'clerk', role: 'clerk', stores: [`douyin/${STORE}`] };
  clerk = (await till.hexiao.call<{ token: string }>('POST', '/v1/tokens', made)).token;
});

afterAll(() => till?.close());

function sell(productId = 'p1') {
  const order = world.sell({ productId, platformDiscountFen: 0, channel: '直播' });
  world.takeOutbox();
  const [certificate] = order.certificates;
  if (certificate === undefined) throw new Error('nothing was sold');
  return { voucherId: certificate.certificateId, code: codeOf(certificate) };
}

const prepare = (body: object) =>
  ask(till.hexiao, 'POST', '/v1/redemptions/prepare', {
    ...{ token: clerk, body: { storeId: STORE, ...body } },
  });

const choose = (body: object) =>
  ask(till.hexiao, 'POST', '/v1/redemptions', {
    ...{ token: clerk, body: { storeId: STORE, requestId: fresh('request'), ...body } },
  });

async function shown(body: object) {
  const reply = await prepare(body);
  expect(reply.status, reply.text).toBe(200);
  return shownSchema.parse(JSON.parse(reply.text));
}

describe('a code that a guest shows', () => {
  it('is found by the store alone, and stands for what the platform says of it', async () => {
    const { code, voucherId } = sell();
    // Blanks are what people type and paste.
    const typed = `${code.slice(0, 4)} ${code.slice(4)} `;
    const { vouchers } = await shown({ code: typed });
    expect(vouchers).toEqual([
      {
        ...{ voucherId, title: '双人套餐', worthFen: 9_900, usesLeft: 1 },
        ...{ usableUntil: null, usable: true, reason: null },
      },
    ]);
  });

  it('is redeemed by what prepare gave, once however often it is pressed', async () => {
    const { code, voucherId } = sell();
    const { prepareId } = await shown({ code });
    const chosen = { prepareId, voucherIds: [voucherId], requestId: fresh('request') };
    const [first, second] = [await choose(chosen), await choose(chosen)];
    expect(done(first).acts).toMatchObject([{ voucherId }]);
    expect(second.text).toBe(first.text);
    // What is used has nothing behind it.
    expectProblem(await prepare({ code }), 422, 'platform-refused');
    expectProblem(
      await choose({ ...chosen, requestId: fresh('request') }),
      422,
      'platform-refused',
    );
  });

  it('of a card is used as often as the clerk says, and no oftener than it has uses', async () => {
    const { code, voucherId } = sell('card');
    const { prepareId, vouchers } = await shown({ code });
    expect(vouchers).toMatchObject([{ voucherId, usesLeft: 5, title: '五次卡' }]);
    const chosen = { prepareId, voucherIds: [voucherId] };
    expectProblem(await choose({ ...chosen, uses: 6 }), 400, 'request-invalid');
    const reply = done(await choose({ ...chosen, uses: { [voucherId]: 2 } }));
    expect(reply.acts.map((act) => act.voucherId)).toEqual([voucherId, voucherId]);
    expect((await shown({ code })).vouchers).toMatchObject([{ usesLeft: 3 }]);
    // What was prepared before has fewer now, and the platform is not asked to try.
    expectProblem(await choose({ ...chosen, uses: 5 }), 422, 'platform-refused');
    expect((await shown({ code })).vouchers).toMatchObject([{ usesLeft: 3 }]);
  });

  it('may be repeated until its answer is known, though what was prepared is too old to begin', async () => {
    const { code, voucherId } = sell();
    const { prepareId } = await shown({ code });
    const chosen = { prepareId, voucherIds: [voucherId], requestId: fresh('request') };
    till.loses = { what: 'answer', of: '/certificate/verify/' };
    expectProblem(await choose(chosen), 503, 'platform-unavailable');
    till.loses = null;
    nowMs += 11 * MINUTE_MS;
    expectProblem(await choose({ ...chosen, requestId: fresh('request') }), 422, 'prepare-expired');
    expect(done(await choose(chosen)).acts).toMatchObject([{ voucherId }]);
  });

  it('stands in no item of the table, and in no prepareId that can be read', async () => {
    const { code } = sell();
    const { prepareId } = await shown({ code });
    expect(Buffer.from(prepareId.slice(5), 'base64url').toString('latin1')).not.toContain(code);
    const all = JSON.stringify(await scanAll(till.hexiao.emulators.database));
    expect(all).toContain('PROVIDER#p1');
    expect(all).not.toContain(code);
  });
});

describe('a prepareId', () => {
  it('is refused in another’s hands, another store, or another form, and nothing is asked', async () => {
    const { code, voucherId } = sell();
    const { prepareId } = await shown({ code });
    const calls = till.callCount;
    const chosen = { prepareId, voucherIds: [voucherId] };
    const changed = `${prepareId.slice(0, -2)}${prepareId.endsWith('AA') ? 'BB' : 'AA'}`;
    expectProblem(await choose({ ...chosen, prepareId: changed }), 422, 'prepare-expired');
    expectProblem(await choose({ ...chosen, prepareId: code }), 422, 'prepare-expired');
    expectProblem(await choose({ ...chosen, storeId: '6602' }), 400, 'request-invalid');
    expectProblem(await choose({ ...chosen, voucherIds: ['another'] }), 400, 'request-invalid');
    expectProblem(await choose({ ...chosen, voucherIds: [] }), 400, 'request-invalid');
    const twice = { ...chosen, voucherIds: [voucherId, voucherId] };
    expectProblem(await choose(twice), 400, 'request-invalid');
    expect(till.callCount).toBe(calls);
  });
});

describe('what is no voucher of this store', () => {
  it.each([
    ['neither code nor qr', {}, 400, 'request-invalid'],
    ['both', { code: '1234', qr: '1234' }, 400, 'request-invalid'],
    ['another clerk’s store', { code: '12345678', storeId: '6602' }, 404, 'not-found'],
    ['a code of nobody', { code: '12345678' }, 422, 'platform-refused'],
    ['a QR of something else', { qr: 'https://example.com/x?object_id=1' }, 400, 'request-invalid'],
    ['a QR of words', { qr: '你好，世界' }, 400, 'request-invalid'],
    ['an app of another', { code: '12345678', appKey: 'another' }, 404, 'not-found'],
  ] as const)('%s', async (_what, body, status, code) => {
    expectProblem(await prepare(body), status, code);
  });

  it('and a platform that does not answer, which is no refusal', async () => {
    const { code } = sell();
    till.loses = { what: 'request', of: '/certificate/prepare/' };
    expectProblem(await prepare({ code }), 503, 'platform-unavailable');
    till.loses = null;
    expect((await shown({ code })).vouchers).toHaveLength(1);
  });
});
