import { describe, expect, test } from 'vitest';
import type { Event } from '../../../lib/events/event.ts';
import type { SignedRequest } from '../../../lib/integrations/kit/integration.ts';
import { kuaishouShop } from '../../../lib/integrations/kuaishou-shop/index.ts';
import {
  destroyPayload,
  queryPayload,
  sendPayload,
} from '../../../lib/integrations/kuaishou-shop/sandbox/eticket-requests.ts';
import { toJsonText } from '../../../lib/integrations/kuaishou-shop/wire-json.ts';
import { MemoryCallbackRecords } from '../records.ts';
import { APP_KEY, appWith, messageSample, ORDER, recorded, request, SECRET } from './support.ts';

const ADDRESS = 'a-secret-address-that-nobody-guesses';
const SELLER = '2160000001';
const CAME_AT = '2026-11-22T10:00:00.000+08:00';

const appAt = (settings: object = {}) =>
  appWith({ messageSecret: SECRET, eticketSecret: ADDRESS }, { eticketAuth: 'path', ...settings });

const SEND = toJsonText(
  sendPayload(
    {
      ...{
        orderId: ORDER,
        sellerId: SELLER,
        num: 2,
        itemId: '11',
        skuId: '12',
        itemTitle: '双人餐',
      },
      ...{ sendType: 'virtual', token: 't', validity: { type: 3, days: 30 } },
    },
    'number',
  ),
);
const QUERY = (ticketId = '') =>
  toJsonText(queryPayload({ orderId: ORDER, ticketId, sendType: 'virtual' }, 'number'));
const DESTROY = toJsonText(
  destroyPayload(
    {
      orderId: ORDER,
      tickets: [
        { id: `${ORDER}-1`, num: 1, goodsValueFen: 9_900 },
        { id: `${ORDER}-2`, num: 1, goodsValueFen: 9_900 },
      ],
      ...{ reason: '不想要了', serial: 's1', token: 't' },
    },
    'number',
  ),
);

const spi = (action: string, body: string, secret = ADDRESS): SignedRequest => ({
  ...request(body),
  spi: `${secret}/${action}`,
});

const world = (settings: object = {}, codes: readonly string[] | null = ['c1', 'c2', 'c3']) => {
  const pools = codes === null ? {} : { [SELLER]: codes };
  const records = new MemoryCallbackRecords({ platform: 'kuaishou', pools });
  const app = appAt(settings);
  const ask = async (action: string, body: string): Promise<unknown> => {
    const answer = await kuaishouShop.answer?.(spi(action, body), app, records);
    expect(answer).toMatchObject({ status: 200 });
    return JSON.parse(answer?.body ?? '');
  };
  return { records, ask, app };
};

describe('a ticket request', () => {
  const isTaken = (one: SignedRequest, app = appAt()) => kuaishouShop.verify(one, app);

  test('is taken at the secret address alone', () => {
    expect(isTaken(spi('send', SEND))).toBe(true);
    for (const secret of ['', 'x', `${ADDRESS}x`, ADDRESS.slice(1), ADDRESS.toUpperCase()]) {
      expect(isTaken(spi('send', SEND, secret)), secret).toBe(false);
    }
    expect(isTaken({ ...request(SEND), spi: '' })).toBe(false);
    expect(isTaken(request(SEND))).toBe(false);
  });

  test('is refused until the operator says that its address is what authenticates it', () => {
    const refusing = appWith({ messageSecret: SECRET, eticketSecret: ADDRESS });
    expect(isTaken(spi('send', SEND), refusing)).toBe(false);
    expect(isTaken(spi('send', SEND), appWith(undefined, { eticketAuth: 'path' }))).toBe(false);
  });

  test('is taken at the old address during a rotation and refused after', () => {
    const newer = 'another-secret-address-that-is-newer';
    const rotated = appWith({ eticketSecret: [newer, ADDRESS] }, { eticketAuth: 'path' });
    expect(isTaken(spi('send', SEND), rotated)).toBe(true);
    const revoked = appWith({ eticketSecret: newer }, { eticketAuth: 'path' });
    expect(isTaken(spi('send', SEND), revoked)).toBe(false);
  });

  test('is never authenticated by a message’s seal, nor a message by an address', () => {
    const { body } = messageSample('order-pay-success');
    expect(isTaken({ ...request(body), spi: `wrong/send` })).toBe(false);
    expect(isTaken(request(body))).toBe(true);
  });

  test.each(['short', `${'a'.repeat(31)}`, `${'a'.repeat(40)}/x`, 'ä'.repeat(40)])(
    'has no address that could be guessed or cut: %s',
    (eticketSecret) => {
      expect(kuaishouShop.secrets.safeParse({ eticketSecret }).success).toBe(false);
    },
  );

  test('is one delivery by action and body; its secret is in neither identity nor archive', () => {
    const bytes = (one: SignedRequest) => Buffer.from(kuaishouShop.signedBytes(one)).toString();
    expect(bytes(spi('send', SEND, 'other'))).toBe(bytes(spi('send', SEND)));
    expect(bytes(spi('query', SEND))).not.toBe(bytes(spi('send', SEND)));
    expect(bytes(spi('send', SEND))).not.toContain(ADDRESS);
    expect(kuaishouShop.about?.(spi('send', SEND))).toBe('eticket/send');
    expect(kuaishouShop.about?.(request(SEND))).toBeUndefined();
  });
});

describe('发码', () => {
  test('gives the order codes of the pool, and the same order number each time', async () => {
    // Prepare
    const { ask, records } = world();
    // Act
    const first = await ask('send', SEND);
    const second = await ask('send', SEND);
    // Assess
    expect(first).toEqual({
      result: 1,
      errorMsg: '',
      data: { orderNo: expect.stringMatching(/^E[0-9a-f]{31}$/) as string },
    });
    expect(second).toEqual(first);
    expect(records.written).toEqual([`codes:${ORDER}`]);
    expect(records.issued.get(ORDER)).toEqual(['c1', 'c2']);
  });

  test('fails in words when there are too few codes, or none at all', async () => {
    expect(await world({}, ['c1']).ask('send', SEND)).toEqual({
      result: -1,
      errorMsg: 'not enough codes are left',
    });
    expect(await world({}, null).ask('send', SEND)).toMatchObject({ result: -1 });
  });

  test.each([
    ['{', 'did not fit: the whole'],
    ['{"oid":1,"num":0}', 'did not fit: num'],
    ['{"num":1}', 'did not fit: oid'],
    ['{"oid":1,"num":1001}', 'did not fit: num'],
  ])('of %s fails and names the field: %s', async (body, errorMsg) => {
    expect(await world().ask('send', body)).toEqual({ result: -1, errorMsg });
  });

  test('says success as the operator says', async () => {
    expect(await world({ eticketSuccess: 0 }).ask('send', SEND)).toMatchObject({ result: 0 });
  });
});

describe('查券', () => {
  test('tells each ticket with its code and what became of it', async () => {
    // Prepare
    const { ask, records } = world();
    await ask('send', SEND);
    records.events.push(usedTicket(`${ORDER}-2`));
    // Act, Assess
    const ticket = { num: 1, eticketConsumeDetails: [] };
    const tickets = [
      { id: `${ORDER}-1`, code: 'c1', status: 'UNUSED', ...ticket },
      { id: `${ORDER}-2`, code: 'c2', status: 'CONSUMED', ...ticket },
    ];
    expect(await ask('query', QUERY())).toEqual({
      result: 1,
      errorMsg: '',
      data: { etickets: tickets },
    });
    expect(await ask('query', QUERY(`${ORDER}-2`))).toMatchObject({
      data: { etickets: [tickets[1]] },
    });
  });

  test('of an order without codes, or of another ticket, fails', async () => {
    const { ask } = world();
    expect(await ask('query', QUERY())).toEqual({ result: -1, errorMsg: 'no such ticket' });
    await ask('send', SEND);
    expect(await ask('query', QUERY(`${ORDER}-3`))).toMatchObject({ result: -1 });
  });
});

describe('销毁', () => {
  const readRequest = (action: string, body: string, settings: object = {}) =>
    kuaishouShop.read(Buffer.from(body), appAt(settings), CAME_AT, `eticket/${action}`);

  test('is taken, and is a refund of each ticket', async () => {
    expect(await world().ask('destroy', DESTROY)).toEqual({ result: 1, errorMsg: '', data: {} });
    const reading = readRequest('destroy', DESTROY);
    if (reading.outcome !== 'events') throw new Error(reading.outcome);
    expect(recorded(reading.events)).toMatchObject([
      {
        kind: 'voucher.refunded',
        eventId: `refunded:s1~${ORDER}-1`,
        merchantId: APP_KEY,
        orderId: ORDER,
        voucherId: `${ORDER}-1`,
        occurredAt: CAME_AT,
        complete: false,
        refundedFen: null,
        takesBack: null,
        unusedFen: null,
      },
      { eventId: `refunded:s1~${ORDER}-2`, voucherId: `${ORDER}-2` },
    ]);
  });

  test('has an amount where the operator says what a ticket’s value is', () => {
    expect(readRequest('destroy', DESTROY, { goodsValue: 'paid' })).toMatchObject({
      events: [{ refundedFen: 9_900 }, { refundedFen: 9_900 }],
    });
  });

  test('closes a request for the same refund that still waited', async () => {
    const { ask, records } = world();
    await records.fileRefund({
      ...{ integration: 'kuaishou-shop', appKey: APP_KEY, merchantId: SELLER, refundId: 's1' },
      ...{ orderId: ORDER, voucherIds: [], requestedFen: null, decideBy: null, reference: {} },
      decisionBy: 'call',
    });
    await ask('destroy', DESTROY);
    expect(records.refunds.get('s1')).toMatchObject({ status: 'approved', decidedBy: 'platform' });
  });

  test.each([
    ['destroy', '{"oid":1,"etickets":[],"serialNum":"s"}', 'malformed'],
    ['destroy', '{"oid":1,"etickets":[{"id":1}]}', 'malformed'],
    ['destroy', 'x', 'malformed'],
    ['send', SEND, 'kept'],
    ['query', QUERY(), 'kept'],
    ['deduct', '{}', 'kept'],
    ['reverse', '{}', 'unknown'],
  ])('%s of %s is %s', (action, body, outcome) => {
    expect(readRequest(action, body)).toMatchObject({ outcome, kind: `eticket/${action}` });
  });
});

describe('everything else', () => {
  test('deducting stock is refused unless the operator promises it', async () => {
    expect(await world().ask('deduct', '{}')).toMatchObject({ result: -1 });
    expect(await world({ eticketDeduct: 'accept' }).ask('deduct', '{}')).toMatchObject({
      result: 1,
    });
  });

  test.each(['', 'reverse', 'send/more', '__proto__'])('%s is no request here', async (action) => {
    expect(await world().ask(action, SEND)).toMatchObject({ result: -1 });
  });

  test('a message asks nothing, and what failed here is to be asked again', async () => {
    const { records, app } = world();
    const message = request(messageSample('order-pay-success').body);
    expect(await kuaishouShop.answer?.(message, app, records)).toBeUndefined();
    expect(kuaishouShop.busy?.(message)).toBeUndefined();
    expect(kuaishouShop.busy?.(spi('send', SEND))?.body).toBe(
      '{"result":-1,"errorMsg":"busy, ask again"}',
    );
  });
});

const usedTicket = (voucherId: string): Event => ({
  ...{ kind: 'voucher.redeemed', eventId: 'redeemed:x', platform: 'kuaishou', loop: 'closed' },
  ...{
    integration: 'kuaishou-shop',
    appKey: APP_KEY,
    merchantId: SELLER,
    orderId: ORDER,
    voucherId,
  },
  ...{ occurredAt: CAME_AT, recordedAt: CAME_AT, complete: true, deliveryId: null },
  ...{ redemptionId: 'x', storeId: null },
  amounts: {
    ...{ paidFen: 9_900, originalFen: 9_900 },
    ...{ platformDiscountFen: 0, merchantDiscountFen: 0, paymentDiscountFen: 0 },
  },
  sale: {
    ...{ productId: null, channel: 'unknown', channelRaw: null, creatorId: null },
    ...{ contentId: null, cps: null, buyer: null },
  },
});
