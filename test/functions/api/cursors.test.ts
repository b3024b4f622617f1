import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
import {
  ask,
  book,
  Clock,
  cookieOf,
  expectProblem,
  fresh,
  makeTenant,
  redemptionAt,
  type Tenant,
  WINDOW,
} from './support.ts';

/** Where a list goes on is signed: for whoever asked, at its address, with its query. */

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let own: Tenant;
let other: Tenant;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  [own, other] = [await makeTenant(hexiao), await makeTenant(hexiao)];
  for (const tenant of [own, other]) {
    const events = Array.from({ length: 3 }, (_, at) =>
      redemptionAt(tenant, `store-${at}`, { minutes: at }),
    );
    await book(hexiao, events);
  }
});

afterAll(() => hexiao?.stop());

const get = (path: string, token: string) => ask(hexiao, 'GET', path, { token });

async function nextOf(path: string, token: string): Promise<string> {
  const { status, text } = await get(path, token);
  expect(status, text).toBe(200);
  const { next } = JSON.parse(text) as { next?: string | null };
  expect(next, `${path} has a next page`).toEqual(expect.any(String));
  return next ?? '';
}

const LISTS = [
  `/v1/stores?${WINDOW}`,
  `/v1/stores/douyin/store-0/redemptions?${WINDOW}`,
  `/v1/gmv?${WINDOW}&by=store`,
  `/v1/entries?${WINDOW}`,
];

describe('a cursor', () => {
  it.each(LISTS)(
    'of %s goes on for whom and with what it was made, and nowhere else',
    async (list) => {
      // One store has one act: a second makes a second page.
      if (list.includes('redemptions')) {
        for (const tenant of [own, other]) await book(hexiao, [redemptionAt(tenant, 'store-0')]);
      }
      const next = await nextOf(`${list}&limit=1`, own.token);
      const on = `&cursor=${next}`;
      expect((await get(`${list}&limit=2${on}`, own.token)).status).toBe(200);
      const implied = `&providerId=${own.providerId}`;
      expect((await get(`${list}&limit=1${on}${implied}`, own.token)).status).toBe(200);
      // The operator's look at the same provider is the same list.
      expect((await get(`${list}&limit=1${on}${implied}`, OPERATOR_TOKEN)).status).toBe(200);
      const foreign = [
        [`${list}&limit=1${on}`, other.token],
        [`${list}&limit=1${on}&providerId=${other.providerId}`, OPERATOR_TOKEN],
        [`${list.replace('2025-10-01', '2025-10-02')}&limit=1${on}`, own.token],
        [`/v1/statements?limit=1${on}`, own.token],
        [`${list}&limit=1&cursor=${next.slice(0, -1)}${next.endsWith('A') ? 'B' : 'A'}`, own.token],
        [`${list}&limit=1&cursor=A${next.slice(1)}`, own.token],
      ] as const;
      for (const [path, token] of foreign) {
        const reply = await get(path, token);
        const { detail } = expectProblem(reply, 400, 'cursor-foreign');
        expect(detail).not.toContain(next);
      }
      // What has not even its form.
      const bare = next.split('.')[0];
      for (const wrong of ['x', bare, `${bare}.`]) {
        expectProblem(await get(`${list}&cursor=${wrong}`, own.token), 400, 'request-invalid');
      }
    },
  );

  it('of the operator’s lists is the operator’s', async () => {
    const path = '/v1/merchants?platform=douyin&limit=1';
    const next = await nextOf(path, OPERATOR_TOKEN);
    expect((await get(`${path}&cursor=${next}`, OPERATOR_TOKEN)).status).toBe(200);
    const elsewhere = await get(`/v1/providers?limit=1&cursor=${next}`, OPERATOR_TOKEN);
    expectProblem(elsewhere, 400, 'cursor-foreign');
    const tokens = await nextOf(`/v1/audit?${WINDOW}&limit=1`, OPERATOR_TOKEN);
    const owner = { name: fresh('o'), role: 'owner', providerId: own.providerId };
    const { token } = await hexiao.call<{ token: string }>('POST', '/v1/tokens', owner);
    expectProblem(await get(`/v1/audit?${WINDOW}&cursor=${tokens}`, token), 400, 'cursor-foreign');
  });

  it('of a page goes on in its own links, and not in another’s', async () => {
    const many = Array.from({ length: 51 }, (_, at) => redemptionAt(own, `page-${at}`));
    await book(hexiao, many);
    const page = async (path: string, { token }: Tenant) =>
      ask(hexiao, 'GET', path, { token: null, headers: await cookieOf(hexiao, token) });
    const path = '/stores?from=2025-10-01&to=2025-10-31&sort=count';
    const { text } = await page(path, own);
    const href = /href="(\/stores\?[^"]*cursor=[^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&');
    expect(href).toBeDefined();
    expect((await page(`${href}&lang=en&isappinstalled=0`, own)).status).toBe(200);
    expect((await page(href ?? '', other)).status).toBe(400);
    expect((await page((href ?? '').replace('sort=count', 'sort=refunded'), own)).status).toBe(400);
  });

  it('is the same in every process, and after the deployment’s own token changed', async () => {
    const path = `/v1/stores?${WINDOW}&limit=1`;
    const next = await nextOf(path, own.token);
    const api = hexiao.another({ operatorTokenHash: '0'.repeat(64) });
    const headers = { authorization: `Bearer ${own.token}` };
    expect((await api.request(`${path}&cursor=${next}`, { headers })).status).toBe(200);
  });
});
