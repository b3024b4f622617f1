import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  ask,
  book,
  Clock,
  contractBody,
  cookieOf,
  fresh,
  makeMerchant,
  makeProvider,
  type Reply,
  redemptionAt,
} from './support.ts';

let hexiao: HexiaoUnderTest;
let token: string;
let rivalToken: string;
let rivalId: string;
let tiered: string;
const merchantId = fresh('merchant');
const sharedId = fresh('shared');
const clock = new Clock();

/** Now is 9 October 2025. */
beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  const providerId = fresh('provider');
  rivalId = fresh('rival');
  token = await makeProvider(hexiao, providerId);
  rivalToken = await makeProvider(hexiao, rivalId);
  for (const id of [merchantId, sharedId]) await makeMerchant(hexiao, id);
  const record = async (over: object) => {
    const body = contractBody(over);
    return (await hexiao.call<{ contractId: string }>('POST', '/v1/contracts', body)).contractId;
  };
  tiered = await record({
    ...{ providerId, merchantId, tiers: [{ fromFen: 10_000, rateBp: 1_000 }] },
    ...{ endsAt: '2025-10-21T00:00:00+08:00' },
  });
  await record({
    providerId,
    merchantId: sharedId,
    shareBp: 3_000,
    scope: { stores: ['s1', 's2'] },
  });
  await record({ providerId, merchantId: sharedId, shareBp: 2_000, scope: { stores: ['s3'] } });
  await record({ providerId: rivalId, merchantId: sharedId, shareBp: 4_321, rateBp: 777 });
  const ended = { startsAt: '2024-01-01T00:00:00+08:00', endsAt: '2025-01-01T00:00:00+08:00' };
  await record({ providerId, merchantId: sharedId, shareBp: 5_000, ...ended });
  await book(hexiao, [
    redemptionAt({ merchantId }, 's1', { fen: 12_500 }),
    redemptionAt({ merchantId: sharedId }, 's1', { fen: 10_000 }),
  ]);
});

afterAll(() => hexiao?.stop());

async function look(path: string, as = token, lang = 'zh'): Promise<Reply> {
  const { cookie } = await cookieOf(hexiao, as);
  const headers = { cookie: `${cookie}; hexiao_lang=${lang}` };
  return ask(hexiao, 'GET', path, { token: null, headers });
}

function rowsIn({ text }: Reply): string[][] {
  const section = /<tbody[^>]*>(.*?)<\/tbody>/s.exec(text)?.[1] ?? '';
  return [...section.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) =>
      cell.replaceAll(/<[^>]+>/g, '').trim(),
    ),
  );
}

describe('the page of contracts', () => {
  it('says of each until when, what of, at which terms, and where its month stands', async () => {
    const rows = rowsIn(await look('/contracts'));
    expect(rows).toHaveLength(4);
    expect(rows[0]?.slice(1)).toEqual([
      ...['12 天后到期', '2025年1月1日 – 2025年10月20日', '全部', '100.00% × 5.00%'],
      // 125.00, of which the last 25.00 earn 10 %; what is booked earns the contract's own 5 %.
      ...['125.00', '6.25', '现 10.00%，已是最高档'],
    ]);
    expect(rows.at(-1)?.[1]).toBe('已结束');
  });

  it('says unknown, and why, where totals cannot tell two contracts apart', async () => {
    const rows = rowsIn(await look('/contracts?state=current'));
    const shared = rows.filter(([, , , stores]) => stores === '2 家' || stores === '1 家');
    expect(shared.map((row) => row.slice(3, 7))).toEqual(
      expect.arrayContaining([
        ['2 家', '30.00% × 5.00%', '未知：同一商家有多份合同', '未知：同一商家有多份合同'],
      ]),
    );
    expect(shared).toHaveLength(2);
  });

  it('finds by merchant, and by whether a contract has ended', async () => {
    expect(rowsIn(await look(`/contracts?q=${merchantId}`))).toHaveLength(1);
    expect(rowsIn(await look('/contracts?state=ended'))).toHaveLength(1);
    const none = await look('/contracts?q=nobody');
    expect(none.text).toContain('没有符合筛选的合同');
  });

  it('shows one contract with its tiers, which add up to what the month earns', async () => {
    const { text } = await look(`/contracts?contract=${encodeURIComponent(tiered)}`);
    const page = text.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
    expect(page).toContain('0.00 – 100.00 5.00% 100.00 5.00');
    expect(page).toContain('100.00 以上 10.00% 25.00 2.50');
    expect(page).toContain('已记 6.25；按阶梯共 7.50');
    const english = await look(`/contracts?contract=${encodeURIComponent(tiered)}`, token, 'en');
    expect(english.text).toContain('above 100.00');
  });

  it('names nobody else, though a merchant is shared', async () => {
    for (const path of ['/contracts', `/contracts?contract=2.douyin.${sharedId}`]) {
      const { text } = await look(path);
      for (const secret of [rivalId, '43.21', '7.77']) expect(text, path).not.toContain(secret);
    }
    const other = await look(`/contracts?contract=${encodeURIComponent(tiered)}`, rivalToken);
    expect(other.status).toBe(404);
    for (const secret of [`商家 ${merchantId}`, '2025年1月1日'])
      expect(other.text).not.toContain(secret);
  });

  it('say which filter finds none, and lead to all', async () => {
    const { text } = await look('/contracts?q=nowhere&state=ended');
    expect(text).toContain('没有符合筛选的合同：&quot;nowhere&quot; · 已结束');
    expect(text).toMatch(/<a href="\/contracts">清除筛选<\/a>/);
    expect(await look('/contracts')).toMatchObject({
      text: expect.stringContaining('data-l="本月核销 GMV"'),
    });
  });

  it('is not for whoever may read reports alone', async () => {
    const body = { name: 'bi', providerId: rivalId, scopes: ['reports:read'] };
    const made = await hexiao.call<{ token: string }>('POST', '/v1/tokens', body);
    expect((await look('/', made.token)).text).not.toContain('action="/sign-in"');
    for (const path of ['/contracts', '/statements']) {
      const refused = await look(path, made.token);
      expect([refused.status, refused.text.includes('没有权限')], path).toEqual([403, true]);
    }
  });
});
