import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UNKNOWN_SALE } from '../../../lib/events/sale.ts';
import { dimensionPartition } from '../../../lib/store/keys.ts';
import type { Item } from '../../../lib/store/table.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { amountsOf, paid, START_MS } from '../../lib/make.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  ask,
  book,
  Clock,
  cookieOf,
  makeTenant,
  type Reply,
  redemptionAt,
  type Tenant,
} from './support.ts';

/** 9 and 10 October against the two days before. */
const WINDOW = 'from=2025-10-09&to=2025-10-10';
const DAY_MINUTES = 1_440;

let hexiao: HexiaoUnderTest;
let tenant: Tenant;
let stranger: Tenant;
/** Theirs are contracts that were known when something was redeemed. */
let paying: Tenant;
let late: Tenant;
const clock = new Clock();

const PAGES = [
  ...['/products', '/supplies', '/categories', '/creators', '/channels'],
  ...['/merchants', '/cities'],
];

const EVIL = '<img src=x>';

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  tenant = await makeTenant(hexiao);
  stranger = await makeTenant(hexiao);
  [paying, late] = [await makeTenant(hexiao), await makeTenant(hexiao)];
  const redeem = (fen: number, day: number, sale: object) => ({
    ...redemptionAt(tenant, 's1', { fen, minutes: day * DAY_MINUTES }),
    sale: { ...UNKNOWN_SALE, ...sale },
  });
  const cps = { cps: { kind: 'lead', amountFen: null } };
  await book(hexiao, [
    redeem(10_000, 0, {
      channel: 'live',
      productId: '1805000000000000001',
      creatorId: '901',
      ...cps,
    }),
    redeem(20_000, 1, { channel: 'live', productId: '1805000000000000001' }),
    redeem(40_000, 1, { channel: 'search', productId: EVIL }),
    redeem(15_000, -2, { channel: 'live', productId: '1805000000000000001' }),
    redeem(12_300, -1, { channel: 'scan', productId: '=1+1' }),
    // After the window.
    redeem(77_700, 2, { channel: 'store_page', productId: '2' }),
  ]);
  // Two days later, in the middle of the day.
  clock.ms += 2 * DAY_MINUTES * 60_000 + 3 * 3_600_000;
});

afterAll(() => hexiao?.stop());

async function look(path: string, token = tenant.token, lang = 'zh'): Promise<Reply> {
  const { cookie: session } = await cookieOf(hexiao, token);
  const cookie = `${session}; hexiao_lang=${lang}`;
  return ask(hexiao, 'GET', path, { token: null, headers: { cookie } });
}

/** The cells of each row of the page's table, in words. */
function rowsIn({ text }: Reply, part: 'tbody' | 'tfoot' = 'tbody'): string[][] {
  const section = new RegExp(`<${part}[^>]*>(.*?)</${part}>`, 's').exec(text)?.[1] ?? '';
  return [...section.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) =>
      cell.replaceAll(/<[^>]+>/g, '').trim(),
    ),
  );
}

describe('the pages of the dimensions', () => {
  it('list what the window has, the largest first, with shares and the days before', async () => {
    const rows = rowsIn(await look(`/channels?${WINDOW}`));
    expect(rows.map(([name, , fen, share, moved]) => [name, fen, share, moved])).toEqual([
      ['搜索', '400.00', '57.1%', '上期没有核销'],
      ['直播', '300.00', '42.9%', '▲ +100.0%'],
      // Only before: it fell to nothing, which is a thing to see.
      ['扫码', '0.00', '0.0%', '▼ −100.0%'],
    ]);
  });

  it('add up to the provider’s total', async () => {
    for (const path of PAGES) {
      const reply = await look(`${path}?${WINDOW}`);
      expect(rowsIn(reply, 'tfoot').flat(), path).toContain('700.00');
      expect(reply.text, path).not.toContain('拆分比合计晚');
    }
  });

  it('compare whole days alone while a day is not over', async () => {
    const { text } = await look('/channels?from=2025-10-10&to=2025-10-11');
    expect(text).toContain('变化按整日比：10月10日 对比 10月8日');
    const today = await look('/channels?period=today');
    expect(today.text).toContain('今天还没过完');
    expect(rowsIn(today)[0]?.slice(2, 5)).toEqual(['777.00', '100.0%', '—']);
  });

  it('sort all rows by any measure, either way, and keep that in the address', async () => {
    const names = async (query: string) =>
      rowsIn(await look(`/channels?${WINDOW}&${query}`)).map(([name]) => name);
    expect(await names('sort=redeemed&order=asc')).toEqual(['扫码', '直播', '搜索']);
    expect(await names('sort=count')).toEqual(['直播', '搜索', '扫码']);
    const { text } = await look(`/channels?${WINDOW}&sort=count`);
    expect(text).toContain('aria-sort="descending"');
    expect(text).toMatch(
      /href="\/channels\?from=2025-10-09&amp;to=2025-10-10&amp;sort=count&amp;order=asc#rows"/,
    );
  });

  it('search names and ids over all rows, and say so when nothing is found', async () => {
    const found = await look(`/products?${WINDOW}&q=1805`);
    expect(rowsIn(found).map(([name]) => name)).toEqual(['1805000000000000001']);
    const none = await look(`/products?${WINDOW}&q=nothing`);
    expect(rowsIn(none)).toEqual([]);
    expect(none.text).toContain('没有符合&quot;nothing&quot;的行');
    expect(none.text).toContain('清除筛选');
  });

  it('name merchants, and find them by name', async () => {
    const name = `商家 ${tenant.merchantId}`;
    const all = rowsIn(await look(`/merchants?${WINDOW}`));
    expect(all[0]?.slice(0, 2)).toEqual([`${name} ${tenant.merchantId}`, '抖音']);
    const query = new URLSearchParams({ q: name });
    expect(rowsIn(await look(`/merchants?${WINDOW}&${query}`))).toHaveLength(1);
  });

  it('keep a creator apart by how the creator earns, in both languages', async () => {
    const cells = async (lang: string) =>
      rowsIn(await look(`/creators?${WINDOW}`, tenant.token, lang)).map((row) => row.slice(0, 2));
    expect(await cells('zh')).toContainEqual(['901', '线索分销']);
    expect(await cells('en')).toContainEqual(['901', 'leads']);
    expect(await cells('en')).toContainEqual(['Unknown not reported', 'Unknown']);
  });

  it('lead from a row to its days, which add up to it', async () => {
    const list = await look(`/products?${WINDOW}`);
    const href = /href="(\/products\?[^"]*row=1805[^"]*)"/.exec(list.text)?.[1] ?? '';
    const page = await look(href.replaceAll('&amp;', '&'));
    expect(rowsIn(page).map(([day, fen]) => [day, fen])).toEqual([
      ['10月10日 周五', '200.00'],
      ['10月9日 周四', '100.00'],
    ]);
    expect(rowsIn(page, 'tfoot')[0]?.[1]).toBe('300.00');
    const unknown = await look(`/products?${WINDOW}&row=nobody`);
    expect(unknown.status).toBe(200);
    expect(unknown.text).toContain('这段时间没有。');
  });

  it('give the same rows as files, with ids that stay texts and nothing that runs', async () => {
    const csv = await look(`/products?${WINDOW}&sort=count&file=csv`);
    expect(csv.headers.get('content-disposition')).toBe(
      'attachment; filename="products-2025-10-09-2025-10-10.csv"',
    );
    const lines = csv.text.split('\r\n');
    expect(lines[0]).toContain(
      '可比核销 GMV（元） Redeemed GMV that is compared (CNY) 2025-10-09 – 2025-10-10',
    );
    expect(lines[1]).toMatch(
      /^"=""1805000000000000001""",300\.00,0\.00,2,0,0\.00,15\.00,300\.00,150\.00$/,
    );
    expect(lines).toContainEqual(expect.stringMatching(/^'=1\+1,0\.00/));
    const searched = await look(`/products?${WINDOW}&q=1805&file=csv`);
    expect(searched.text.trim().split('\r\n')).toHaveLength(2);
    const xlsx = await look(`/products?${WINDOW}&file=xlsx`);
    expect(xlsx.headers.get('content-type')).toContain('spreadsheetml');
    expect(xlsx.text.startsWith('PK')).toBe(true);
  });

  it('show nobody another’s rows, and the form to who is not signed in', async () => {
    for (const path of PAGES) {
      const other = await look(`${path}?${WINDOW}`, stranger.token);
      expect(other.text, path).toContain('这段时间没有核销，也没有支付。');
      expect(other.text, path).not.toContain('1805000000000000001');
      expect(other.text, path).not.toContain(tenant.merchantId);
      const file = await look(`${path}?${WINDOW}&file=csv`, stranger.token);
      expect(file.text.trim().split('\r\n'), path).toHaveLength(1);
      const nobody = await ask(hexiao, 'GET', `${path}?${WINDOW}&file=csv`, { token: null });
      expect(nobody.text, path).toContain('action="/sign-in"');
    }
  });

  it('escape what comes from outside', async () => {
    const { text } = await look(`/products?${WINDOW}&q=${encodeURIComponent('"><script>')}`);
    expect(text).not.toContain('"><script>');
    expect((await look(`/products?${WINDOW}`)).text).not.toContain(EVIL);
  });

  it.each(['sort=best', 'order=up', 'page=0', 'file=pdf', 'period=year', 'from=yesterday'])(
    'answer %s with a page that says so',
    async (query) => {
      const reply = await look(`/channels?${query}`);
      expect(reply.status).toBe(400);
      expect(reply.headers.get('content-type')).toMatch(/^text\/html/);
    },
  );
});

describe('a number that is not known', () => {
  beforeAll(async () => {
    const { merchantId } = paying;
    await hexiao.call('PUT', '/v1/stores/douyin/in-town', {
      ...{ name: '城里的店', merchantId, city: '重庆' },
    });
    const sale = { ...UNKNOWN_SALE, channel: 'live' as const, productId: '1805', creatorId: '77' };
    const at = (eventId: string) => ({
      ...{ merchantId, orderId: eventId, eventId, loop: 'open' as const },
      occurredAt: toInstant(START_MS),
    });
    await book(hexiao, [
      { ...redemptionAt(paying, 'in-town', { fen: 5_000 }), sale },
      // Paid for before anybody knew what.
      paid({ ...at('paid-unknown'), amounts: amountsOf(9_900) }),
    ]);
  });

  const cell = async (path: string, name: string, column: number, lang = 'zh') =>
    rowsIn(await look(`${path}?${WINDOW}`, paying.token, lang)).find(([own]) =>
      own?.startsWith(name),
    )?.[column];

  it('is 未知 where payments came without a value, and — where there can be none', async () => {
    expect(await cell('/products', '1805', 6)).toBe('未知');
    expect(await cell('/products', '未知', 6)).toBe('99.00');
    expect(await cell('/channels', '直播', 6)).toBe('未知');
    expect(await cell('/creators', '77', 7)).toBe('未知');
    expect(await cell('/cities', '重庆', 6)).toBe('—');
    expect(await cell('/products', 'Unknown', 6, 'en')).toBe('99.00');
    // A merchant's payments are all known.
    const { text } = await look(`/merchants?${WINDOW}`, paying.token);
    expect(text).not.toContain('未知');
  });

  it('says why a city is missing: a payment has no store', async () => {
    const { text } = await look(`/cities?${WINDOW}`, paying.token);
    expect(text).toContain('支付时还没有门店');
    expect(text).not.toContain('门店没有登记城市');
  });

  it('is an empty cell of a file, and 未知 on a row’s own days', async () => {
    const csv = await look(`/products?${WINDOW}&file=csv`, paying.token);
    expect(csv.text).toMatch(/"=""1805""",50\.00,,1,/);
    const days = await look(`/products?${WINDOW}&row=1805`, paying.token);
    expect(rowsIn(days)[0]?.[3]).toBe('未知');
  });
});

describe('the note that rows are behind', () => {
  const NOTE = '拆分比合计晚一两分钟';

  it('is there while they are, with how much, and not when they know as much', async () => {
    const one = redemptionAt(late, 's-late', { fen: 1_000 });
    await book(hexiao, [one]);
    const page = async (path: string) => (await look(`${path}?${WINDOW}`, late.token)).text;
    expect(await page('/channels')).not.toContain(NOTE);
    expect(await page('/')).not.toContain('比上面的数字晚');
    // What the dimensions and the summary knew is put back: a day that was rolled up before its last line.
    const before: Item[] = [];
    const place = dimensionPartition(late.providerId);
    for await (const item of hexiao.table.query(place, {})) before.push(item);
    await book(hexiao, [redemptionAt(late, 's-late', { fen: 700, minutes: 1 })]);
    for (const { pk, sk, ...item } of before) await hexiao.table.put({ pk, sk }, item, null);
    expect(await page('/channels')).toContain(`${NOTE}：还有 1 笔账没有拆开`);
    const overview = await page('/');
    expect(overview.match(/比上面的数字晚一两分钟：还差 1 笔账/g)?.length).toBeGreaterThanOrEqual(
      2,
    );
  });
});

describe('an empty list', () => {
  it('counts nothing instead of rows 0–0', async () => {
    const none = await makeTenant(hexiao);
    const { text } = await look(`/channels?${WINDOW}`, none.token);
    expect(text).not.toContain('0–0');
  });
});
