import { setTimeout as sleep } from 'node:timers/promises';
import { loadFromSource } from '../../../infra/local/functions.ts';
import { startHexiao } from '../../../infra/local/hexiao.ts';
import { sha256Hex } from '../../../lib/crypto/hash.ts';
import { signWebhook, startSandbox } from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import { silent } from '../../../lib/log/log.ts';
import { businessDayAt } from '../../../lib/time/shanghai.ts';
import { TEST_BODY_KEYS_FILE } from '../../support/body-keys-file.ts';

const APP_KEY = 'aw0000000000local';
const SECRET = 'secret_of_the_local_0001';
const TOKEN = 'operator-token-of-the-bench';

/** Between two looks at the total. */
const LOOK_MS = 5;
const LONGEST_MS = 30_000;

/** The local run as `npm start` starts it, with a provider, a merchant and a store. */
export interface LocalRun {
  readonly url: string;
  readonly poiId: string;
  readonly call: (method: string, path: string, body?: object) => Promise<unknown>;
  /** Sells a voucher, and waits until its webhook was answered. @returns what redeems it and sends that webhook */
  readonly sell: () => Promise<() => Promise<void>>;
}

/**
 * How long after each webhook the total over HTTP has it, in the local run as `npm start` starts it, one redemption after
 * the other: this machine's time, in ms.
 */
export function localWaits(vouchers: number): Promise<number[]> {
  return withLocal(async ({ call, sell }) => {
    const redeemed = async () => {
      const day = businessDayAt(Date.now());
      const path = `/v1/gmv?providerId=p1&from=${day}&to=${day}`;
      const { total } = (await call('GET', path)) as { total: { redeemedCount: number } };
      return total.redeemedCount;
    };
    const waits: number[] = [];
    for (let index = 0; index < vouchers; index += 1) {
      const redeem = await sell();
      const before = await redeemed();
      const sentMs = performance.now();
      await redeem();
      while ((await redeemed()) === before) {
        if (performance.now() - sentMs > LONGEST_MS) throw new Error('a redemption did not come');
        await sleep(LOOK_MS);
      }
      waits.push(performance.now() - sentMs);
    }
    return waits;
  });
}

export async function withLocal<T>(run: (local: LocalRun) => Promise<T>): Promise<T> {
  const sandbox = await startSandbox({ clientKey: APP_KEY, clientSecret: SECRET, limits: {} });
  const hexiao = await startHexiao({
    bodyKeysFile: TEST_BODY_KEYS_FILE,
    proofKeysFile: TEST_BODY_KEYS_FILE,
    port: 0,
    operatorTokenHash: sha256Hex(TOKEN),
    loadFunction: loadFromSource,
    log: silent,
  });
  try {
    const call = async (method: string, path: string, body?: object): Promise<unknown> => {
      const answer = await fetch(`${hexiao.url}${path}`, {
        method,
        headers: { authorization: `Bearer ${TOKEN}` },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
      return answer.json();
    };
    const { world } = sandbox;
    const { accountId } = world.addMerchant({ name: '山月火锅' });
    const { poiId } = world.addStore({ accountId, name: '静安店', city: '上海' });
    const product = { accountId, name: '双人套餐', priceFen: 12_800 };
    const { productId } = world.addProduct(product);
    await call('PUT', `/v1/apps/douyin-life/${APP_KEY}`, {
      secrets: { clientSecret: SECRET },
      settings: { apiBaseUrl: sandbox.url, factsSince: '2025-01-01' },
    });
    await call('PUT', '/v1/providers/p1', { name: '星河代运营', kind: 'agency' });
    await call('PUT', `/v1/merchants/douyin/${accountId}`, { name: '山月火锅' });
    await call('POST', '/v1/contracts', {
      ...{ providerId: 'p1', platform: 'douyin', merchantId: accountId, mode: 'agency' },
      ...{ shareBp: 10_000, rateBp: 500, startsAt: '2025-01-01T00:00:00+08:00' },
    });
    const post = async () => {
      for (const { body } of world.takeOutbox()) {
        const answer = await fetch(`${hexiao.url}/webhooks/douyin-life/${APP_KEY}`, {
          method: 'POST',
          headers: { 'x-douyin-signature': signWebhook(SECRET, body) },
          body,
        });
        if (answer.status !== 200) throw new Error(`a webhook was answered ${answer.status}`);
      }
    };
    const sell = async () => {
      const { certificates } = world.sell({ productId, channel: '直播' });
      await post();
      return async () => {
        world.redeem(certificates[0]?.certificateId ?? '', poiId);
        await post();
      };
    };
    return await run({ url: hexiao.url, poiId, call, sell });
  } finally {
    await hexiao.stop();
    await sandbox.stop();
  }
}
