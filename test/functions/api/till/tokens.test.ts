import { afterEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../../lib/integrations/douyin-life/sandbox/endpoints/till.ts';
import {
  countingIds,
  IssuedTokens,
  sandboxApp,
  signWebhook,
  World,
} from '../../../../lib/integrations/douyin-life/sandbox/index.ts';
import { startSandbox } from '../../../../lib/integrations/kuaishou-life/sandbox/index.ts';
import { scanAll } from '../../../support/scan.ts';
import { done, MERCHANT_SETTINGS, problemOf, STORE, Till, worth } from './support.ts';

let till: Till;

afterEach(() => till?.close());

describe('a merchant’s refresh token at Kuaishou, registered', () => {
  const appId = 'ks-life-tokens';
  const appSecret = 'app secret of the tokens';

  async function open() {
    const sandbox = startSandbox({ appId, appSecret, code: 'code' });
    sandbox.tellsResults = true;
    const authorize = async () => {
      const query = { app_id: appId, app_secret: appSecret, grant_type: 'code', code: 'code' };
      const answer = await sandbox.app.request(
        `/oauth2/access_token?${new URLSearchParams(query)}`,
      );
      return ((await answer.json()) as { refresh_token: string }).refresh_token;
    };
    const shop = {
      ...({ integration: 'kuaishou-life', platform: 'kuaishou', appKey: appId } as const),
      secrets: { signSecret: 'sign secret', appSecret, 'refreshToken:m1': await authorize() },
      settings: MERCHANT_SETTINGS,
    };
    // Hexiao's clock stands still: a lease does not run out because the machine is slow.
    const nowMs = Date.now();
    till = await Till.open(shop, sandbox.app, () => nowMs);
    return { authorize };
  }

  const asked = (requestId: string) => ({
    ...{ requestId, storeId: STORE, order: { orderId: '7001' }, amounts: worth(5_000) },
    ...{ encryptedData: 'an encrypted code', vouchers: [{ voucherId: `c-${requestId}` }] },
  });

  it('is all that the till needs, and is renewed once for many acts', async () => {
    // Prepare
    await open();
    // Act
    for (const id of ['request-1', 'request-2', 'request-3']) done(await till.redeem(asked(id)));
    // Assess: one renewal, three acts
    expect(till.callCount).toBe(4);
    expect(await till.gmv()).toMatchObject({ redeemedFen: 15_000, redeemedCount: 3 });
  });

  it('whose renewal’s answer got lost holds the till up, and is said to be lost', async () => {
    // Prepare
    await open();
    till.loses = { what: 'answer', of: 'oauth2/refresh_token' };
    // Act
    const lost = problemOf(await till.redeem(asked('request-1')));
    till.loses = null;
    const early = problemOf(await till.redeem(asked('request-1')));
    // Assess
    expect([lost.code, early.code]).toEqual(['platform-unavailable', 'platform-unavailable']);
    expect(early.detail).toContain('another worker renews the token');
  });

  it('is given up for the one that the operator registers anew', async () => {
    // Prepare
    const { authorize } = await open();
    done(await till.redeem(asked('request-1')));
    // Act: the new authorisation ends the old
    const refreshToken = await authorize();
    await till.hexiao.call('PUT', `/v1/apps/kuaishou-life/${appId}`, {
      secrets: { appSecret, refreshToken },
      settings: { ...MERCHANT_SETTINGS, apiBaseUrl: till.url },
    });
    // Assess
    done(await till.redeem(asked('request-2')));
  });

  it('brings tokens that are nowhere in the table in clear', async () => {
    // Prepare
    await open();
    done(await till.redeem(asked('request-1')));
    // Act
    const items = await scanAll(till.hexiao.emulators.database);
    const kept = items.filter(({ pk }) => String(pk).startsWith('PLATFORM-TOKEN#'));
    // Assess: of the platform's two answers only the registered one stands, with its app
    expect(kept).toHaveLength(1);
    const text = JSON.stringify(items, (_name, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    expect(text).toContain('refresh-1');
    expect(text).not.toMatch(/access-\d|refresh-2/);
  });
});

describe('Douyin’s client_token, of which only the two newest are good', () => {
  const clientKey = 'aw00000000tokens';
  const clientSecret = 'client-secret-of-the-tokens';

  class CountingCallbackRecords extends IssuedTokens {
    issued = 0;
    override issue() {
      this.issued += 1;
      return super.issue();
    }
  }

  it('is one for the till and the workers, and is renewed once for all', async () => {
    // Prepare
    const now = Date.now;
    const world = new World({ clientKey, now, nextId: countingIds() });
    world.addMerchant({ accountId: 'm1', name: '商家' });
    world.addStore({ accountId: 'm1', poiId: STORE, name: '一店', city: '上海' });
    world.addProduct({ accountId: 'm1', productId: 'p1', name: '双人套餐', priceFen: 9_900 });
    const tokens = new CountingCallbackRecords(now);
    const shop = {
      ...({ integration: 'douyin-life', platform: 'douyin', appKey: clientKey } as const),
      ...{ secrets: { clientSecret }, settings: {} },
    };
    till = await Till.open(shop, sandboxApp({ world, clientSecret, limits: {}, tokens }), now);
    const redeemOne = async (requestId: string) => {
      const [certificate] = world.sell({ productId: 'p1' }).certificates;
      if (certificate === undefined) throw new Error('nothing was sold');
      done(await till.redeem({ requestId, code: codeOf(certificate), storeId: STORE }));
      for (const { body } of world.takeOutbox()) {
        const headers = { 'x-douyin-signature': signWebhook(clientSecret, body) };
        const path = `/webhooks/douyin-life/${clientKey}`;
        await till.hexiao.ingest.request(path, { method: 'POST', headers, body });
      }
      await till.hexiao.settle();
    };
    // Act
    await redeemOne('request-1');
    const before = tokens.issued;
    tokens.revokeAll();
    await redeemOne('request-2');
    // Assess
    expect([before, tokens.issued]).toEqual([1, 2]);
    expect(await till.gmv()).toMatchObject({ redeemedCount: 2 });
  });
});
