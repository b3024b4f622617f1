import { beforeAll, describe, expect, test } from 'vitest';
import { apiApp } from '../../functions/api/app.ts';
import { DEMO_CITY, DEMO_PROVIDERS } from '../../infra/local/demo/city.ts';
import { playPast } from '../../infra/local/demo/past/past.ts';
import { MemoryQueues } from '../../infra/local/memory/queues.ts';
import { MemorySqs } from '../../infra/local/memory/sqs.ts';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import { newToken, sha256Hex } from '../../lib/crypto/hash.ts';
import { LiveTokens } from '../../lib/integrations/kit/live-tokens.ts';
import { silent } from '../../lib/log/log.ts';
import { NO_PROOF_KEYS } from '../../lib/proof/no-keys.ts';
import { PlatformTokens } from '../../lib/store/accounts/platform-tokens.ts';
import { putToken } from '../../lib/store/accounts/tokens.ts';
import { TEST_BODY_KEYS } from '../support/body-keys.ts';
import { UNLIMITED } from '../support/budgets.ts';

const TODAY = '2026-11-08';
const NOW_MS = Date.parse(`${TODAY}T09:00:00+08:00`);
const OCTOBER = 'from=2026-10-19&to=2026-10-31';
const ALL = 'from=2026-10-19&to=2026-11-07';

/** Of the days before today, as `npm start` has them; fewer of them, and quieter. */
let get: (path: string, provider?: string) => Promise<string>;

beforeAll(async () => {
  const table = await playPast({
    ...{ today: TODAY, days: 20, perStoreDay: 0.4, bodyKeys: TEST_BODY_KEYS },
    untilMs: NOW_MS,
  });
  const sqs = new MemorySqs(new MemoryQueues({ now: () => NOW_MS }));
  const url = sqs.create('queue', { visibilitySeconds: 30 });
  const queue = { url, deadLetterUrl: url };
  const api = apiApp(
    {
      ...{
        table,
        sqs: sqs.client,
        queues: { intake: queue, attribution: queue, notices: queue },
        log: silent,
      },
      ...{ operatorTokenHash: sha256Hex('nobody'), policy: DEFAULT_POLICY, auditDays: 30 },
      proofKeys: NO_PROOF_KEYS,
      ...{ fetch: globalThis.fetch, now: () => NOW_MS, budgets: UNLIMITED },
      tokens: new LiveTokens(new PlatformTokens(table), silent),
    },
    '',
  );
  const cookies = new Map<string, string>();
  for (const { providerId } of DEMO_PROVIDERS) {
    const token = newToken('hxp');
    await putToken(table, token, {
      ...{ providerId, name: 'test', memberId: null, role: 'owner', scopes: null, stores: [] },
      ...{ createdAt: `${TODAY}T08:00:00.000+08:00`, createdBy: 'test', endsAt: null },
    });
    const reply = await api.request('/sign-in', {
      method: 'POST',
      body: new URLSearchParams({ token }),
    });
    cookies.set(providerId, reply.headers.getSetCookie()[0]?.split(';')[0] ?? '');
  }
  get = async (path, provider = 'demo-xinghe') => {
    const headers = { cookie: cookies.get(provider) ?? '', 'accept-language': 'zh' };
    const reply = await api.request(path, { headers });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${path} answered ${reply.status}: ${text.slice(0, 200)}`);
    return text;
  };
});

/** `1,234.50` → 123450. */
function fen(text: string | undefined): number {
  const digits = (text ?? '').replaceAll(/[,.\s]/g, '').replace('−', '-');
  if (!/^-?\d+$/.test(digits)) throw new Error(`no amount: ${text}`);
  return Number(digits);
}

/** The number of the first card, which is the redeemed GMV. */
const figure = (html: string) => {
  const [, whole, fraction] = /class="v">([\d,−]+)<small>(\.\d\d)/.exec(html) ?? [];
  return fen(`${whole}${fraction}`);
};

/** Of a list's last row, the number that a card has first. */
const sumOf = (html: string) => {
  const foot = /<tfoot[\s\S]*?<\/tfoot>/.exec(html)?.[0] ?? '';
  return fen(/<td[^>]*class="n m"[^>]*>([^<]+)</.exec(foot)?.[1]);
};

const rowsOf = (html: string) => {
  const body = /<tbody[\s\S]*?<\/tbody>/.exec(html)?.[0] ?? '';
  const cells = body.matchAll(/<td[^>]*class="n m"[^>]*>(?:<span class="neg">)?([^<]+)</g);
  return [...cells].reduce((sum, [, text]) => sum + fen(text), 0);
};

describe('the past of the demo', () => {
  test.each(DEMO_PROVIDERS.map(({ providerId }) => providerId))(
    'has the same sum on every page of %s',
    async (providerId) => {
      const total = figure(await get(`/?${ALL}`, providerId));
      expect(total).toBeGreaterThan(0);
      for (const path of ['stores', 'products', 'creators', 'channels', 'merchants', 'cities']) {
        const page = await get(`/${path}?${ALL}`, providerId);
        expect([path, sumOf(page), rowsOf(page)]).toEqual([path, total, total]);
      }
    },
  );

  test('has a closed month, and its statement comes to what the pages of that month say', async () => {
    const statement = await get('/statements/2026-10');
    const month = figure(await get(`/?${OCTOBER}`));
    expect(month).toBeGreaterThan(0);
    const [, byContract = ''] = statement.split(/<caption[^>]*>按合同小计<\/caption>/);
    const redeemed = [...(byContract.split('</table>')[0] ?? '').matchAll(/<tr[\s\S]*?<\/tr>/g)]
      .map(([row]) => [...row.matchAll(/<td[^>]*>([\s\S]*?)<\/td>/g)].at(-2)?.[1])
      .filter((cell) => cell !== undefined);
    expect(redeemed.reduce((sum, cell) => sum + fen(cell.replaceAll(/<[^>]*>/g, '')), 0)).toBe(
      month,
    );
  });

  test('has names, no slugs', async () => {
    const stores = await get(`/stores?${ALL}`);
    const names = DEMO_CITY[0]?.stores.map(({ name }) => name) ?? [];
    expect(names.filter((name) => !stores.includes(name))).toEqual([]);
    const merchants = await get(`/merchants?${ALL}`);
    expect(/>[^<]*(miniapp|kuaishou-|demo-)[^<]*</.exec(merchants)?.[0]).toBeUndefined();
  });

  test('has something wrong to find: a day of many refunds, and webhooks that never came', async () => {
    expect(/11月2日[^<]*倍/.exec(await get(`/?${ALL}`))).not.toBeNull();
    expect((await get(`/completeness?${ALL}`)).includes('已补回')).toBe(true);
    expect(/>(\d+) 笔核销没有推送/.exec(await get('/'))?.[1]).toMatch(/^[1-9]/);
  });

  test('has creators, and contracts that share', async () => {
    expect((await get(`/creators?${ALL}`)).includes('70990000000000')).toBe(true);
    expect((await get('/contracts', 'demo-banma')).includes('60.00%')).toBe(true);
  });
});
