import { describe, expect, test } from 'vitest';
import { CallBudgets } from '../../../lib/integrations/kit/call-budget.ts';
import { MemoryLeases } from '../../../lib/integrations/kit/call-leases.ts';
import type { Hint } from '../../../lib/integrations/kit/integration.ts';
import { OPEN_PLATFORM_CODES, SHOP_CODES } from '../../../lib/integrations/kit/kuaishou/codes.ts';
import { UNKNOWN_CODE_PATIENCE } from '../../../lib/integrations/kit/platform-error.ts';
import { kuaishouShop } from '../../../lib/integrations/kuaishou-shop/index.ts';
import { answer, NOW, platform, SETTINGS } from './platform.ts';
import { appWith, ORDER } from './support.ts';

const hint = (action: Hint['action'], orderId = ORDER): Hint => ({
  action,
  merchantId: '2160000001',
  orderId,
  voucherId: orderId,
  occurredAt: '2026-11-22T10:00:00.000+08:00',
});

describe('a hint', () => {
  test('of a payment becomes the order that the platform shows', async () => {
    // Prepare
    const { sandbox, context } = platform();
    sandbox.orders.set(ORDER, { status: 30, amountFen: 9_900, atMs: NOW });
    // Act
    const [resolution] = await kuaishouShop.resolve([hint('paid')], context);
    // Assess
    expect(resolution).toEqual({
      outcome: 'resolved',
      stores: [],
      events: [
        {
          kind: 'order.paid',
          eventId: `paid:${ORDER}`,
          merchantId: '2160000001',
          orderId: ORDER,
          voucherId: null,
          occurredAt: '2026-11-22T10:00:00.123+08:00',
          complete: true,
          amounts: {
            paidFen: 9_900,
            platformDiscountFen: 0,
            merchantDiscountFen: 0,
            paymentDiscountFen: 0,
            originalFen: 9_900,
          },
        },
      ],
    });
    expect(sandbox.calls).toEqual([{ method: 'sandbox.order', param: `{"oid":${ORDER}}` }]);
  });

  test('of a refund becomes a refund of the order, by its own id', async () => {
    const { sandbox, context } = platform();
    sandbox.refunds.set(ORDER, { status: 70, amountFen: 500, atMs: NOW, refundId: 'r1' });
    const [resolution] = await kuaishouShop.resolve([hint('refunded')], context);
    expect(resolution).toMatchObject({
      outcome: 'resolved',
      events: [
        {
          kind: 'voucher.refunded',
          eventId: 'refunded:r1',
          voucherId: ORDER,
          refundedFen: 500,
          takesBack: [],
          unusedFen: 500,
        },
      ],
    });
  });

  test('is queried once for all hints of its order', async () => {
    const { sandbox, context } = platform();
    sandbox.orders.set(ORDER, { status: 30, amountFen: 9_900, atMs: NOW });
    const all = await kuaishouShop.resolve([hint('paid'), hint('paid')], context);
    expect(all.map((one) => one.outcome)).toEqual(['resolved', 'resolved']);
    expect(sandbox.calls).toHaveLength(1);
  });

  test.each(['paid', 'refunded'] as const)(
    '(%s) waits while nobody said how to ask',
    async (action) => {
      const { context } = platform({ orderQuery: undefined, refundQuery: undefined });
      const [resolution] = await kuaishouShop.resolve([hint(action)], context);
      expect(resolution).toMatchObject({ outcome: 'wait', events: [] });
      expect(resolution?.why).toMatch(/^settings\.(order|refund)Query /);
    },
  );

  test('waits for the platform to show it, and is contradicted in the end', async () => {
    const { sandbox, context } = platform();
    sandbox.orders.set(ORDER, { status: 10, amountFen: 9_900, atMs: NOW });
    const ask = async (answers: number) =>
      (await kuaishouShop.resolve([hint('paid')], { ...context, answers }))[0];
    expect(await ask(0)).toMatchObject({ outcome: 'wait', answered: true, events: [] });
    expect(await ask(6)).toMatchObject({ outcome: 'contradicted', events: [] });
  });

  test.each([
    ['an amount', { amountField: 'data.other' }, 9_900],
    ['whole fen', {}, 99.5],
    ['a positive amount', {}, -1],
    ['whole fen of its yuan', { amountUnit: 'yuan' }, 99.001],
    ['a time', { atField: 'data.status.x' }, 9_900],
    ['a status', { statusField: 'data.0.status' }, 9_900],
  ])('never books a guess: without %s it waits', async (_what, fields, amountFen) => {
    const orderQuery = { ...SETTINGS.orderQuery, answer: { ...answer, ...fields } };
    const { sandbox, context } = platform({ orderQuery });
    sandbox.orders.set(ORDER, { status: 30, amountFen, atMs: NOW });
    const [resolution] = await kuaishouShop.resolve([hint('paid')], context);
    expect(resolution).toMatchObject({ outcome: 'wait', events: [] });
  });

  test('has the message’s time, and is incomplete, where no field reports it', async () => {
    const { atField: _none, ...untimed } = answer;
    const { sandbox, context } = platform({
      orderQuery: { ...SETTINGS.orderQuery, answer: { ...untimed, amountUnit: 'yuan' } },
    });
    sandbox.orders.set(ORDER, { status: 30, amountFen: 99.9, atMs: NOW });
    const [resolution] = await kuaishouShop.resolve([hint('paid')], context);
    expect(resolution?.events).toMatchObject([
      {
        occurredAt: '2026-11-22T10:00:00.000+08:00',
        complete: false,
        amounts: { paidFen: 9_990 },
      },
    ]);
  });

  test.each([
    ['does not answer', () => Promise.reject(new Error('socket')), true],
    ['answers no JSON', async () => new Response('<html>'), true],
    ['answers HTTP 503', async () => new Response('', { status: 503 }), true],
    ['answers HTTP 403', async () => new Response('', { status: 403 }), false],
    ['refuses', async () => Response.json({ result: 24, error_msg: 'a word of theirs' }), false],
    ['answers without a result', async () => Response.json({ data: {} }), false],
  ])('waits when the platform %s', async (_what, fetch, unavailable) => {
    const { context } = platform({}, { fetch });
    const [resolution] = await kuaishouShop.resolve([hint('paid')], context);
    expect(resolution).toMatchObject({ outcome: 'wait', unavailable, events: [] });
    expect(resolution?.why).not.toContain('word of theirs');
  });

  const BUSY = [SHOP_CODES, OPEN_PLATFORM_CODES].flatMap(({ codes }) =>
    Object.keys(codes).filter((code) => codes[code] === 'busy'),
  );

  test.each(BUSY)(
    'that is answered with the busy code %s is asked again, and told',
    async (code) => {
      // Prepare
      const { sandbox, context } = platform();
      sandbox.orders.set(ORDER, { status: 30, amountFen: 9_900, atMs: NOW });
      sandbox.fails.push(Number(code));
      // Act
      const [first] = await kuaishouShop.resolve([hint('paid')], { ...context, answers: 99 });
      const [second] = await kuaishouShop.resolve([hint('paid')], context);
      // Assess
      expect(first).toMatchObject({ outcome: 'wait', events: [] });
      expect(second).toMatchObject({ outcome: 'resolved', events: [{ complete: true }] });
    },
  );

  test('that is answered with a number nobody knows is queried again, within bounds, and names it', async () => {
    const { sandbox, context } = platform();
    const ask = async (answers: number) => {
      sandbox.fails.push(21);
      return (await kuaishouShop.resolve([hint('paid')], { ...context, answers }))[0];
    };
    expect(await ask(UNKNOWN_CODE_PATIENCE - 1)).toMatchObject({ outcome: 'wait', answered: true });
    const last = await ask(UNKNOWN_CODE_PATIENCE);
    expect(last).toMatchObject({ outcome: 'contradicted', events: [] });
    expect(last?.why).toContain('21');
  });

  test('is queried again without an end for a number that the operator calls busy', async () => {
    const { sandbox, context } = platform({ codes: { 21: 'busy' } });
    sandbox.fails.push(21);
    const [resolution] = await kuaishouShop.resolve([hint('paid')], { ...context, answers: 99 });
    expect(resolution).toMatchObject({ outcome: 'wait' });
  });

  test('waits as long as the platform says', async () => {
    const headers = { 'retry-after': '7' };
    const { context } = platform(
      {},
      { fetch: async () => new Response('', { status: 429, headers }) },
    );
    const [resolution] = await kuaishouShop.resolve([hint('paid')], context);
    expect(resolution).toMatchObject({ outcome: 'wait', retryAfterMs: 7_000 });
  });

  test('waits when there is no time left, no secret or no slot', async () => {
    const late = platform({}, { deadlineMs: NOW });
    const unarmed = platform({}, { app: appWith(undefined, SETTINGS) });
    const slow = platform({ callsPerSecond: 0.1 });
    const budgets = new CallBudgets(new MemoryLeases(), () => NOW);
    const limited = { ...slow.context, calls: budgets.of(slow.context.app, 'hints') };
    for (const { context } of [late, unarmed]) {
      const [resolution] = await kuaishouShop.resolve([hint('paid')], context);
      expect(resolution).toMatchObject({ outcome: 'wait' });
    }
    await kuaishouShop.resolve([hint('paid', '1')], limited);
    const [second] = await kuaishouShop.resolve([hint('paid', '2')], limited);
    expect(second).toMatchObject({ outcome: 'wait', unavailable: false });
    // The next one is too far away to be waited for.
    expect(second?.retryAfterMs).toBeGreaterThan(1_500);
  });

  test('no hints are no questions', async () => {
    expect(await kuaishouShop.resolve([], platform().context)).toEqual([]);
  });
});
