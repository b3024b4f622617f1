import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { amountsOf, paid, refunded, reversed, START_MS } from '../../lib/make.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  ask,
  book,
  Clock,
  contractBody,
  cookieOf,
  makeProvider,
  makeTenant,
  type Reply,
  redemptionAt,
  type Tenant,
  WINDOW,
} from './support.ts';

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let tenant: Tenant;
let stranger: string;

const HOUR_MS = 3_600_000;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  tenant = await makeTenant(hexiao);
  stranger = await makeProvider(hexiao, 'a-stranger');
  const { merchantId } = tenant;
  // Known before the redemptions, and not for their channel.
  const own = { providerId: tenant.providerId, merchantId, mode: 'special', rateBp: 900 };
  await hexiao.call(
    'POST',
    '/v1/contracts',
    contractBody({ ...own, scope: { channels: ['search'] } }),
  );
  const taken = redemptionAt(tenant, 'store-1', { fen: 20_000, id: 'taken', minutes: -60 });
  const kept = redemptionAt(tenant, 'store-1', { fen: 12_345, id: 'kept', minutes: -30 });
  const given = redemptionAt(tenant, 'store-2', { fen: 5_000, id: 'given', minutes: -20 });
  const ids = ({ voucherId, orderId }: typeof taken) => ({ voucherId, orderId, merchantId });
  await book(hexiao, [
    taken,
    kept,
    given,
    reversed('taken', { ...ids(taken), occurredAt: toInstant(START_MS - 50 * 60_000) }),
    refunded({
      ...{ ...ids(given), eventId: 'refunded:given', occurredAt: toInstant(START_MS - 60_000) },
      ...{
        refundedFen: 2_000,
        takesBack: [{ redemptionId: 'given', paidFen: 2_000 }],
        unusedFen: 0,
      },
    }),
    paid({
      ...{ platformRequests: [{ call: 'trade/order/query', id: '0217600000001' }], source: 'list' },
      ...{ merchantId, orderId: kept.orderId, eventId: 'paid:kept', amounts: amountsOf(12_345) },
      occurredAt: toInstant(START_MS - 2 * HOUR_MS),
    }),
  ]);
});

afterAll(() => hexiao?.stop());

async function look(path: string, token = tenant.token, headers: Record<string, string> = {}) {
  const cookie = await cookieOf(hexiao, token);
  return ask(hexiao, 'GET', path, {
    token: null,
    headers: { ...cookie, ...headers },
  });
}

/** The text of a page as a person reads it. */
function textOf({ text }: Reply): string {
  const main = text.slice(text.indexOf('<main'), text.indexOf('</main>'));
  return main.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
}

describe('the page of a voucher', () => {
  it('tells what happened, what it was worth, and why, the newest first', async () => {
    const page = await look('/vouchers/douyin/voucher-taken');
    expect(page.status).toBe(200);
    const text = textOf(page);
    expect(text.indexOf('撤销核销')).toBeLessThan(text.indexOf('买家 200.00'));
    expect(text).toContain('+200.00');
    expect(text).toContain('−200.00');
    expect(text).toContain('按代运营合同');
    expect(text).toContain('× 份额 100.00%');
    expect(text).toContain('这一笔按原来的合同和费率冲回原入账');
    // Nothing is left of it.
    expect(text).toMatch(/核销 GMV 0\.00 佣金 0\.00/);
  });

  it('has the payment of its order beside its own redemption', async () => {
    const text = textOf(await look('/vouchers/douyin/voucher-kept'));
    expect(text).toContain('支付 GMV +123.45');
    expect(text).toMatch(/支付 GMV 123\.45 核销 123\.45 核销 GMV 123\.45 佣金 6\.17/);
  });

  it('says by which call a fact is known, with the platform’s id of it', async () => {
    const zh = textOf(await look('/vouchers/douyin/voucher-kept'));
    expect(zh).toContain('查询取回');
    expect(zh).toMatch(/查询抖音，请求编号（供平台客服核查）： trade\/order\/query 0217600000001/);
    const en = textOf(await look('/vouchers/douyin/voucher-kept?lang=en'));
    expect(en).toMatch(
      /requested of Douyin, by its ids that its support asks for: trade\/order\/query 0217/,
    );
  });

  it('says in words why the reader’s other contract does not apply', async () => {
    expect(textOf(await look('/vouchers/douyin/voucher-kept'))).toMatch(
      /你的合同 \S+ 不适用：合同不含渠道/,
    );
    const en = textOf(await look('/vouchers/douyin/voucher-kept?lang=en'));
    expect(en).toMatch(/Your contract \S+ does not apply: not for channel/);
  });

  it('is a page that says so when nothing of it is the reader’s', async () => {
    for (const path of ['/vouchers/douyin/voucher-kept', '/vouchers/douyin/nobodys']) {
      const page = await look(path, stranger);
      expect(page.status).toBe(404);
      expect(page.text).toContain('没有此页');
      expect(page.text).not.toContain('123.45');
    }
    expect((await look('/vouchers/weixin/x')).status).toBe(400);
  });
});

describe('the search', () => {
  it.each([
    ['a voucher', 'voucher-kept', '/vouchers/douyin/voucher-kept'],
    ['a voucher with spaces around it', '  voucher-kept ', '/vouchers/douyin/voucher-kept'],
    ['an order', 'order-kept', '/vouchers/douyin/order-kept'],
    ['a store', 'store-1', '/stores/douyin/store-1'],
  ])('goes to %s at once by its id', async (_what, q, href) => {
    const reply = await look(`/search?q=${encodeURIComponent(q)}`);
    expect([reply.status, reply.headers.get('location')]).toEqual([303, href]);
    expect((await look(href)).status).toBe(200);
  });

  it('finds nothing of another provider’s, and says what to do', async () => {
    for (const q of [
      'voucher-kept',
      'order-kept',
      'store-1',
      'nobodys',
      '<script>',
      '#',
      'x'.repeat(128),
    ]) {
      const reply = await look(`/search?q=${encodeURIComponent(q)}`, stranger);
      expect(reply.status).toBe(200);
      expect(textOf(reply)).toContain('没有找到记在你名下的');
    }
    expect(textOf(await look('/search'))).toContain('输入券号');
    expect((await look(`/search?q=${'x'.repeat(129)}`)).status).toBe(400);
  });
});

describe('the lines of a store', () => {
  it('have each what takes it back beside it, and the state of each redemption', async () => {
    const text = textOf(await look(`/stores/douyin/store-1?${WINDOW}`));
    expect(text).toMatch(/撤销核销 冲 10-09 15:53:20 一笔 .*−200\.00 −10\.00 已确认/);
    expect(text).toMatch(/核销 \S+ 直播 ••••aken 200\.00 10\.00 已撤销/);
    expect(text).toMatch(/核销 \S+ 直播 ••••kept 123\.45 6\.17 可撤销/);
  });

  it('keep their state where newer lines are on another page or outside of the window', async () => {
    const later = redemptionAt(tenant, 'store-3', {
      fen: 7_000,
      id: 'early',
      minutes: -3 * 24 * 60,
    });
    await book(hexiao, [
      later,
      refunded({
        ...{ voucherId: later.voucherId, orderId: later.orderId, merchantId: tenant.merchantId },
        ...{ eventId: 'refunded:early', occurredAt: toInstant(START_MS - 60_000) },
        ...{
          refundedFen: 7_000,
          takesBack: [{ redemptionId: 'early', paidFen: null }],
          unusedFen: 0,
        },
      }),
    ]);
    const text = textOf(await look('/stores/douyin/store-3?from=2025-10-01&to=2025-10-07'));
    expect(text).toMatch(/••••arly 70\.00 3\.50 已退款/);
  });

  it('are filtered by kind and channel, and say that a filter finds none', async () => {
    const reversals = textOf(await look(`/stores/douyin/store-1?${WINDOW}&kind=reversal`));
    expect(reversals).toContain('−200.00');
    expect(reversals).not.toContain('••••kept');
    const none = await look(`/stores/douyin/store-1?${WINDOW}&channel=search`);
    expect(textOf(none)).toContain('没有符合筛选的行。 清除筛选');
    expect((await look(`/stores/douyin/store-1?${WINDOW}&kind=nothing`)).status).toBe(400);
  });
});

describe('a page that is followed', () => {
  it.each([
    ['/', 'store-1'],
    ['/stores/douyin/store-1', 'store-1'],
  ])('%s is as it was until something is booked', async (path, storeId) => {
    const first = await look(path);
    const etag = first.headers.get('etag') ?? '';
    expect(first.text).toContain(`data-version="${etag.slice(1, -1)}"`);
    const same = await look(path, tenant.token, { 'if-none-match': etag });
    expect([same.status, same.text]).toEqual([304, '']);
    await book(hexiao, [redemptionAt(tenant, storeId, { fen: 100 })]);
    const changed = await look(path, tenant.token, { 'if-none-match': etag });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });

  it('is none of a window that is over', async () => {
    for (const path of ['/', '/stores/douyin/store-1']) {
      const past = await look(`${path}?from=2025-09-01&to=2025-09-30`);
      expect([past.status, past.headers.get('etag')]).toEqual([200, null]);
      expect(past.text).not.toContain('data-version');
    }
  });
});
