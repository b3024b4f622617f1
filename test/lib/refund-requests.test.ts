import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Emulators } from '../../infra/local/emulators.ts';
import { voucherState } from '../../lib/attribution/voucher-state.ts';
import { importCodes, putCodePool } from '../../lib/callbacks/code-pools.ts';
import { dropIfDone, openRefunds } from '../../lib/callbacks/open-refunds.ts';
import { openCallbackRecords } from '../../lib/callbacks/records.ts';
import { putRefundPolicy, type RefundPolicy } from '../../lib/callbacks/refund-policy.ts';
import {
  closeRefund,
  decideRefund,
  fileRefund,
  markNotified,
  putOffNotification,
  readRefund,
  type StoredRefund,
} from '../../lib/callbacks/refund-requests.ts';
import type { Event } from '../../lib/events/event.ts';
import type { RefundClaim } from '../../lib/integrations/kit/records.ts';
import { recordEvent } from '../../lib/store/ledger/events.ts';
import type { Table } from '../../lib/store/table.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import { fresh } from '../support/fresh.ts';
import type { Killer } from '../support/killer.ts';
import { startTable } from '../support/table.ts';
import { minute, paid, redeemed, refunded, reversed, START_MS } from './make.ts';

let emulators: Emulators;
let table: Table;
let killer: Killer;

beforeAll(async () => {
  ({ emulators, table, killer } = await startTable());
});

afterAll(() => emulators?.stop());

const claimOf = (over: Partial<RefundClaim> = {}): RefundClaim => ({
  integration: 'douyin-life',
  appKey: 'aw0000000000test',
  merchantId: fresh('merchant'),
  refundId: fresh('refund'),
  orderId: fresh('order'),
  voucherIds: [],
  requestedFen: 9_900,
  decideBy: null,
  reference: { sub: '1' },
  decisionBy: 'answer',
  ...over,
});

const file = (claim: RefundClaim, nowMs = START_MS) => fileRefund(table, 'douyin', claim, nowMs);

const read = (refundId: string) => readRefund(table, 'douyin', refundId);

async function listed(refundId: string): Promise<StoredRefund | undefined> {
  for await (const open of openRefunds(table)) if (open.refundId === refundId) return open.request;
  return undefined;
}

async function isListed(refundId: string): Promise<boolean> {
  for await (const open of openRefunds(table)) if (open.refundId === refundId) return true;
  return false;
}

const refuse = { status: 'refused', decidedBy: 'operator', reason: '已使用' } as const;
const approve = { status: 'approved', decidedBy: 'operator', reason: null } as const;

describe('filing a request', () => {
  test('lets it wait for the operator, in the list, with all that was claimed', async () => {
    // Prepare
    const claim = claimOf({ decideBy: minute(60) });
    // Act
    const request = await file(claim);
    // Assess
    const { decisionBy: _toldBy, ...claimed } = claim;
    expect(request).toEqual({
      ...claimed,
      ...{ platform: 'douyin', status: 'pending', requestedAt: toInstant(START_MS) },
      ...{ decidedBy: null, decidedAt: null, reason: null, notifiedAt: null },
      ...{ notifications: 0, notifyAtMs: START_MS, notificationNote: null },
    });
    expect(await read(claim.refundId)).toEqual(request);
    expect(await listed(claim.refundId)).toEqual(request);
  });

  test('again gives what stands, whatever became of it', async () => {
    // Prepare
    const claim = claimOf();
    await file(claim);
    await decideRefund(table, 'douyin', claim.refundId, refuse, START_MS + 1);
    await putRefundPolicy(table, 'douyin', claim.merchantId, 'auto-approve-all');
    // Act
    const again = await file(claim, START_MS + 2);
    // Assess
    expect(again).toMatchObject({ status: 'refused', reason: '已使用' });
    expect(again.requestedAt).toBe(toInstant(START_MS));
  });

  test('50 times at once files one', async () => {
    const claim = claimOf();
    const all = await Promise.all(Array.from({ length: 50 }, (_, i) => file(claim, START_MS + i)));
    expect(new Set(all.map((one) => JSON.stringify(one))).size).toBe(1);
  });

  test('under the id of another order’s request is kept apart, for somebody to look at', async () => {
    // Prepare: the policy would approve anything
    const claim = claimOf();
    await putRefundPolicy(table, 'douyin', claim.merchantId, 'auto-approve-all');
    const first = await file(claim);
    const orderId = fresh('order');
    // Act
    const second = await file({ ...claim, orderId });
    // Assess
    expect(first).toMatchObject({ refundId: claim.refundId, status: 'approved' });
    expect(second).toMatchObject({ orderId, status: 'pending', reference: claim.reference });
    expect(second.refundId).not.toBe(claim.refundId);
    expect(await file({ ...claim, orderId })).toEqual(second);
    expect(await read(claim.refundId)).toEqual(first);
    expect(await isListed(second.refundId)).toBe(true);
  });

  test('of two orders under one id is closed for the order that the platform names', async () => {
    const claim = claimOf();
    await file(claim);
    const other = await file({ ...claim, orderId: fresh('order') });
    const words = { status: 'approved', reason: '' } as const;
    const { refundId } = claim;
    await closeRefund(table, 'douyin', { refundId, orderId: other.orderId }, words, START_MS + 1);
    expect(await read(refundId)).toMatchObject({ status: 'pending' });
    expect(await read(other.refundId)).toMatchObject({ status: 'approved' });
  });

  test('that wants no decision is approved and told, and in no list', async () => {
    const claim = claimOf({ decisionBy: 'none' });
    const request = await file(claim);
    expect(request).toMatchObject({ status: 'approved', decidedBy: 'policy' });
    expect(request.notifiedAt).not.toBeNull();
    expect(await isListed(claim.refundId)).toBe(false);
  });

  test.each(['before', 'after'] as const)(
    'is done once and found by all who look, if it dies %s any of its calls',
    async (when) => {
      let claim = claimOf();
      const deaths = await killer.atEveryCall(
        when,
        () => {
          claim = claimOf();
          return file(claim);
        },
        async () => {
          const standing = await read(claim.refundId);
          if (standing !== undefined) expect(await isListed(claim.refundId)).toBe(true);
          const request = await file(claim);
          expect(await listed(claim.refundId)).toEqual(request);
        },
      );
      expect(deaths).toBeGreaterThan(2);
    },
  );

  test('leaves no place in the list for what never came to be', async () => {
    // Prepare: it dies between the list and the request
    const claim = claimOf();
    killer.arm(4, 'before');
    await expect(file(claim)).rejects.toThrow('killed');
    killer.disarm();
    expect(await read(claim.refundId)).toBeUndefined();
    const sweep = async (nowMs: number) => {
      for await (const open of openRefunds(table)) {
        if (open.refundId === claim.refundId) await dropIfDone(table, open, nowMs);
      }
    };
    // Act, Assess: not while it may still come
    await sweep(START_MS + 60_000);
    expect(await isListed(claim.refundId)).toBe(true);
    await sweep(START_MS + 601_000);
    expect(await isListed(claim.refundId)).toBe(false);
  });
});

describe('a decision', () => {
  test('is the first one’s, and stays in the list until it is told', async () => {
    // Prepare
    const { refundId } = await file(claimOf());
    // Act
    const both = await Promise.all([
      decideRefund(table, 'douyin', refundId, approve, START_MS + 1),
      decideRefund(table, 'douyin', refundId, refuse, START_MS + 1),
    ]);
    // Assess
    expect(both.filter((isMine) => isMine)).toHaveLength(1);
    const standing = await listed(refundId);
    expect(standing?.status).toBe(both[0] ? 'approved' : 'refused');
    if (standing === undefined) throw new Error('it must be listed');
    await markNotified(table, standing, null, START_MS + 2);
    expect(await isListed(refundId)).toBe(false);
    expect((await read(refundId))?.notifiedAt).toBe(toInstant(START_MS + 2));
  });

  test('is put off by one worker at a time, and not once it is told', async () => {
    // Prepare
    const { refundId } = await file(claimOf());
    await decideRefund(table, 'douyin', refundId, approve, START_MS);
    const request = await read(refundId);
    if (request === undefined) throw new Error('it must be there');
    // Act
    const both = [
      await putOffNotification(table, request, START_MS + 10),
      await putOffNotification(table, request, START_MS + 20),
    ];
    await markNotified(table, request, null, START_MS);
    const late = await putOffNotification(table, { ...request, notifications: 1 }, START_MS + 30);
    // Assess
    expect([...both, late]).toEqual([true, false, false]);
    expect(await read(refundId)).toMatchObject({ notifications: 1, notifyAtMs: START_MS + 10 });
  });

  test('of nothing makes nothing', async () => {
    expect(await decideRefund(table, 'douyin', 'nobody', approve, START_MS)).toBe(false);
    const words = { status: 'refused', reason: 'x' } as const;
    const nobody = { refundId: 'nobody', orderId: 'no-order' };
    await closeRefund(table, 'douyin', nobody, words, START_MS);
    expect(await read('nobody')).toBeUndefined();
  });

  test('by the platform closes a pending request, and it need not be told', async () => {
    const request = await file(claimOf());
    const { refundId } = request;
    const words = { status: 'refused', reason: '超'.repeat(300) } as const;
    await closeRefund(table, 'douyin', request, words, START_MS + 5);
    expect(await read(refundId)).toMatchObject({
      ...{ status: 'refused', decidedBy: 'platform', reason: '超'.repeat(200) },
      notifiedAt: toInstant(START_MS + 5),
    });
    expect(await isListed(refundId)).toBe(false);
  });

  test('by the platform takes the place of ours until ours was told', async () => {
    // Prepare
    const [untold, told] = [await file(claimOf()), await file(claimOf())];
    for (const { refundId } of [untold, told]) {
      await decideRefund(table, 'douyin', refundId, refuse, START_MS);
    }
    await markNotified(table, told, null, START_MS);
    // Act
    for (const request of [untold, told]) {
      await closeRefund(table, 'douyin', request, { status: 'approved', reason: '' }, START_MS);
    }
    // Assess
    expect(await read(untold.refundId)).toMatchObject({
      ...{ status: 'approved', decidedBy: 'platform', reason: null },
    });
    expect(await read(told.refundId)).toMatchObject({ status: 'refused', decidedBy: 'operator' });
  });
});

describe('the merchant’s policy', () => {
  const withPolicy = async (policy: RefundPolicy, over: Partial<RefundClaim> = {}) => {
    const claim = claimOf(over);
    await putRefundPolicy(table, 'douyin', claim.merchantId, policy);
    return claim;
  };

  test('auto-approve-all approves what nobody knows', async () => {
    const request = await file(
      await withPolicy('auto-approve-all', { voucherIds: ['never-seen'] }),
    );
    expect(request).toMatchObject({ status: 'approved', decidedBy: 'policy' });
  });

  test.each([
    ['answer', true, false],
    ['call', false, true],
    ['none', true, false],
  ] as const)(
    'decisionBy %s: told at once %s, to be called %s',
    async (decisionBy, isTold, isToNotify) => {
      // Prepare
      const claim = await withPolicy('auto-approve-all', { decisionBy });
      const records = openCallbackRecords(table, 'douyin', () => START_MS);
      // Act
      const request = await records.fileRefund(claim);
      const again = openCallbackRecords(table, 'douyin', () => START_MS);
      await again.fileRefund(claim);
      // Assess
      expect(request.notifiedAt !== null).toBe(isTold);
      expect([...records.toNotify]).toEqual(isToNotify ? [claim.refundId] : []);
      expect([...again.toNotify]).toEqual(isToNotify ? [claim.refundId] : []);
      expect(await isListed(claim.refundId)).toBe(isToNotify);
    },
  );

  describe('auto-approve-unused', () => {
    /** A voucher with these events, by name. */
    const cases: [string, (ids: { voucherId: string; orderId: string }) => Event[], string][] = [
      ['of which nothing is known', () => [], 'pending'],
      ['that was issued', (ids) => [issuedEvent(ids)], 'approved'],
      ['that was redeemed', (ids) => [issuedEvent(ids), redeemed('r', ids)], 'pending'],
      [
        'that was redeemed and reversed',
        (ids) => [redeemed('r', ids), reversed('r', ids)],
        'approved',
      ],
      ['that was refunded', (ids) => [issuedEvent(ids), refunded(ids)], 'pending'],
      [
        'whose redemption was only noticed',
        (ids) => [issuedEvent(ids), redeemed('r', { ...ids, complete: false })],
        'pending',
      ],
      ['of which only the request itself is known', (ids) => [requestedEvent(ids)], 'pending'],
    ];

    test.each(cases)('a voucher %s', async (_what, eventsOf, status) => {
      const ids = { voucherId: fresh('voucher'), orderId: fresh('order') };
      for (const event of eventsOf(ids)) await recordEvent(table, event);
      const over = { orderId: ids.orderId, voucherIds: [ids.voucherId] };
      expect((await file(await withPolicy('auto-approve-unused', over))).status).toBe(status);
    });

    test('two vouchers of which one was redeemed wait', async () => {
      const [one, other] = [fresh('voucher'), fresh('voucher')];
      await recordEvent(table, issuedEvent({ voucherId: one, orderId: 'o' }));
      await recordEvent(table, redeemed(fresh('r'), { voucherId: other }));
      const claim = await withPolicy('auto-approve-unused', { voucherIds: [one, other] });
      expect((await file(claim)).status).toBe('pending');
    });

    test.each([
      [false, 'approved'],
      [true, 'pending'],
    ])(
      'a voucher unknown, of an order with our codes, used elsewhere %s',
      async (isUsed, status) => {
        // Prepare
        const claim = await withPolicy('auto-approve-unused', { voucherIds: [fresh('voucher')] });
        const { merchantId, orderId } = claim;
        await giveCode(merchantId, orderId);
        if (isUsed) {
          await recordEvent(table, redeemed(fresh('r'), { orderId, voucherId: fresh('voucher') }));
        }
        // Act, Assess
        expect((await file(claim)).status).toBe(status);
      },
    );

    test('an order of the closed loop that we gave no codes proves nothing', async () => {
      const orderId = fresh('order');
      await recordEvent(table, paid({ orderId, loop: 'closed' }));
      expect((await file(await withPolicy('auto-approve-unused', { orderId }))).status).toBe(
        'pending',
      );
    });

    test.each([
      [false, 'approved'],
      [true, 'pending'],
    ])(
      'a voucher unknown, of an order paid in the open loop, used elsewhere %s',
      async (isUsed, status) => {
        // Prepare
        const orderId = fresh('order');
        const loop = 'open';
        await recordEvent(table, paid({ orderId, loop }));
        const voucherId = fresh('voucher');
        if (isUsed) await recordEvent(table, redeemed(fresh('r'), { orderId, voucherId, loop }));
        // Act, Assess
        const over = { orderId, voucherIds: [fresh('voucher')] };
        expect((await file(await withPolicy('auto-approve-unused', over))).status).toBe(status);
      },
    );

    test.each([
      ['nothing is known of it', false, [], 'pending'],
      ['it was paid', true, [], 'approved'],
      ['a voucher of it was redeemed', true, ['redeemed'], 'pending'],
      ['a voucher of it was redeemed and reversed', true, ['redeemed', 'reversed'], 'approved'],
      ['it was refunded', true, ['refunded'], 'pending'],
    ])('an order named alone, when %s', async (_what, isPaid, happened, status) => {
      // Prepare
      const orderId = fresh('order');
      const [voucherId, act] = [fresh('voucher'), fresh('r')];
      const eventId = fresh('event');
      const loop = 'open';
      if (isPaid) await recordEvent(table, paid({ orderId, loop }));
      if (happened.includes('redeemed')) {
        await recordEvent(table, redeemed(act, { orderId, voucherId, loop }));
      }
      if (happened.includes('reversed')) {
        await recordEvent(table, reversed(act, { orderId, voucherId }));
      }
      if (happened.includes('refunded')) {
        await recordEvent(table, refunded({ eventId, orderId, voucherId, unusedFen: 100 }));
      }
      // Act, Assess
      const claim = await withPolicy('auto-approve-unused', { orderId });
      expect((await file(claim)).status).toBe(status);
    });
  });
});

async function giveCode(merchantId: string, orderId: string): Promise<void> {
  const name = { platform: 'douyin', merchantId } as const;
  await putCodePool(table, name, { source: 'imported' });
  await importCodes(table, name, [fresh('C')]);
  const records = openCallbackRecords(table, 'douyin', () => START_MS);
  await records.issueCodes({ merchantId, orderId, productId: null, count: 1 });
  expect(await records.codesOf(orderId)).toHaveLength(1);
}

function issuedEvent(ids: { voucherId: string; orderId: string }): Event {
  const {
    redemptionId: _id,
    storeId: _store,
    amounts: _amounts,
    sale: _sale,
    ...base
  } = redeemed('x');
  const eventId = `issued:${ids.voucherId}`;
  return { ...base, ...ids, kind: 'voucher.issued', eventId, productId: null };
}

function requestedEvent(ids: { voucherId: string; orderId: string }): Event {
  const { productId: _id, ...base } = issuedEvent(ids) as Extract<
    Event,
    { kind: 'voucher.issued' }
  >;
  const eventId = `refund-requested:${ids.voucherId}`;
  return { ...base, eventId, kind: 'voucher.refund_requested', refundId: null, requestedFen: null };
}

describe('a voucher’s state', () => {
  const ids = { voucherId: 'v', orderId: 'o' };
  const notice = (id: string, minutes: number) =>
    redeemed(id, { complete: false, occurredAt: minute(minutes) });

  test.each<[string, Event[], string]>([
    ['nothing', [], 'unknown'],
    ['issued', [issuedEvent(ids)], 'unused'],
    ['redeemed', [redeemed('a')], 'redeemed'],
    ['reversed before its redemption came', [reversed('a')], 'unused'],
    ['redeemed twice, reversed once', [redeemed('a'), redeemed('b'), reversed('b')], 'redeemed'],
    ['redeemed and refunded', [redeemed('a'), refunded()], 'refunded'],
    ['noticed', [notice('a', 0)], 'redeemed'],
    ['noticed and reversed by name', [notice('a', 0), reversed('a')], 'unused'],
    ['noticed and reversed without a name', [notice('a', 0), reversed(null)], 'unused'],
    ['noticed after an unnamed reversal', [notice('a', 40), reversed(null)], 'redeemed'],
    [
      'noticed twice, reversed once without a name',
      [notice('a', 0), notice('b', 1), reversed(null)],
      'redeemed',
    ],
  ])('%s', (_what, events, state) => {
    expect(voucherState(events)).toBe(state);
  });
});
