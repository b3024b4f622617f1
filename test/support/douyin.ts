import {
  countingIds,
  type IdSource,
  sandboxApp,
  signWebhook,
  type WebhookMessage,
  World,
} from '../../lib/integrations/douyin-life/sandbox/index.ts';
import type { HexiaoUnderTest } from './hexiao.ts';
import { urlOf } from './platform-fetch.ts';

export const APP_KEY = 'aw0000000000test';
export const CLIENT_SECRET = 'test_client_secret_0001';

/** The platform of a test: a world, and its API answered in process. */
export interface DouyinUnderTest {
  readonly world: World;
  readonly fetch: typeof globalThis.fetch;
  /** Sets the world's clock, epoch ms. */
  setNow(ms: number): void;
}

/** 2025-10-09 16:53:20 in Shanghai: the time of the documented samples. */
export const SAMPLE_TIME = 1_760_000_000_000;

export function startDouyin(nextId: IdSource = countingIds()): DouyinUnderTest {
  let nowMs = SAMPLE_TIME;
  const world = new World({ clientKey: APP_KEY, now: () => nowMs, nextId });
  const app = sandboxApp({ world, clientSecret: CLIENT_SECRET, limits: {} });
  return {
    world,
    fetch: async (input, init) => app.request(urlOf(input), init),
    setNow(ms) {
      nowMs = ms;
    },
  };
}

/** Registers the app, one provider and its token. */
export async function registerApp(hexiao: HexiaoUnderTest, settings: object = {}): Promise<void> {
  await hexiao.call('PUT', `/v1/apps/douyin-life/${APP_KEY}`, {
    secrets: { clientSecret: CLIENT_SECRET },
    settings: { apiBaseUrl: 'http://platform.test', factsSince: '2025-01-01', ...settings },
  });
}

export async function registerProvider(
  hexiao: HexiaoUnderTest,
  providerId: string,
): Promise<string> {
  await hexiao.call('PUT', `/v1/providers/${providerId}`, { name: providerId, kind: 'agency' });
  const path = `/v1/providers/${providerId}/tokens`;
  const { token } = await hexiao.call<{ token: string }>('POST', path, { role: 'viewer' });
  return token;
}

export async function registerContract(
  hexiao: HexiaoUnderTest,
  contract: { providerId: string; merchantId: string; shareBp?: number; rateBp?: number },
): Promise<void> {
  const { merchantId } = contract;
  await hexiao.call('PUT', `/v1/merchants/douyin/${merchantId}`, { name: merchantId });
  await hexiao.call('POST', '/v1/contracts', {
    ...{ platform: 'douyin', mode: 'agency', shareBp: 10_000, rateBp: 500 },
    ...contract,
    startsAt: '2025-01-01T00:00:00+08:00',
  });
}

/** Posts a signed webhook as the platform does. */
export async function post(hexiao: HexiaoUnderTest, body: string): Promise<Response> {
  return postTo(hexiao, APP_KEY, body);
}

/** The same, to another app. */
export async function postTo(
  hexiao: HexiaoUnderTest,
  appKey: string,
  body: string,
  signature = signWebhook(CLIENT_SECRET, body),
): Promise<Response> {
  return hexiao.ingest.request(`/webhooks/douyin-life/${appKey}`, {
    method: 'POST',
    headers: { 'x-douyin-signature': signature, 'content-type': 'application/json' },
    body,
  });
}

export async function postAll(
  hexiao: HexiaoUnderTest,
  messages: readonly WebhookMessage[],
): Promise<void> {
  for (const { body } of messages) {
    const response = await post(hexiao, body);
    if (response.status !== 200) throw new Error(`a webhook was answered ${response.status}`);
  }
}
