import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countSilentApps } from '../../../functions/reconcile/silent.ts';
import { signWebhook } from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import type { Fields } from '../../../lib/log/fields.ts';
import { AppsHeard } from '../../../lib/store/accounts/heard.ts';
import { discoverStore } from '../../../lib/store/accounts/parties.ts';
import { CLIENT_SECRET } from '../../support/douyin.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  ask,
  book,
  Clock,
  contractBody,
  expectProblem,
  fresh,
  gmvAnswer,
  MINUTE_MS,
  makeTenant,
  read,
  redemptionAt,
  WINDOW,
} from './support.ts';

const clock = new Clock();
let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
});

afterAll(() => hexiao?.stop());

const json = async (method: string, path: string, body?: object) => {
  const { status, text } = await ask(hexiao, method, path, body === undefined ? {} : { body });
  expect(status, text).toBe(200);
  return JSON.parse(text) as Record<string, unknown>;
};

const refuse = async (method: string, path: string, body: object) =>
  expectProblem(await ask(hexiao, method, path, { body }), 422, 'archived');

describe('what is registered', () => {
  it('is changed in what is named and in nothing else, and the trail says from what to what', async () => {
    const { providerId, merchantId } = await makeTenant(hexiao);
    const storeId = fresh('store');
    await discoverStore(hexiao.table, {
      ...{ platform: 'douyin', storeId, merchantId, name: '平台的名字', city: '成都' },
      namedBy: 'platform',
    });
    const patched = await json('PATCH', `/v1/stores/douyin/${storeId}`, { name: '我们的名字' });
    expect(patched).toMatchObject({ name: '我们的名字', city: '成都', namedBy: 'operator' });
    const list = `/v1/stores-registry?platform=douyin&merchantId=${merchantId}`;
    expect((await json('GET', list)).stores).toEqual([patched]);
    await json('PATCH', `/v1/providers/${providerId}`, { kind: 'saas' });
    await json('PATCH', `/v1/merchants/douyin/${merchantId}`, { name: '新名' });
    expect(await json('GET', `/v1/providers/${providerId}`)).toEqual({
      ...{ providerId, kind: 'saas', name: providerId },
    });
    const trail = await ask(hexiao, 'GET', `/v1/audit?subject=provider/${providerId}`);
    expect(trail.text).toMatch(
      /"before":\{[^}]*"kind":"agency"[^}]*\},"after":\{[^}]*"kind":"saas"/,
    );
    for (const path of [`providers/nobody`, 'merchants/douyin/nobody', 'stores/douyin/nobody']) {
      const none = await ask(hexiao, 'PATCH', `/v1/${path}`, { body: { name: 'x' } });
      expectProblem(none, 404, 'not-found');
    }
  });

  it('as an app keeps its secrets, loses the settings that are null, and takes no setting that is none', async () => {
    const path = '/v1/apps/douyin-life/patched';
    const settings = { apiBaseUrl: 'https://platform.test', factsSince: '2025-01-01' };
    await json('PUT', path, { secrets: { clientSecret: 'one' }, settings });
    const { live } = await json('GET', path);
    const patch = { settings: { factsSince: null, rateFactor: 2 } };
    expect(await json('PATCH', path, patch)).toMatchObject({
      settings: { apiBaseUrl: settings.apiBaseUrl, rateFactor: 2, enrichment: 'pull' },
      webhookUrl: 'http://localhost/webhooks/douyin-life/patched',
    });
    const after = await json('GET', path);
    expect(after).toMatchObject({ live, settings: { rateFactor: 2 } });
    expect(after.settings).not.toHaveProperty('factsSince');
    const wrong = await ask(hexiao, 'PATCH', path, { body: { settings: { rateFactr: 1 } } });
    expectProblem(wrong, 400, 'request-invalid');
    expect(await json('GET', path)).toEqual(after);
  });
});

describe('what is archived', () => {
  it('is out of the lists unless it is asked for, gets nothing new, and keeps its money', async () => {
    const { providerId, merchantId } = await makeTenant(hexiao);
    const storeId = fresh('store');
    await json('PUT', `/v1/stores/douyin/${storeId}`, { name: '店', merchantId });
    await book(hexiao, [redemptionAt({ merchantId }, storeId, { fen: 4_200 })]);
    const gmv = async () =>
      read(await ask(hexiao, 'GET', `/v1/gmv?${WINDOW}&providerId=${providerId}`), gmvAnswer);
    const before = await gmv();
    expect(before.total.redeemedFen).toBe(4_200);
    // Act
    const places = [
      [`/v1/providers/${providerId}`, '/v1/providers?limit=200', providerId],
      [`/v1/merchants/douyin/${merchantId}`, '/v1/merchants?platform=douyin&limit=200', merchantId],
      [
        `/v1/stores/douyin/${storeId}`,
        `/v1/stores-registry?platform=douyin&merchantId=${merchantId}`,
        storeId,
      ],
    ] as const;
    for (const [path] of places) {
      const { archivedAt } = await json('PATCH', path, { archived: true });
      clock.ms += MINUTE_MS;
      // Once more keeps its time; registered again it stays archived.
      expect(await json('PATCH', path, { archived: true })).toMatchObject({ archivedAt });
    }
    await json('PUT', `/v1/providers/${providerId}`, { name: '再来', kind: 'agency' });
    // Assess
    for (const [path, list, id] of places) {
      const shown = JSON.stringify(await json('GET', path));
      expect(shown).toContain('archivedAt');
      expect(JSON.stringify(await json('GET', list))).not.toContain(`"${id}"`);
      expect(JSON.stringify(await json('GET', `${list}&archived=true`))).toContain(`"${id}"`);
    }
    const other = await makeTenant(hexiao);
    const ours = contractBody({ providerId, merchantId: other.merchantId });
    expect((await refuse('POST', '/v1/contracts', ours)).detail).toContain('provider');
    const theirs = contractBody({ providerId: other.providerId, merchantId });
    expect((await refuse('POST', '/v1/contracts', theirs)).detail).toContain('merchant');
    await refuse('PUT', `/v1/stores/douyin/${fresh('store')}`, { name: '新店', merchantId });
    await refuse('POST', '/v1/tokens', { name: 't', role: 'viewer', providerId });
    await refuse('POST', '/v1/members', { name: 'm', role: 'viewer', providerId });
    await refuse('POST', `/v1/providers/${providerId}/tokens`, { role: 'viewer' });
    // What still comes is booked by the contract in force.
    await book(hexiao, [redemptionAt({ merchantId }, storeId, { fen: 1_000, minutes: 5 })]);
    expect((await gmv()).total.redeemedFen).toBe(5_200);
    // Taken back, everything is as before.
    for (const [path, list, id] of places) {
      expect(await json('PATCH', path, { archived: false })).not.toHaveProperty('archivedAt');
      expect(JSON.stringify(await json('GET', list))).toContain(`"${id}"`);
    }
    await json('PUT', `/v1/stores/douyin/${fresh('store')}`, { name: '新店', merchantId });
  });

  it('as an app still takes webhooks, and has no till and no silence', async () => {
    const appKey = fresh('app');
    const path = `/v1/apps/douyin-life/${appKey}`;
    await json('PUT', path, {
      ...{ secrets: { clientSecret: CLIENT_SECRET }, settings: { factsSince: '2025-01-01' } },
    });
    await new AppsHeard(hexiao.table).hear([
      { integration: 'douyin-life', appKey, receivedAt: new Date(clock.ms).toISOString() },
    ]);
    const silentNow = () => {
      const named: Fields[] = [];
      const log = (_level: string, _what: string, fields: Fields = {}) => named.push(fields);
      const nowMs = clock.ms + 800 * MINUTE_MS;
      const deps = { table: hexiao.table, now: () => nowMs, silentAfterMinutes: 720 };
      return countSilentApps({ ...deps, log }).then(() => JSON.stringify(named).includes(appKey));
    };
    expect(await silentNow()).toBe(true);
    expect(await json('PATCH', path, { archived: true })).toHaveProperty('archivedAt');
    expect(await silentNow()).toBe(false);
    expect(JSON.stringify(await json('GET', '/v1/apps?limit=200'))).not.toContain(appKey);
    expect(JSON.stringify(await json('GET', '/v1/apps?limit=200&archived=true'))).toContain(appKey);
    // A payment of then is booked.
    const order = {
      order_id: fresh('1'),
      account_id: '7300',
      pay_amount: 9_900,
      original_amount: 9_900,
    };
    const content = {
      ...{ action: 'pay_success', msg_time: clock.ms / 1000 },
      order: { ...order, pay_time: Math.floor(clock.ms / 1000) },
    };
    const body = JSON.stringify({
      event: 'life_trade_order_notify',
      content: JSON.stringify(content),
    });
    const before = (await hexiao.entries()).length;
    const sent = await hexiao.ingest.request(`/webhooks/douyin-life/${appKey}`, {
      method: 'POST',
      headers: { 'x-douyin-signature': signWebhook(CLIENT_SECRET, body) },
      body,
    });
    expect(sent.status).toBe(200);
    await hexiao.settle();
    expect((await hexiao.entries()).length).toBe(before + 1);
    await refuse('POST', '/v1/redemptions', {
      ...{ integration: 'douyin-life', appKey, requestId: fresh('request'), merchantId: '7300' },
      ...{ storeId: '7055', code: '1234567890' },
    });
  });
});
