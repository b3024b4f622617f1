import { newToken } from '../../../lib/crypto/hash.ts';
import { sandboxApp, startSandbox } from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import { DouyinLifePlayer } from '../../../lib/integrations/douyin-life/sandbox/player.ts';
import {
  idsSince,
  type Player,
  seededRandom,
} from '../../../lib/integrations/sandbox-kit/player.ts';
import { serveApi } from '../../../lib/integrations/sandbox-kit/server.ts';
import { createPlayer } from '../../../lib/integrations/sandboxes.ts';
import { Table } from '../../../lib/store/table.ts';
import { TABLE_NAME } from '../emulators.ts';
import type { LocalHexiao } from '../hexiao.ts';
import type { LocalSettings } from '../settings.ts';
import { seedAds } from './ads.ts';
import { DEMO_CITY, DEMO_PROVIDERS } from './city.ts';
import { seedLeads } from './leads.ts';
import { CITY_INTEGRATION, OTHER_MERCHANTS } from './others.ts';
import { takeInPast } from './past/take-in.ts';
import { seedMembers } from './people.ts';
import { Play } from './play.ts';
import { seedProgrammes } from './programmes.ts';
import { APP_KEY, demoTokens, seedApp, seedCity, seedOther } from './seed.ts';
import { openTill } from './till.ts';

/** Between two things that happen in the city. */
const EVERY_MS = 1_000;

export interface Demo {
  /** Where to click and which token to use. */
  readonly greeting: readonly string[];
  /** Nothing happens any more; the platforms still answer. */
  pause(): Promise<void>;
  stop(): Promise<void>;
}

/** Every sandbox plays against this Hexiao, through its front receiver: a small city, and a shop elsewhere. */
export async function startDemo(
  hexiao: LocalHexiao,
  { data, bodyKeysFile }: Pick<LocalSettings, 'data' | 'bodyKeysFile'>,
  say: (line: string) => void,
): Promise<Demo> {
  const startedAtMs = Date.now();
  const random = seededRandom(startedAtMs);
  const nextId = idsSince(startedAtMs);
  const clientSecret = newToken('hxo');
  const sandbox = await startSandbox({
    clientKey: APP_KEY,
    clientSecret,
    nextId: () => `7400${nextId()}`,
    webhook: { url: `${hexiao.url}/webhooks/${CITY_INTEGRATION}/${APP_KEY}` },
  });
  const { world } = sandbox;
  const api = sandboxApp({ world, clientSecret });
  const city = new DouyinLifePlayer({ world, api, clientSecret, random, merchants: DEMO_CITY });
  const shops = await Promise.all(
    OTHER_MERCHANTS.map(async (other) => {
      const merchants = [other.merchant] as const;
      const options = { random, now: Date.now, nextId, merchants };
      const player = createPlayer(other.integration, options);
      return { other, player, served: await serveApi(player.api) };
    }),
  );

  const table = new Table(hexiao.emulators.database, TABLE_NAME);
  await seedCity(table);
  await seedMembers(table, startedAtMs);
  await seedLeads(table, startedAtMs);
  await seedAds(table, startedAtMs);
  await seedProgrammes(table, startedAtMs);
  await seedApp(table, city, sandbox.url);
  for (const { player, other, served } of shops) await seedOther(table, player, other, served.url);
  const tokens = await demoTokens(table, data);
  const others = shops.map((shop) => shop.player);
  const till = openTill(hexiao);
  const play = new Play({ city, others, url: hexiao.url, till, random, everyMs: EVERY_MS });
  play.start();
  const leaving = new AbortController();
  const startedMs = performance.now();
  const order = { data, bodyKeysFile, signal: leaving.signal };
  const past = takeInPast(hexiao.emulators.database, order).then(
    (isNew) => {
      const seconds = Math.round((performance.now() - startedMs) / 1_000);
      if (isNew) say(`The demo's ninety days before today are there, after ${seconds} s.`);
    },
    (error: unknown) => say(`The demo has no past: ${String(error)}`),
  );
  return {
    greeting: greeting(hexiao.url, sandbox.url, tokens, others),
    async pause() {
      leaving.abort();
      await Promise.all([play.stop(), past]);
    },
    async stop() {
      await Promise.all([sandbox.stop(), ...shops.map((shop) => shop.served.stop())]);
    },
  };
}

function greeting(
  url: string,
  sandboxUrl: string,
  tokens: Record<string, string>,
  others: readonly Player[],
): string[] {
  return [
    'The demo plays a small city: six merchants, three providers, a redemption every other second,',
    `and a shop on each other way in: ${others.map((player) => player.integration).join(', ')}.`,
    `  Open ${url}/ and sign in with the token of one of them:`,
    ...DEMO_PROVIDERS.map(({ providerId, name }) => `    ${tokens[providerId]}  ${name}`),
    `  The platform it plays on is a sandbox: curl ${sandboxUrl}/sandbox`,
    '  Its ninety days before today come within minutes of the first start, by way of the same functions.',
    '  Lines that say delivery-parked are meant: no message of kuaishou-life is documented, so each is',
    '  kept unread and listed under /v1/set-aside/parked.',
    '  HEXIAO_DEMO=off starts empty.',
  ];
}
