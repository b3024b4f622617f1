import { describe, expect, test } from 'vitest';
import { PlatformError } from '../../../lib/integrations/kit/platform-error.ts';
import {
  type ClientContext,
  KuaishouShopClient,
} from '../../../lib/integrations/kuaishou-shop/client.ts';
import {
  type Consumption,
  consumePayload,
  reversePayload,
} from '../../../lib/integrations/kuaishou-shop/etickets.ts';
import {
  destroyPayload,
  queryPayload,
  sendPayload,
} from '../../../lib/integrations/kuaishou-shop/sandbox/eticket-requests.ts';
import { toJsonText } from '../../../lib/integrations/kuaishou-shop/wire-json.ts';
import { timeLimitsOf } from '../../support/time-limits.ts';
import { NOW, platform, SETTINGS } from './platform.ts';
import { APP_KEY, appWith, ORDER, recorded } from './support.ts';

const CONSUMPTION: Consumption = {
  orderId: ORDER,
  tickets: [
    { id: '9007199254740993', code: '0112', num: 1, goodsValueFen: 9_900 },
    { id: 't2', code: '0113', num: 1, goodsValueFen: 9_900 },
  ],
  consumedAtMs: NOW,
  storeName: '山月火锅',
  storeAddress: '静安',
  poiId: '6724900000000000001',
  serial: 'S1',
  token: 'tok',
  sellerId: '2160000001',
};

describe('tickets', () => {
  test('are used: one redemption for each, named by the serial of the act', async () => {
    // Prepare
    const { sandbox, client } = platform();
    // Act
    const { answer: raw, events } = await client.consume(CONSUMPTION);
    // Assess
    expect(recorded(events)).toHaveLength(2);
    expect(raw).toEqual({ result: 1, data: { status: 'CONSUMED' } });
    expect(events).toMatchObject([
      {
        kind: 'voucher.redeemed',
        eventId: 'redeemed:S1~9007199254740993',
        redemptionId: 'S1~9007199254740993',
        voucherId: '9007199254740993',
        orderId: ORDER,
        merchantId: '2160000001',
        storeId: '6724900000000000001',
        occurredAt: '2026-11-22T10:00:00.123+08:00',
        complete: false,
        amounts: { paidFen: 0, originalFen: 0 },
      },
      { eventId: 'redeemed:S1~t2', voucherId: 't2' },
    ]);
    expect(sandbox.calls[0]?.param).toBe(
      `{"oid":${ORDER},"etickets":[{"id":9007199254740993,"code":"0112","num":1,"goodsValue":9900,` +
        '"status":"CONSUMED"},{"id":"t2","code":"0113","num":1,"goodsValue":9900,' +
        '"status":"CONSUMED"}],"consumeTime":1795312800123,"status":"CONSUMED",' +
        '"consumeType":"consume","storeName":"山月火锅","storeAddress":"静安",' +
        '"consumePoiId":"6724900000000000001","eticketType":"DINING_OPEN_TICKET","token":"tok",' +
        '"seriallNum":"S1"}',
    );
  });

  test('the same act again is the same events', async () => {
    const { client } = platform();
    const first = await client.consume(CONSUMPTION);
    expect((await client.consume(CONSUMPTION)).events).toEqual(first.events);
  });

  test('are worth what the caller knows, or their goodsValue where the settings say so', async () => {
    const amounts = {
      paidFen: 9_400,
      platformDiscountFen: 500,
      merchantDiscountFen: 0,
      paymentDiscountFen: 0,
      originalFen: 9_900,
    };
    const told = CONSUMPTION.tickets.map((ticket) => ({ ...ticket, amounts }));
    const known = await platform().client.consume({ ...CONSUMPTION, tickets: told });
    expect(known.events).toMatchObject([{ complete: true, amounts }, { amounts }]);
    const valued = await platform({ goodsValue: 'paid' }).client.consume(CONSUMPTION);
    expect(valued.events).toMatchObject([
      { complete: true, amounts: { paidFen: 9_900, originalFen: 9_900 } },
      {},
    ]);
  });

  test.each([
    ['busy', 1017, { retryable: true, code: '1017', meaning: 'busy' }],
    ['the server’s own fault', 100_200_500, { retryable: true, meaning: 'busy' }],
    ['taken back by the seller', 24, { retryable: true, meaning: 'token' }],
    ['a number nobody knows', 77, { retryable: false, code: '77', meaning: 'unknown' }],
  ])('that are answered %s (%i) are an error that says whether to repeat', async (...row) => {
    const [, code, wanted] = row;
    const { client, sandbox } = platform();
    sandbox.fails.push(code);
    await expect(client.consume(CONSUMPTION)).rejects.toMatchObject(wanted);
    expect(sandbox.uses.size).toBe(0);
    expect((await client.consume(CONSUMPTION)).events).toHaveLength(2);
  });

  test('are given back by the serial of their use', async () => {
    // Prepare
    const { client, sandbox } = platform();
    await client.consume(CONSUMPTION);
    const reversal = {
      orderId: ORDER,
      ticketIds: ['9007199254740993', 't2'],
      serial: 'S1',
      reason: 'wrong table',
      token: 'tok',
    };
    // Act
    const { events } = await client.reverse(reversal);
    expect(recorded(events)).toHaveLength(2);
    // Assess
    expect(events).toMatchObject([
      {
        kind: 'voucher.redemption_reversed',
        eventId: 'reversed:S1~9007199254740993',
        redemptionId: 'S1~9007199254740993',
        merchantId: APP_KEY,
      },
      { eventId: 'reversed:S1~t2', redemptionId: 'S1~t2' },
    ]);
    expect(sandbox.uses.size).toBe(0);
    await expect(client.reverse(reversal)).rejects.toThrow('sandbox.reverse answered error 21');
  });

  test('in parameters are numbers or strings, as the settings say', () => {
    expect(toJsonText(consumePayload(CONSUMPTION, 'string'))).toContain(`"oid":"${ORDER}"`);
    const zeros = { orderId: '007', ticketIds: ['1'], serial: 's', reason: 'r', token: 't' };
    expect(toJsonText(reversePayload(zeros, 'number'))).toBe(
      '{"oid":"007","etickets":[{"id":1}],"serialNum":"s","reason":"r","token":"t"}',
    );
  });

  test.each(['consume', 'reverse'] as const)(
    'are left alone (%s) while the settings name no method, before anything is sent',
    async (verb) => {
      const { client, sandbox } = platform({
        consumeEndpoint: undefined,
        reverseEndpoint: undefined,
      });
      const reversal = { orderId: ORDER, ticketIds: [], serial: 's', reason: 'r', token: 't' };
      const call = verb === 'consume' ? client.consume(CONSUMPTION) : client.reverse(reversal);
      await expect(call).rejects.toThrow(`settings.${verb}Endpoint names no method`);
      expect(sandbox.calls).toEqual([]);
    },
  );

  test('a call with another secret is refused, as an error that says no secrets', async () => {
    const { context } = platform();
    const app = appWith({ signSecret: 'wrong_secret', accessToken: 'ATK' }, SETTINGS);
    const failed = new KuaishouShopClient({ ...context, app }).consume(CONSUMPTION);
    await expect(failed).rejects.toBeInstanceOf(PlatformError);
    await expect(failed).rejects.not.toThrow(/wrong_secret|ATK/);
  });

  test('either way of signing is taken', async () => {
    for (const signMethod of ['MD5', 'HMAC_SHA256']) {
      const { client } = platform({ signMethod });
      expect((await client.consume(CONSUMPTION)).events).toHaveLength(2);
    }
  });

  test('a call that nobody answers ends after 2.5 s', async () => {
    // Prepare
    const fetch: ClientContext['fetch'] = (_url, init) =>
      new Promise((_answered, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      });
    const { client } = platform({}, { fetch, deadlineMs: Number.POSITIVE_INFINITY });
    // Act, Assess
    const limits = await timeLimitsOf(async () => {
      await expect(client.consume(CONSUMPTION)).rejects.toMatchObject({
        retryable: true,
        down: true,
      });
    });
    expect(limits).toEqual([2_500]);
  });
});

describe('what the platform asks an issuer of tickets', () => {
  const common = { orderId: ORDER, sendType: 'virtual' } as const;

  test.each([
    [{ type: 1, startsAtMs: 1, endsAtMs: 2 }, '"certStartTime":1,"certEndTime":2}'],
    [{ type: 2, endsAtMs: 2 }, '"certEndTime":2}'],
    [{ type: 3, days: 30 }, '"certExpDays":30}'],
  ] as const)('sends with the documented fields: %j', (validity, end) => {
    const send = {
      ...common,
      ...{ sellerId: '1', num: 1, itemId: '2', skuId: '3', itemTitle: '双人餐', token: 't' },
      validity,
    };
    expect(toJsonText(sendPayload(send, 'number'))).toBe(
      `{"oid":${ORDER},"sellerId":1,"num":1,"itemId":2,"skuId":3,"itemTitle":"双人餐",` +
        '"sendType":"virtual","eticketType":"DINING_OPEN_TICKET","token":"t",' +
        `"certExpireType":${validity.type},${end}`,
    );
  });

  test('queries and destroys with the documented fields', () => {
    expect(toJsonText(queryPayload({ ...common, ticketId: '5', spCode: 'sp' }, 'number'))).toBe(
      `{"oid":${ORDER},"eticketId":5,"eticketType":"DINING_OPEN_TICKET","sendType":"virtual",` +
        '"spCode":"sp"}',
    );
    const destroy = {
      orderId: ORDER,
      tickets: [{ id: '5', num: 1, goodsValueFen: 9_900 }],
      ...{ reason: 'refund', serial: 'S2', token: 't' },
    };
    expect(toJsonText(destroyPayload(destroy, 'number'))).toBe(
      `{"oid":${ORDER},"etickets":[{"id":5,"num":1,"goodsValue":9900}],"reason":"refund",` +
        '"serialNum":"S2","token":"t"}',
    );
  });
});
