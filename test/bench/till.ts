import { gzipSync } from 'node:zlib';
import { codeOf } from '../../lib/integrations/douyin-life/sandbox/endpoints/till.ts';
import {
  countingIds,
  sandboxApp,
  World,
} from '../../lib/integrations/douyin-life/sandbox/index.ts';
import { cookieOf } from '../functions/api/support.ts';
import { MERCHANT_SETTINGS, STORE, Till } from '../functions/api/till/support.ts';
import { round } from './support/meter.ts';

/**
 * How long a clerk waits, from a code to "redeemed": `npm run bench -- till [redemptions=60] [platformMs=200]`. Both of the
 * page's requests, on this machine and by its clock, with a platform that takes so long for each call; a clerk's own
 * moment between them is left out. And what the page weighs before anybody starts a camera, gzipped.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const redemptions = Number(options.redemptions ?? 60);
  const platformMs = Number(options.platformMs ?? 200);
  const world = new World({ clientKey: APP_KEY, now: Date.now, nextId: countingIds() });
  world.addMerchant({ accountId: 'm1', name: '商家' });
  world.addStore({ accountId: 'm1', poiId: STORE, name: '一店', city: '上海' });
  world.addProduct({ accountId: 'm1', productId: 'p1', name: '双人锅', priceFen: 16_800 });
  const shop = {
    ...({ integration: 'douyin-life', platform: 'douyin', appKey: APP_KEY } as const),
    ...{ secrets: { clientSecret: SECRET }, settings: MERCHANT_SETTINGS },
  };
  const sandbox = sandboxApp({ world, clientSecret: SECRET, limits: {} });
  const slow = {
    request: sandbox.request.bind(sandbox),
    fetch: async (request: Request) => {
      await new Promise((resolve) => setTimeout(resolve, platformMs));
      return sandbox.fetch(request);
    },
  };
  const till = await Till.open(shop, slow);
  try {
    const { hexiao } = till;
    await hexiao.call('PUT', `/v1/stores/douyin/${STORE}`, { name: '一店', merchantId: 'm1' });
    const made = { providerId: 'p1', name: 'clerk', role: 'clerk', stores: [`douyin/${STORE}`] };
    const { token } = await hexiao.call<{ token: string }>('POST', '/v1/tokens', made);
    const headers = await cookieOf(hexiao, token);
    const page = new Page(hexiao.api, headers);
    const waits: number[] = [];
    // The first finds a process that just began, without the platform's token.
    for (let n = 0; n <= redemptions; n += 1) {
      const [certificate] = world.sell({ productId: 'p1' }).certificates;
      if (certificate === undefined) throw new Error('nothing was sold');
      const begunAt = performance.now();
      await page.redeem(codeOf(certificate));
      waits.push(performance.now() - begunAt);
    }
    const [first = 0, ...warm] = waits;
    const sorted = warm.toSorted((a, b) => a - b);
    const at = (share: number) => Math.round(sorted[Math.ceil(sorted.length * share) - 1] ?? 0);
    return {
      ...{ redemptions, platformMs, targetP50Ms: 1_000, targetP99Ms: 3_000, targetPageKb: 40 },
      ...{ p50Ms: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99), firstMs: Math.round(first) },
      pageKb: await page.weightKb(),
    };
  } finally {
    await till.close();
  }
}

const APP_KEY = 'aw0000000000till';
const SECRET = 'secret-of-the-bench';

interface Api {
  request(path: string, init?: RequestInit): Response | Promise<Response>;
}

/** The clerk's page, as a browser without a script would send its forms. */
class Page {
  private readonly api: Api;
  private readonly headers: Readonly<Record<string, string>>;

  constructor(api: Api, headers: Readonly<Record<string, string>>) {
    this.api = api;
    this.headers = headers;
  }

  async redeem(code: string): Promise<void> {
    const store = `douyin/${STORE}`;
    const found = await this.send('/till/find', { store, code }, 'found');
    const [prepareId = '', requestId = ''] = ['prepareId', 'requestId'].map(
      (name) => new RegExp(`name="${name}" value="([^"]+)"`).exec(found)?.[1],
    );
    await this.send('/till/redeem', { store, prepareId, requestId, pick: '0' }, 'done');
  }

  /** Document, styles and script; nothing else is loaded until the camera is started. */
  async weightKb(): Promise<number> {
    const home = `/till?store=${encodeURIComponent(`douyin/${STORE}`)}`;
    const text = await this.textOf(home);
    const links = [...text.matchAll(/(?:href|src)="([^"]+\.(?:css|js|svg)[^"]*)"/g)];
    const parts = [text];
    for (const [, path = ''] of links) parts.push(await this.textOf(path));
    if (parts.length < 4) throw new Error('the page has no styles, or no script');
    return round(parts.reduce((sum, part) => sum + gzipSync(part).length, 0) / 1_024);
  }

  private async textOf(path: string): Promise<string> {
    const reply = await this.api.request(path, { headers: this.headers });
    if (reply.status !== 200) throw new Error(`${path}: ${reply.status}`);
    return reply.text();
  }

  private async send(
    path: string,
    fields: Readonly<Record<string, string>>,
    state: string,
  ): Promise<string> {
    const headers = {
      ...this.headers,
      origin: 'http://localhost',
      'sec-fetch-site': 'same-origin',
    };
    const init = { method: 'POST', headers, body: new URLSearchParams(fields) };
    const reply = await this.api.request(path, init);
    const text = await reply.text();
    if (!text.includes(`data-state="${state}"`)) throw new Error(`${path} says ${reply.status}`);
    return text;
  }
}
