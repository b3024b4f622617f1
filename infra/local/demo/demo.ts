import { newToken } from '../../../lib/crypto/hash.ts';
import {
  type Sandbox,
  seededRandom,
  startSandbox,
} from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import { Table } from '../../../lib/store/table.ts';
import { TABLE_NAME } from '../emulators.ts';
import type { LocalHexiao } from '../hexiao.ts';
import { DEMO_CITY, DEMO_PROVIDERS } from './city.ts';
import { freshIds, Play } from './play.ts';
import { demoTokens, seedCity } from './seed.ts';

const APP_KEY = 'aw0000000000demo';

/** Between two things that happen in the city. */
const EVERY_MS = 1_000;

export interface Demo {
  /** Where to click and which token to use. */
  readonly greeting: readonly string[];
  /** Nothing happens in the city any more; its platform still answers. */
  pause(): Promise<void>;
  stop(): Promise<void>;
}

/** The sandbox plays a small city against this Hexiao, through its front door. */
export async function startDemo(hexiao: LocalHexiao, { data }: { data: string }): Promise<Demo> {
  const startedAtMs = Date.now();
  const clientSecret = newToken('hxo');
  const webhookUrl = `${hexiao.url}/webhooks/douyin-life/${APP_KEY}`;
  const sandbox = await startSandbox({
    clientKey: APP_KEY,
    clientSecret,
    nextId: freshIds(startedAtMs),
    webhook: { url: webhookUrl },
  });
  stockCity(sandbox);
  const table = new Table(hexiao.emulators.database, TABLE_NAME);
  await seedCity(table, { appKey: APP_KEY, clientSecret, apiBaseUrl: sandbox.url });
  const tokens = await demoTokens(table, data);
  const random = seededRandom(startedAtMs);
  const play = new Play({ sandbox, webhookUrl, clientSecret, random, everyMs: EVERY_MS });
  play.start();
  return {
    greeting: greeting(hexiao.url, sandbox.url, tokens),
    pause: () => play.stop(),
    stop: () => sandbox.stop(),
  };
}

function stockCity({ world }: Sandbox): void {
  for (const { merchantId: accountId, name, stores, products } of DEMO_CITY) {
    world.addMerchant({ accountId, name });
    for (const { storeId: poiId, ...store } of stores)
      world.addStore({ accountId, poiId, ...store });
    for (const product of products) world.addProduct({ accountId, ...product });
  }
}

function greeting(url: string, sandboxUrl: string, tokens: Record<string, string>): string[] {
  return [
    'The demo plays a small city: six merchants, three providers, a redemption every other second.',
    `  Open ${url}/ and sign in with the token of one of them:`,
    ...DEMO_PROVIDERS.map(({ providerId, name }) => `    ${tokens[providerId]}  ${name}`),
    `  The platform it plays on is a sandbox: curl ${sandboxUrl}/sandbox`,
    '  HEXIAO_DEMO=off starts empty.',
  ];
}
