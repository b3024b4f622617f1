import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paid, reversed } from '../../lib/make.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  ask,
  book,
  Clock,
  contractBody,
  expectProblem,
  fresh,
  makeMerchant,
  makeProvider,
  makeTenant,
  read,
  redemptionAt,
  voucherAnswer,
} from './support.ts';

let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: new Clock().now });
});

afterAll(() => hexiao?.stop());

async function voucher(voucherId: string, token: string | null) {
  const path = `/v1/vouchers/douyin/${encodeURIComponent(voucherId)}`;
  return ask(hexiao, 'GET', path, { token });
}

describe('GET /v1/vouchers/{platform}/{voucherId}', () => {
  it('shows a voucher’s events in their order, its entries, and why they are', async () => {
    const tenant = await makeTenant(hexiao);
    const event = redemptionAt(tenant, 'store', { fen: 9_900 });
    const { voucherId, orderId, merchantId, redemptionId } = event;
    await book(hexiao, [reversed(redemptionId, { voucherId, orderId, merchantId }), event]);
    const shown = read(await voucher(voucherId, tenant.token), voucherAnswer);
    expect(shown).toMatchObject({ platform: 'douyin', voucherId, merchantId, orderId });
    expect(shown.events.map((one) => one.kind)).toEqual([
      'voucher.redeemed',
      'voucher.redemption_reversed',
    ]);
    expect(shown.entries.map(({ kind, amountFen, count }) => [kind, amountFen, count])).toEqual([
      ['redemption', 9_900, 1],
      ['reversal', -9_900, -1],
    ]);
    expect(shown.entries.map((entry) => entry.explanation.rule)).toEqual([
      'agency-contract',
      'reversing-entry',
    ]);
  });

  it('finds an order under its own id', async () => {
    const tenant = await makeTenant(hexiao);
    const orderId = fresh('order');
    const { merchantId } = tenant;
    await book(hexiao, [paid({ merchantId, orderId, eventId: `paid:${orderId}` })]);
    const shown = read(await voucher(orderId, tenant.token), voucherAnswer);
    expect(shown.entries).toMatchObject([{ kind: 'payment', amountFen: 9_900 }]);
  });

  it('shows the payment of an order that stands for its voucher beside what became of that', async () => {
    const tenant = await makeTenant(hexiao);
    const orderId = fresh('order');
    const { merchantId } = tenant;
    const used = { ...redemptionAt(tenant, 'store', { fen: 9_900 }), orderId, voucherId: orderId };
    await book(hexiao, [paid({ merchantId, orderId, eventId: `paid:${orderId}` }), used]);
    const shown = read(await voucher(orderId, tenant.token), voucherAnswer);
    expect(shown.events.map((one) => one.kind).toSorted(byText)).toEqual([
      'order.paid',
      'voucher.redeemed',
    ]);
    expect(shown.entries.map(({ kind, amountFen }) => [kind, amountFen]).toSorted(byText)).toEqual([
      ['payment', 9_900],
      ['redemption', 9_900],
    ]);
  });

  it('shows nothing of an order that has the id of another order’s voucher by chance', async () => {
    const tenant = await makeTenant(hexiao);
    const event = redemptionAt(tenant, 'store', { fen: 9_900 });
    const { voucherId: orderId } = event;
    const { merchantId } = tenant;
    await book(hexiao, [paid({ merchantId, orderId, eventId: `paid:${orderId}` }), event]);
    const shown = read(await voucher(orderId, tenant.token), voucherAnswer);
    expect(shown.events.map((one) => one.kind)).toEqual(['voucher.redeemed']);
    expect(shown.entries.map((entry) => entry.kind)).toEqual(['redemption']);
  });

  it('tells no provider through which app and delivery we know, and the operator by which delivery', async () => {
    const tenant = await makeTenant(hexiao);
    const event = {
      ...redemptionAt(tenant, 'store'),
      appKey: 'app-of-ours',
      deliveryId: 'delivery-1',
    };
    await book(hexiao, [event]);
    const { text } = await voucher(event.voucherId, tenant.token);
    expect(text).not.toContain('app-of-ours');
    expect(text).not.toContain('delivery-1');
    const whole = await ask(hexiao, 'GET', `/v1/vouchers/douyin/${event.voucherId}`);
    expect(read(whole, voucherAnswer).events).toMatchObject([{ deliveryId: 'delivery-1' }]);
    expect(whole.text).not.toContain('app-of-ours');
  });

  it('shows every provider only what is booked to it, and the operator all', async () => {
    const merchantId = fresh('merchant');
    await makeMerchant(hexiao, merchantId);
    const tokens: string[] = [];
    for (const shareBp of [6_000, 3_000]) {
      const providerId = fresh('provider');
      tokens.push(await makeProvider(hexiao, providerId));
      await hexiao.call('POST', '/v1/contracts', contractBody({ providerId, merchantId, shareBp }));
    }
    const { voucherId, ...rest } = redemptionAt({ merchantId }, 'store');
    await book(hexiao, [{ voucherId, ...rest }]);
    const amounts = [];
    for (const token of tokens) {
      const { entries } = read(await voucher(voucherId, token), voucherAnswer);
      expect(entries).toHaveLength(1);
      amounts.push(entries[0]?.amountFen);
    }
    expect(amounts).toEqual([6_000, 3_000]);
    const all = await ask(hexiao, 'GET', `/v1/vouchers/douyin/${voucherId}`);
    expect(read(all, voucherAnswer).entries.map((entry) => entry.amountFen)).toEqual([
      6_000, 3_000, 1_000,
    ]);
  });

  it('answers of another provider’s voucher just what it answers of none', async () => {
    const tenant = await makeTenant(hexiao);
    const stranger = await makeTenant(hexiao);
    const event = redemptionAt(tenant, 'store');
    await book(hexiao, [event]);
    const answers = [];
    for (const asked of [
      `/v1/vouchers/douyin/${event.voucherId}`,
      '/v1/vouchers/douyin/there-is-none',
    ]) {
      const reply = await ask(hexiao, 'GET', asked, { token: stranger.token });
      const { requestId: _own, ...problem } = expectProblem(reply, 404, 'not-found');
      answers.push(problem);
    }
    expect(answers[1]).toEqual(answers[0]);
    // Nor does it help to say that one is the other.
    const claimed = `/v1/vouchers/douyin/${event.voucherId}?providerId=${tenant.providerId}`;
    const reply = await ask(hexiao, 'GET', claimed, { token: stranger.token });
    expectProblem(reply, 400, 'request-invalid');
    expect(reply.text).not.toContain(event.redemptionId ?? '');
  });

  it('shows the operator alone what is booked to nobody', async () => {
    const tenant = await makeTenant(hexiao);
    const event = redemptionAt({ merchantId: fresh('nobody') }, 'store');
    await book(hexiao, [event]);
    expectProblem(await voucher(event.voucherId, tenant.token), 404, 'not-found');
    const all = await ask(hexiao, 'GET', `/v1/vouchers/douyin/${event.voucherId}`);
    expect(read(all, voucherAnswer).entries).toMatchObject([{ providerId: 'unattributed' }]);
  });

  it('answers the operator 404 of what is not there', async () => {
    expectProblem(await ask(hexiao, 'GET', '/v1/vouchers/douyin/none'), 404, 'not-found');
  });

  it('refuses a platform nobody knows and an id too long', async () => {
    for (const place of ['weixin/v', `douyin/${'v'.repeat(129)}`]) {
      expectProblem(await ask(hexiao, 'GET', `/v1/vouchers/${place}`), 400, 'request-invalid');
    }
  });

  it('keeps ids with signs in them apart', async () => {
    const [tenant, stranger] = [await makeTenant(hexiao), await makeTenant(hexiao)];
    for (const [mine, theirs] of [
      ['v#1', 'v%231'],
      ['../v', 'v'],
      ['券'.repeat(128), '券'],
      ['v/1', 'v'],
    ]) {
      const at = { voucherId: mine ?? '', orderId: fresh('order') };
      const other = { voucherId: theirs ?? '', orderId: fresh('order') };
      await book(hexiao, [
        { ...redemptionAt(tenant, 'store'), ...at },
        { ...redemptionAt(stranger, 'store'), ...other },
      ]);
      const shown = read(await voucher(at.voucherId, tenant.token), voucherAnswer);
      expect(shown.voucherId).toBe(at.voucherId);
      expectProblem(await voucher(at.voucherId, stranger.token), 404, 'not-found');
      expectProblem(await voucher(other.voucherId, tenant.token), 404, 'not-found');
    }
  });
});

function byText(a: unknown, b: unknown): number {
  return String(a) < String(b) ? -1 : 1;
}
