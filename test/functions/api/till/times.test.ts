import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { MeituanSandbox } from '../../../../lib/integrations/meituan/sandbox/server.ts';
import { PLACES } from './race-scenes.ts';
import { done, MERCHANT_SETTINGS, problemOf, STORE, Till } from './support.ts';

let nowMs: number;
let till: Till;

beforeEach(() => {
  nowMs = Math.floor(Date.now() / 1000) * 1000;
});

afterEach(() => till?.close());

const eventsSchema = z.object({
  events: z.array(z.looseObject({ kind: z.string(), occurredAt: z.string() })),
});

/** When the voucher's event of this kind happened, epoch ms. */
async function timeOf(platform: string, voucherId: string, kind: string): Promise<number> {
  await till.hexiao.settle();
  const path = `/v1/vouchers/${platform}/${voucherId}`;
  const { events } = eventsSchema.parse(await till.hexiao.call('GET', path));
  return Date.parse(events.find((event) => event.kind === kind)?.occurredAt ?? '');
}

/** Which press a reversal is dated by, where the first was lost on its way and the second was done. */
const REVERSED_AT = {
  // Its records say when.
  'douyin-life': 'second',
  // No known call says when: until a report of the platform's does, the first press is the estimate.
  'douyin-miniapp': 'first',
  'kuaishou-miniapp': 'first',
  'kuaishou-shop': 'first',
  meituan: 'first',
  'meituan, a restaurant': 'first',
  'meituan, with 点评': 'first',
} as const;

it.each(Object.entries(REVERSED_AT))(
  '%s: a reversal is dated by the %s press',
  async (name, by) => {
    // Prepare
    const appKey = 'app-of-a-till';
    const place = await PLACES[name]?.(appKey, () => nowMs);
    if (place?.reverse === undefined) throw new Error(`${name} takes nothing back`);
    const { integration, secrets, settings } = place.app;
    const shop = { integration, platform: place.platform, appKey, secrets, settings };
    till = await Till.open(shop, place.api, () => nowMs);
    const withUrl = { ...settings, apiBaseUrl: till.url, dianpingApiBaseUrl: till.url };
    if (integration === 'meituan') {
      await till.hexiao.call('PUT', `/v1/apps/meituan/${appKey}`, { secrets, settings: withUrl });
    }
    const [act] = done(await till.redeem({ ...place.redeem, requestId: 'request-1' })).acts;
    const voucherId = act?.voucherId ?? '';
    nowMs += 60_000;
    const presses = { first: nowMs, second: nowMs + 240_000 };
    const back = { ...place.reverse, requestId: 'reversal-1' };
    till.loses = { what: 'request', of: '/' };
    expect((await till.reverse(back)).status).toBe(503);
    till.loses = null;
    // Act
    nowMs = presses.second;
    done(await till.reverse(back));
    // Assess
    const at = await timeOf(place.platform, voucherId, 'voucher.redemption_reversed');
    expect(at).toBe(presses[by]);
  },
);

describe('a code that Meituan’s answer does not date', () => {
  const CODE = '0123456789012';
  const asked = { requestId: 'request-1', code: CODE, storeId: STORE };
  let sandbox: MeituanSandbox;

  async function open(desk: 'retail' | 'dianping'): Promise<void> {
    const keys = { developerId: '100888', signKey: 'a sign key' };
    const dianping = { dianpingAppKey: 'dianping', dianpingSecret: 'a secret' };
    sandbox = new MeituanSandbox({ ...keys, ...dianping, now: () => nowMs });
    const deal = { dealId: '700', priceYuan: 99, platformYuan: '5.00' };
    sandbox.till.sell({ code: CODE, orderId: 'o1', ...deal });
    const appKey = keys.developerId;
    const secrets = {
      ...{ signKey: keys.signKey, dianpingSecret: dianping.dianpingSecret },
      ...{ appAuthToken: 'token', dianpingSession: 'session' },
    };
    const settings = { ...MERCHANT_SETTINGS, till: desk, dianpingAppKey: 'dianping' };
    const shop = {
      integration: 'meituan',
      platform: 'meituan',
      appKey,
      secrets,
      settings,
    } as const;
    till = await Till.open(shop, sandbox.app, () => nowMs);
    const urls = { apiBaseUrl: till.url, dianpingApiBaseUrl: till.url };
    await till.hexiao.call('PUT', `/v1/apps/meituan/${appKey}`, {
      ...{ secrets, settings: { ...settings, ...urls } },
    });
  }

  /** The call to redeem never reached the platform. */
  async function losePress(): Promise<void> {
    till.loses = { what: 'request', of: '/consume' };
    expect((await till.redeem(asked)).status).toBe(503);
    till.loses = null;
  }

  it('is dated by getconsumed, where a repetition used it a day later', async () => {
    // Prepare
    await open('dianping');
    await losePress();
    nowMs += 86_400_000;
    const data = { receipt_code: CODE, verify_time: nowMs / 1000, verify_channel: 15 };
    till.replaces = { of: 'getconsumed', with: { code: 200, data } };
    // Act
    done(await till.redeem(asked));
    // Assess
    expect(await timeOf('meituan', CODE, 'voucher.redeemed')).toBe(nowMs);
  });

  it('is dated by the first press, where getconsumed does not say', async () => {
    // Prepare
    await open('dianping');
    const first = nowMs;
    await losePress();
    nowMs += 3_600_000;
    till.replaces = { of: 'getconsumed', with: { code: 403, msg: 'a word of theirs' } };
    // Act
    done(await till.redeem(asked));
    // Assess
    expect(await timeOf('meituan', CODE, 'voucher.redeemed')).toBe(first);
  });

  it('is refused as redeemed elsewhere, where another request of a till used it since', async () => {
    // Prepare
    await open('retail');
    await losePress();
    done(await till.redeem({ ...asked, requestId: 'request-2' }));
    // Act
    const replies = [await till.redeem(asked), await till.redeem(asked)];
    // Assess
    for (const reply of replies) {
      expect(problemOf(reply)).toMatchObject({ status: 422, code: 'platform-refused' });
      expect(problemOf(reply).detail).toContain('redeemed elsewhere');
      expect(reply.text).not.toContain(CODE);
    }
  });

  it.each([
    ['long before', { verify_time: '2026-01-01 10:00:00', verify_channel: 15 }, 422],
    ['since, by the merchant’s own app', { verify_time: null, verify_channel: 1 }, 422],
    ['since, by some third party’s call', { verify_time: null, verify_channel: 15 }, 503],
    ['at a time and by a way that are not told', {}, 503],
  ])('with 点评: a code that was used %s ends so', async (_when, shown, status) => {
    // Prepare
    await open('dianping');
    await losePress();
    sandbox.till.use(CODE, 1, 'somebody-elses');
    // Act
    till.replaces = {
      of: 'getconsumed',
      with: { code: 200, data: { receipt_code: CODE, ...shown } },
    };
    const reply = await till.redeem(asked);
    // Assess
    expect(reply.status).toBe(status);
    if (status === 422) expect(problemOf(reply).detail).toContain('redeemed elsewhere');
  });
});
