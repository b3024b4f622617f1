import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Finding } from '../../../functions/normalize/finding.ts';
import { recordFindings } from '../../../functions/normalize/record.ts';
import { sha256Hex } from '../../../lib/crypto/hash.ts';
import { UNKNOWN_SALE } from '../../../lib/events/sale.ts';
import { findIntegration } from '../../../lib/integrations/registry.ts';
import { noteProduct, readProduct } from '../../../lib/store/accounts/products.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { minute } from '../../lib/make.ts';
import { sendWithoutDelay } from '../../support/around.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
import { everyOrder, type Turn } from '../../support/interleave.ts';
import { scanAll } from '../../support/scan.ts';
import { MemoryTable } from '../../world/store/table.ts';
import {
  ask,
  Clock,
  cookieOf,
  expectProblem,
  fresh,
  makeTenant,
  read,
  redemptionAt,
  type Tenant,
  WINDOW,
} from './support.ts';

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let tenant: Tenant;

/** The dish under two ids of the platform's, another dish, and a sale of nobody knows what. */
const [twin, other, single, loose] = ['dish-a', 'dish-b', 'cake', 'loose'].map((id) => fresh(id));

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  sendWithoutDelay(hexiao.emulators.sqs);
  tenant = await makeTenant(hexiao);
  clock.ms += 60_000;
  await sell(twin ?? '', 100, '双人套餐');
  await sell(other ?? '', 20, '双人餐');
  await sell(single ?? '', 3, null);
  await sell(loose ?? '', 4_000, null);
});
afterAll(() => hexiao?.stop());

/** Records a use as `normalize` does, with the title that the platform told. */
async function sell(productId: string, fen: number, productName: string | null): Promise<void> {
  const { deliveryId: _d, recordedAt: _r, ...use } = redemptionAt(tenant, 's1', { fen });
  const integration = findIntegration('douyin-life');
  if (integration === undefined) throw new Error('no such integration');
  const sale = { ...UNKNOWN_SALE, productId };
  const finding: Finding = {
    delivery: {
      ...{ deliveryId: fresh('delivery'), integration: 'douyin-life', appKey: 'aw1' },
      ...{ receivedAt: toInstant(clock.ms), body: new Uint8Array() },
    },
    ...{ integration, kind: use.kind, outcome: 'events', events: [{ ...use, sale, productName }] },
    ...{ source: 'webhook', waiting: undefined, sinceMs: 0, stores: [] },
    fail: (error) => {
      throw error;
    },
  };
  await recordFindings([finding], hexiao.normalizeDeps);
  await hexiao.settle();
}

const answer = z.object({
  rows: z.array(z.looseObject({ key: z.string(), redeemedFen: z.int() })),
  total: z.object({ redeemedFen: z.int() }),
});

async function gmv(by: string, more = ''): Promise<Record<string, number>> {
  const path = `/v1/gmv?${WINDOW}&by=${by}${more}`;
  const { rows, total } = read(await ask(hexiao, 'GET', path, { token: tenant.token }), answer);
  expect(rows.reduce((sum, { redeemedFen }) => sum + redeemedFen, 0)).toBe(total.redeemedFen);
  return Object.fromEntries(rows.map(({ key, redeemedFen }) => [key, redeemedFen]));
}

const hexOf = (value: unknown) =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;

/** Every byte that money hangs on: entries, events and all that is rolled up. */
async function booksHash(): Promise<string> {
  const items = await scanAll(hexiao.table.client);
  const books = items
    .filter(({ pk }) =>
      /^(LEDGER|VOUCHER|ORDER|ROLLUP|PROVIDER|DIMENSION|OVERALL)#?/.test(String(pk)),
    )
    .map((item) => JSON.stringify(item, (_key, value) => hexOf(value)));
  expect(books.length).toBeGreaterThan(8);
  return sha256Hex(books.toSorted().join('\n'));
}

/** The cells of a page's rows, in words. */
function rowsOf(page: string): string[][] {
  const bodies = [...page.matchAll(/<tbody[^>]*>(.*?)<\/tbody>/gs)].map(([, body = '']) => body);
  return [...bodies.join('').matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) =>
      cell.replaceAll(/<[^>]+>/g, '').trim(),
    ),
  );
}

const put = (productId: string, body: object) =>
  ask(hexiao, 'PUT', `/v1/products/douyin/${productId}`, { body });

const listed = z.object({
  products: z.array(z.looseObject({ productId: z.string(), name: z.string().nullable() })),
  next: z.string().nullable(),
});

describe('the catalogue', () => {
  it('knows what was sold, and groups it as the operator links it, with no byte of the books changed', async () => {
    // Prepare
    const before = await booksHash();
    const learned = read(await ask(hexiao, 'GET', '/v1/products'), listed).products;
    expect(learned.map(({ productId, name }) => [productId, name])).toEqual(
      expect.arrayContaining([
        [twin, '双人套餐'],
        [single, null],
      ]),
    );
    // Act
    const said = { name: '双人锅', category: '火锅', supplyId: 'hotpot' };
    read(await put(twin ?? '', said), z.looseObject({ name: z.literal('双人锅') }));
    await put(other ?? '', { category: '火锅', supplyId: 'hotpot' });
    await put(single ?? '', { category: '烘焙', supplyId: 'cake' });
    // Assess
    expect(await gmv('supply')).toEqual({ unknown: 4_000, hotpot: 120, cake: 3 });
    expect(await gmv('category')).toEqual({ unknown: 4_000, 火锅: 120, 烘焙: 3 });
    const asOf = `&asOf=${encodeURIComponent(toInstant(clock.ms))}`;
    expect(await gmv('supply', asOf)).toEqual({ unknown: 4_000, hotpot: 120, cake: 3 });
    expect(await booksHash()).toBe(before);
    const page = await ask(hexiao, 'GET', `/products?${WINDOW}`, {
      token: null,
      headers: { ...(await cookieOf(hexiao, tenant.token)), accept: 'text/html' },
    });
    expect(page.text).toMatch(new RegExp(`双人锅</a> <span class="dim">${twin}`));
    expect(page.text).toContain('hotpot');
    const file = await ask(hexiao, 'GET', `/products?${WINDOW}&file=csv`, {
      token: null,
      headers: await cookieOf(hexiao, tenant.token),
    });
    expect(file.text).toContain('双人餐,火锅,hotpot');
  });

  it('has pages by supply and by category, where what a dish costs is compared', async () => {
    const look = async (path: string) => {
      const { text } = await ask(hexiao, 'GET', path, {
        token: null,
        headers: { ...(await cookieOf(hexiao, tenant.token)), accept: 'text/html' },
      });
      return rowsOf(text);
    };
    const names = async (path: string) =>
      (await look(`${path}?${WINDOW}`)).map((cells) => [cells[0], cells[2]]);
    expect(await names('/supplies')).toEqual([
      ['未知 商品没有归入', '40.00'],
      ['hotpot', '1.20'],
      ['cake', '0.03'],
    ]);
    expect(await names('/categories')).toEqual([
      ['未知 商品没有归入', '40.00'],
      ['火锅', '1.20'],
      ['烘焙', '0.03'],
    ]);
    const dish = await look(`/supplies?row=hotpot&${WINDOW}`);
    // Its products, the cheapest first, and then its days.
    expect(dish.slice(0, 2)).toEqual([
      [`双人餐 ${other}`, '抖音', '0.20', '—', '1', '0.20'],
      [`双人锅 ${twin}`, '抖音', '1.00', '▲ +400.0%', '1', '1.00'],
    ]);
    expect(dish[2]?.[1]).toBe('1.20');
    const category = await look(`/categories?row=${encodeURIComponent('火锅')}&${WINDOW}`);
    expect(category[0]).toEqual([`双人餐 ${other}`, '抖音', '0.20', '1', '0.20']);
  });

  it('is listed by what it is linked to, page after page', async () => {
    const linked = read(await ask(hexiao, 'GET', '/v1/products?supplyId=hotpot'), listed);
    expect(linked.products.map(({ productId }) => productId).toSorted()).toEqual([twin, other]);
    const found: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const more: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = read(
        await ask(hexiao, 'GET', `/v1/products?platform=douyin&limit=1${more}`),
        listed,
      );
      found.push(...page.products.map(({ productId }) => productId));
      cursor = page.next;
    }
    expect(new Set(found)).toEqual(new Set([twin, other, single, loose]));
    expect(found).toHaveLength(4);
  });

  it('has a page on which the operator says what a product is, and leaves the platform’s name to the platform', async () => {
    const headers = { ...(await cookieOf(hexiao, OPERATOR_TOKEN)), accept: 'text/html' };
    const page = await ask(hexiao, 'GET', '/operator/products?category=火锅', {
      ...{ token: null, headers },
    });
    expect(rowsOf(page.text).map((cells) => cells[4])).toEqual(['hotpot', 'hotpot']);
    // Its name is the platform's alone: the field is empty.
    expect(page.text).toMatch(new RegExp(`value="${other}">.*?name="name" value=""`, 's'));
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const said = {
      act: 'say',
      platform: 'douyin',
      productId: loose ?? '',
      name: '',
      supplyId: 'tea',
    };
    const body = new URLSearchParams({ ...said, category: '茶饮' }).toString();
    const sent = { token: null, headers: { ...headers, ...form }, body };
    expect((await ask(hexiao, 'POST', '/operator/products', sent)).status).toBe(303);
    expect(await readProduct(hexiao.table, 'douyin', loose ?? '')).toMatchObject({
      ...{ name: null, category: '茶饮', supplyId: 'tea' },
    });
    const wrong = {
      ...sent,
      body: new URLSearchParams({ ...said, supplyId: 'a\u0007b' }).toString(),
    };
    const again = await ask(hexiao, 'POST', '/operator/products', wrong);
    expect(again.status).toBe(400);
    expect(again.text).toContain('role="alert"');
  });

  it('is the operator’s, and takes a whole word', async () => {
    const { token } = tenant;
    const body = { category: 'x' };
    const foreign = await ask(hexiao, 'PUT', `/v1/products/douyin/${twin}`, { token, body });
    expectProblem(foreign, 403, 'role-forbidden');
    expectProblem(await ask(hexiao, 'GET', '/v1/products', { token }), 403, 'role-forbidden');
    expectProblem(await put(twin ?? '', { category: ' ' }), 400, 'request-invalid');
  });
});

describe('two workers that note one product', () => {
  it('leave the name that the platform told, and what the operator said, in every order', async () => {
    const sold = {
      platform: 'douyin',
      productId: 'p',
      merchantId: 'm',
      seenAt: minute(0),
    } as const;
    const tried = await everyOrder(
      () => {
        const table = new MemoryTable();
        const note = (platformName: string | null) => (turn: Turn) =>
          noteProduct(table.seenBy(turn), { ...sold, platformName });
        return {
          workers: { named: note('双人套餐'), unnamed: note(null) },
          afterwards: async () => {
            const left = await readProduct(table, 'douyin', 'p');
            expect(left).toMatchObject({ platformName: '双人套餐', merchantId: 'm' });
          },
        };
      },
      { deaths: 1 },
    );
    expect(tried.orders).toBeGreaterThan(5);
  });
});
