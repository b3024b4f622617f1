import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sift } from '../../functions/normalize/sift.ts';
import type { EventDraft } from '../../lib/events/event.ts';
import { findIntegration, integrationNames } from '../../lib/integrations/registry.ts';
import { logLines } from '../../lib/log/log.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import { paid, START_MS } from '../lib/make.ts';
import { APP_KEY, CLIENT_SECRET, post } from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';
import { scanAll } from '../support/scan.ts';

const DAY_MS = 86_400_000;

let hexiao: HexiaoUnderTest;
let nowMs: number;
let lines: string[];

beforeEach(async () => {
  nowMs = START_MS;
  lines = [];
  const log = logLines((line) => lines.push(line), 'info', '');
  hexiao = await HexiaoUnderTest.start({ now: () => nowMs, log });
  await register({});
});

afterEach(() => hexiao?.stop());

/** The app as an operator registers it; its pulls would go nowhere, and none is made here. */
function register(settings: object): Promise<unknown> {
  return hexiao.call('PUT', `/v1/apps/douyin-life/${APP_KEY}`, {
    secrets: { clientSecret: CLIENT_SECRET },
    settings: { apiBaseUrl: 'http://platform.test', ...settings },
  });
}

/** A payment as Douyin tells it, with times in seconds. */
function payment(over: object = {}): string {
  const order = {
    ...{ order_id: '1060000000000000001', account_id: '7300000000000000001', pay_amount: 9_900 },
    ...{ original_amount: 12_800, pay_time: START_MS / 1000 },
    ...over,
  };
  const content = { action: 'pay_success', msg_time: START_MS / 1000, order };
  return JSON.stringify({ event: 'life_trade_order_notify', content: JSON.stringify(content) });
}

function redeemedHint(over: object): string {
  const certificate = {
    ...{ certificate_id: '1', order_id: '2', account_id: '3' },
    ...over,
  };
  const content = { action: 'verify', msg_time: START_MS / 1000, certificate };
  const event = 'life_trade_certificate_notify';
  return JSON.stringify({ event, content: JSON.stringify(content) });
}

interface SetAsideReason {
  readonly deliveries: {
    readonly deliveryId: string;
    readonly kind: string;
    readonly why: string;
  }[];
}

const listSetAside = async (setAside: string) =>
  (await hexiao.call<SetAsideReason>('GET', `/v1/set-aside/${setAside}`)).deliveries;

const pipeline = () => hexiao.call('GET', '/v1/pipeline');

/** A cooperation, whose event's id is made of this one: with its escapes it may be nine times as long. */
function cooperation(order_id: string): string {
  const content = {
    ...{ order_id, merchant_id: '7300000000000000001', partner_id: '7207000000000000001' },
    ...{ status: 301, event_time: START_MS },
  };
  const event = 'life_partner_order_notify';
  return JSON.stringify({ event, content: JSON.stringify(content) });
}

describe('signed content that is no event', () => {
  it.each([
    ['an order’s id of 200 characters', payment({ order_id: '1'.repeat(200) })],
    ['a merchant’s id of 3,000 characters', payment({ account_id: '1'.repeat(3_000) })],
    ['half a surrogate pair for an id', payment({ order_id: '\ud800' })],
    ['a hint’s order of 3,000 characters', redeemedHint({ order_id: '1'.repeat(3_000) })],
    ['a hint’s voucher of 129 characters', redeemedHint({ certificate_id: '1'.repeat(129) })],
    ['a time beyond all calendars', payment({ pay_time: 999_999_999_999_999 })],
  ])('is set aside and no dead letter: %s', async (_what, body) => {
    // Prepare: one that can be read is in the same batch.
    expect((await post(hexiao, body)).status).toBe(200);
    await post(hexiao, payment());
    // Act
    await hexiao.settle();
    // Assess
    expect(await pipeline()).toMatchObject({ quarantined: 1, hints: 0, idle: true });
    const [setAside] = await listSetAside('quarantined');
    expect(setAside?.why).toMatch(/did not fit|could not read/);
    expect(setAside?.why).not.toMatch(/1{100}/);
    expect((await hexiao.entries()).map(({ kind }) => kind)).toEqual(['payment']);
  });
});

describe('how long a body is kept', () => {
  it('is what the stage says, in the archive and on the set-aside list', async () => {
    hexiao.use({ ...hexiao.normalizeDeps, bodyDays: 30 });
    await post(hexiao, payment());
    await post(hexiao, payment({ order_id: '1'.repeat(200) }));
    await hexiao.settle();
    const items = await scanAll(hexiao.emulators.database);
    const ends = (of: string) =>
      items.filter(({ pk }) => String(pk).startsWith(of)).map(({ expiresAt }) => expiresAt);
    const inThirtyDays = START_MS / 1000 + 30 * 86_400;
    expect(ends('DELIVERY#')).toEqual([inThirtyDays, inThirtyDays]);
    expect(ends('SET-ASIDE#')).toEqual([inThirtyDays]);
  });
});

describe('an id that is long once it is escaped', () => {
  it.each([
    ['by its escapes', '合'.repeat(60)],
    ['and ends within a character where it is cut', `${'😀'.repeat(60)}a`],
  ])('is shortened and sets nothing aside: %s', async (_how, orderId) => {
    await post(hexiao, cooperation(orderId));
    await hexiao.settle();
    expect(await pipeline()).toMatchObject({ quarantined: 0, parked: 0, idle: true });
    expect(await listSetAside('quarantined')).toEqual([]);
  });
});

describe('a time that cannot be', () => {
  it.each([
    ['in 1972, of another unit than documented', 70_000_000],
    ['401 days before the app was registered', START_MS / 1000 - 401 * 86_400],
    ['two days ahead', START_MS / 1000 + 2 * 86_400],
    ['a year ahead', START_MS / 1000 + 365 * 86_400],
  ])('is not booked, and is shown: %s', async (_when, pay_time) => {
    await post(hexiao, payment({ pay_time }));
    await hexiao.settle();

    expect(await hexiao.entries()).toEqual([]);
    const [setAside] = await listSetAside('quarantined');
    expect(setAside?.why).toContain(`its time ${toInstant(pay_time * 1000)} is not between`);
  });

  it.each([
    ['399 days before the app was registered', START_MS / 1000 - 399 * 86_400],
    ['20 hours ahead', START_MS / 1000 + 20 * 3_600],
  ])('is another than one that can: %s is booked', async (_when, pay_time) => {
    await post(hexiao, payment({ pay_time }));
    await hexiao.settle();
    expect(await hexiao.entries()).toHaveLength(1);
    expect(await listSetAside('quarantined')).toEqual([]);
  });

  it('is booked by a replay once the operator says that the app’s facts begin earlier', async () => {
    await post(hexiao, payment({ pay_time: START_MS / 1000 - 500 * 86_400 }));
    await hexiao.settle();
    expect(await hexiao.entries()).toEqual([]);

    await register({ factsSince: '2023-01-01' });
    await hexiao.call('POST', '/v1/replays', { setAside: 'quarantined' });
    await hexiao.settle();

    expect(await hexiao.entries()).toHaveLength(1);
    expect(await pipeline()).toMatchObject({ quarantined: 0, idle: true });
  });

  it('is measured from the first registration, however often the app is registered again', async () => {
    nowMs += 100 * DAY_MS;
    await register({});
    await post(hexiao, payment({ pay_time: START_MS / 1000 - 399 * 86_400 }));
    await hexiao.settle();
    expect(await hexiao.entries()).toHaveLength(1);
  });

  it.each(integrationNames())('is refused in one place, for %s as well', async (name) => {
    const integration = findIntegration(name);
    if (integration === undefined) throw new Error('it is in the list');
    const { platform: _p, loop: _l, integration: _i, appKey: _a, ...rest } = paid();
    const { deliveryId: _d, recordedAt: _r, ...draft } = rest;
    const at = (ms: number): EventDraft => ({ ...draft, occurredAt: toInstant(ms) });
    const delivery = {
      ...{ deliveryId: '0'.repeat(64), integration: name, appKey: 'a', body: new Uint8Array() },
      receivedAt: toInstant(START_MS),
    };
    const sinceMs = START_MS - 400 * DAY_MS;
    const atMs = async (ms: number) => {
      const source = 'webhook' as const;
      const finding = { events: [at(ms)], source, delivery, integration, sinceMs };
      const { events, refused } = await sift(finding, async () => 'key', START_MS);
      expect(refused === undefined).toBe(events.length === 1);
      return events.length;
    };

    expect(await atMs(sinceMs - 1)).toBe(0);
    expect(await atMs(sinceMs)).toBe(1);
    expect(await atMs(START_MS + DAY_MS)).toBe(1);
    expect(await atMs(START_MS + DAY_MS + 1)).toBe(0);
  });
});

describe('a kind that nobody knows', () => {
  const PHONE = '13812345678';

  it('is logged as its hash and length, and shown to the operator as it came', async () => {
    const event = `of_${PHONE}_and_more`;
    await post(hexiao, JSON.stringify({ event, content: '{}' }));
    await hexiao.settle();

    expect(await listSetAside('parked')).toMatchObject([{ kind: event }]);
    expect(lines.join('\n')).not.toContain(PHONE);
    expect(lines.join('\n')).not.toContain('and_more');
    expect(lines.filter((line) => line.includes('delivery-parked'))).toEqual([
      expect.stringMatching(/"kind":"unknown:[0-9a-f]{12}:23"/),
    ]);
  });

  it('may be as long as it likes', async () => {
    await post(hexiao, JSON.stringify({ event: 'x'.repeat(200_000), content: '{}' }));
    await hexiao.settle();
    expect(await pipeline()).toMatchObject({ parked: 1, idle: true });
    expect((await listSetAside('parked'))[0]?.kind).toHaveLength(100);
  });

  it('that we know is logged by its name', async () => {
    await post(hexiao, payment());
    await hexiao.settle();
    expect(lines.join('\n')).toContain('life_trade_order_notify');
  });
});
