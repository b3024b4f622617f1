import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Emulators } from '../../infra/local/emulators.ts';
import { knownOf } from '../../lib/store/known.ts';
import { recordEvent } from '../../lib/store/ledger/events.ts';
import type { Table } from '../../lib/store/table.ts';
import { fresh } from '../support/fresh.ts';
import { startTable } from '../support/table.ts';
import { paid, redeemed, refunded } from './make.ts';

let emulators: Emulators;
let table: Table;

beforeAll(async () => {
  ({ emulators, table } = await startTable());
});
afterAll(() => emulators?.stop());

describe('the vouchers of an order, for a message that names the order alone', () => {
  const vouchersOf = (orderId: string) => knownOf(table, 'douyin').vouchersOf(orderId);

  test('are those used in the open loop and those that a refund names, each once', async () => {
    const [orderId, used, refundedOne] = [fresh('order'), fresh('voucher'), fresh('voucher')];
    const of = { loop: 'open', orderId } as const;
    await recordEvent(table, paid({ ...of, eventId: `paid:${orderId}` }));
    expect(await vouchersOf(orderId)).toEqual([]);
    // Two uses of one card, a refund of it, and a refund of another that was never used.
    for (const use of [1, 2]) {
      const redemptionId = `${used}-${use}`;
      const eventId = `redeemed:${redemptionId}`;
      await recordEvent(table, redeemed(redemptionId, { ...of, voucherId: used, eventId }));
    }
    for (const voucherId of [used, refundedOne]) {
      await recordEvent(table, refunded({ ...of, voucherId, eventId: `refunded:${voucherId}` }));
    }
    expect((await vouchersOf(orderId)).sort()).toEqual([used, refundedOne].sort());
    expect(await vouchersOf(fresh('order'))).toEqual([]);
  });

  test('are those that a refund names in the closed loop, where uses are not listed by order', async () => {
    const [orderId, used, refundedOne] = [fresh('order'), fresh('voucher'), fresh('voucher')];
    await recordEvent(
      table,
      redeemed(used, { orderId, voucherId: used, eventId: `redeemed:${used}` }),
    );
    await recordEvent(
      table,
      refunded({ orderId, voucherId: refundedOne, eventId: `refunded:${refundedOne}` }),
    );
    expect(await vouchersOf(orderId)).toEqual([refundedOne]);
  });
});
