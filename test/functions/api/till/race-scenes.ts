import type { Platform } from '../../../../lib/events/id.ts';
import { codeOf } from '../../../../lib/integrations/douyin-life/sandbox/endpoints/till.ts';
import {
  countingIds,
  World as LifeWorld,
  sandboxApp as lifeApp,
} from '../../../../lib/integrations/douyin-life/sandbox/index.ts';
import { sandboxApp as miniappApp } from '../../../../lib/integrations/douyin-miniapp/sandbox/server.ts';
import { makeKeyPair } from '../../../../lib/integrations/douyin-miniapp/sandbox/sign.ts';
import { World as MiniappWorld } from '../../../../lib/integrations/douyin-miniapp/sandbox/world.ts';
import type { App } from '../../../../lib/integrations/kit/app.ts';
import { startSandbox as startKuaishouLife } from '../../../../lib/integrations/kuaishou-life/sandbox/index.ts';
import { startSandbox as startKuaishouMiniapp } from '../../../../lib/integrations/kuaishou-miniapp/sandbox/server.ts';
import {
  SANDBOX_METHODS,
  ShopSandbox,
} from '../../../../lib/integrations/kuaishou-shop/sandbox/server.ts';
import { MeituanSandbox } from '../../../../lib/integrations/meituan/sandbox/server.ts';
import type { Api } from '../../../../lib/integrations/sandbox-kit/player.ts';
import { MERCHANT_SETTINGS, STORE, worth } from './support.ts';

/** One platform with one sold voucher, and what is truly so of it. */
export interface Scene {
  readonly platform: Platform;
  readonly api: Api;
  readonly app: Pick<App, 'integration' | 'secrets' | 'settings'>;
  /** The bodies of the two calls, without their requestId. */
  readonly redeem: object;
  readonly reverse?: object;
  /** How often the voucher was ever used, and how many uses stand. */
  readonly truth: () => { readonly uses: number; readonly standing: number };
}

type Clock = () => number;

const pair = makeKeyPair();

const asked = { storeId: STORE, amounts: worth(5_000) };

export const PLACES: Readonly<Record<string, (appKey: string, now: Clock) => Promise<Scene>>> = {
  'douyin-life': async (appKey, now) => {
    const world = new LifeWorld({ clientKey: appKey, now, nextId: countingIds() });
    world.addMerchant({ accountId: 'm1', name: '商家' });
    world.addStore({ accountId: 'm1', poiId: STORE, name: '一店', city: '上海' });
    world.addProduct({ accountId: 'm1', productId: 'p1', name: '套餐', priceFen: 5_000 });
    const [certificate] = world.sell({ productId: 'p1' }).certificates;
    if (certificate === undefined) throw new Error('nothing was sold');
    const { certificateId } = certificate;
    return {
      platform: 'douyin',
      api: lifeApp({ world, clientSecret: 'secret', limits: {} }),
      app: {
        integration: 'douyin-life',
        secrets: { clientSecret: ['secret'] },
        settings: { enrichment: 'pull', merchantId: 'm1' },
      },
      redeem: { storeId: STORE, code: codeOf(certificate) },
      reverse: { voucherId: certificateId },
      truth: () => {
        const { acts } = world.find(certificateId).certificate;
        const uses = acts.filter(({ kind }) => kind === 'redeemed').length;
        return { uses, standing: uses - acts.filter(({ kind }) => kind === 'cancelled').length };
      },
    };
  },

  'douyin-miniapp': async (appId, now) => {
    const world = new MiniappWorld(now);
    world.sell({
      ...{ itemOrderId: 'i1', certificateId: 'c1', orderId: 'o1', outOrderNo: 'out-o1' },
      ...{ code: '104500330012', priceFen: 5_000 },
    });
    const secrets = { clientSecret: ['secret'], platformPublicKeys: [pair.publicKey] };
    return {
      platform: 'douyin',
      api: miniappApp({ world, appId, clientSecret: 'secret' }).app,
      app: {
        integration: 'douyin-miniapp',
        secrets,
        settings: { enrichment: 'none', ...MERCHANT_SETTINGS },
      },
      redeem: { ...asked, code: '104500330012' },
      reverse: { voucherId: 'i1', certificateId: 'c1' },
      truth: () => ({
        uses: world.acts().length,
        standing: world.acts().filter((act) => act.cancelledAtMs === null).length,
      }),
    };
  },

  'kuaishou-life': async (appId) => {
    const sandbox = startKuaishouLife({ appId, appSecret: 'secret', code: 'code' });
    sandbox.tellsResults = true;
    const query = new URLSearchParams({
      ...{ app_id: appId, app_secret: 'secret', grant_type: 'code', code: 'code' },
    });
    const authorized = await sandbox.app.request(`/oauth2/access_token?${query}`);
    const { access_token: accessToken } = (await authorized.json()) as { access_token: string };
    return {
      platform: 'kuaishou',
      api: sandbox.app,
      app: {
        integration: 'kuaishou-life',
        secrets: { signSecret: ['secret'], accessToken: [accessToken] },
        settings: { enrichment: 'none', ...MERCHANT_SETTINGS },
      },
      redeem: {
        ...{ ...asked, order: { orderId: '7001' }, encryptedData: 'an encrypted code' },
        vouchers: [{ voucherId: 'c7001' }],
      },
      truth: () => {
        const uses = sandbox.redeemed.get('c7001') ?? 0;
        return { uses, standing: uses };
      },
    };
  },

  'kuaishou-miniapp': async (appId) => {
    const secrets = { appSecret: 'secret', accessToken: 'token' };
    const sandbox = startKuaishouMiniapp({ appId, ...secrets });
    const order = {
      ...{ orderId: '12001', ownOrderId: 'out-12001', buyerId: 'open-id-of-a-buyer' },
      createdAt: '2026-01-01T10:00:00+08:00',
    };
    const states = () => sandbox.reports.map(({ order_status }) => order_status);
    return {
      platform: 'kuaishou',
      api: sandbox.app,
      app: {
        integration: 'kuaishou-miniapp',
        secrets: { appSecret: ['secret'], accessToken: ['token'] },
        settings: { enrichment: 'none', ...MERCHANT_SETTINGS },
      },
      redeem: { ...asked, order },
      reverse: { voucherId: '12001', storeId: STORE, order },
      // A report says a state: the same one again changes nothing.
      truth: () => ({
        uses: states().filter((state, at, all) => state === 11 && all[at - 1] !== 11).length,
        standing: states().at(-1) === 11 ? 1 : 0,
      }),
    };
  },

  'kuaishou-shop': async (appKey) => {
    const sandbox = new ShopSandbox({ appKey, signSecret: 'secret', accessToken: 'token' });
    const post = { http: 'POST' as const };
    return {
      platform: 'kuaishou',
      api: sandbox.app,
      app: {
        integration: 'kuaishou-shop',
        secrets: { signSecret: ['secret'], accessToken: ['token'] },
        settings: {
          ...{ enrichment: 'none', ...MERCHANT_SETTINGS, callsPerSecond: 1_000 },
          consumeEndpoint: { ...SANDBOX_METHODS.consume, ...post },
          reverseEndpoint: { ...SANDBOX_METHODS.reverse, ...post },
        },
      },
      redeem: {
        ...{ storeId: STORE, storeName: '一店', order: { orderId: '9001' } },
        vouchers: [{ voucherId: '8001', code: '12345678', amounts: worth(5_000) }],
      },
      reverse: { voucherId: '8001' },
      truth: () => ({ uses: sandbox.everUsed.size, standing: sandbox.uses.size }),
    };
  },

  meituan: (appKey, now) => meituan('retail', appKey, now),
  'meituan, a restaurant': (appKey, now) => meituan('dining', appKey, now),
  'meituan, with 点评': (appKey, now) => meituan('dianping', appKey, now),
};

async function meituan(till: string, developerId: string, now: Clock): Promise<Scene> {
  const keys = { developerId, signKey: 'secret', dianpingAppKey: developerId };
  const sandbox = new MeituanSandbox({ ...keys, dianpingSecret: 'secret', now });
  const code = '0123456789012';
  const deal = { dealId: '700', priceYuan: 50, platformYuan: '5.00' };
  sandbox.till.sell({ code, orderId: 'o1', ...deal });
  return {
    platform: 'meituan',
    api: sandbox.app,
    app: {
      integration: 'meituan',
      secrets: {
        ...{ signKey: ['secret'], dianpingSecret: ['secret'] },
        ...{ appAuthToken: ['token'], dianpingSession: ['session'] },
      },
      settings: { enrichment: 'none', ...MERCHANT_SETTINGS, till },
    },
    redeem: { ...asked, code },
    reverse: { voucherId: code },
    truth: () => ({
      uses: sandbox.till.everUsed().length,
      standing: sandbox.till.used().length,
    }),
  };
}
