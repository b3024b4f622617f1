import { describe, expect, it } from 'vitest';
import type { Hub } from '../../../lib/cli/simulation.ts';
import type { Player } from '../../../lib/integrations/sandbox-kit/player.ts';
import { type Entry, entrySchema } from '../../../lib/ledger/entry.ts';
import { archiveDelivery } from '../../../lib/store/deliveries/archive.ts';
import { MemoryTable } from '../store/table.ts';
import { leftOf, wrongShares, wrongStatements, wrongSums } from './office-books.ts';

const entry = (over: Partial<Entry>): Entry =>
  entrySchema.parse({
    ...{ entryId: 'e1', providerId: 'p-one', platform: 'douyin', merchantId: 'm1' },
    ...{ storeId: 's1', orderId: 'o1', voucherId: 'v1', redemptionId: 'r1', eventId: 'ev1' },
    ...{ kind: 'redemption', occurredAt: '2026-02-10T12:00:00+08:00', businessDay: '2026-02-10' },
    ...{ count: 1, amountFen: 10_000, commissionFen: 500, paidFen: 10_000, contractId: 'c1' },
    ...{ contractVersion: 1, reverses: null, channel: 'live', productId: 'g1', complete: true },
    explanation: {
      ...{ rule: 'agency-contract', basis: 'paid+platform', basisFen: 10_000 },
      ...{ shareBp: 10_000, rateBp: 500, candidates: 1 },
    },
    ...over,
  });

const agency = {
  ...{ contractId: 'c1', providerId: 'p-one', merchantId: 'm1', mode: 'agency' },
  ...{ scope: { stores: [], products: [] }, shareBp: 10_000 },
  ...{ startsAt: '2025-01-01T00:00:00+08:00', endsAt: null },
};
const special = {
  ...agency,
  ...{ contractId: 'c2', providerId: 'q-one', mode: 'special', shareBp: 3_333 },
  scope: { stores: ['s1'], products: [] },
};

const player = {
  platform: 'douyin',
  merchants: [{ merchantId: 'm1' }],
  truth: () => [{ id: 'v1', state: 'redeemed', paidFen: 0, redeemedFen: 10_000, standing: [] }],
} as unknown as Player;

function answering(answers: Readonly<Record<string, unknown>>): Hub {
  return {
    post: () => Promise.reject(new Error('nothing is posted')),
    call: async (_method, path) =>
      Object.entries(answers).find(([start]) => path.startsWith(start))?.[1],
  };
}

describe('whose each fact is', () => {
  const operator = answering({
    '/v1/policies': { current: { order: ['special', 'agency'] } },
    '/v1/contracts': { contracts: [agency, special] },
  });
  const part = { eventId: 'ev1', voucherId: 'v1' };

  it('is right where the first mode has its share, and nobody the rest', async () => {
    const entries = [
      entry({ ...part, entryId: 'a', providerId: 'q-one', amountFen: 3_333 }),
      entry({ ...part, entryId: 'b', providerId: 'unattributed', amountFen: 6_667 }),
    ];
    expect(await wrongShares(operator, [player], entries)).toEqual([]);
  });

  it('is wrong where another mode had it, or a corrected entry stands for it', async () => {
    const first = entry({ entryId: 'a' });
    expect(await wrongShares(operator, [player], [first])).toEqual([
      'ev1 v1: q-one has 0 fen, and is due 3333.00',
      'ev1 v1: unattributed has 0 fen, and is due 6667.00',
      'ev1 v1: p-one has 10000 fen, and is due 0.00',
    ]);
    const corrected = entry({ entryId: 'x', corrects: 'a', amountFen: -10_000 });
    expect(await wrongShares(operator, [player], [first, corrected])).toEqual([]);
  });

  it('sums up to what is true over all providers', () => {
    expect(wrongSums([player], [entry({})])).toEqual([]);
    expect(wrongSums([player], [entry({}), entry({ entryId: 'b', amountFen: 1 })])).toEqual([
      'all providers, douyin redeemed: 10001, not 10000',
    ]);
  });
});

describe('statements', () => {
  const closed = (over: object) => ({
    ...{ statementId: '2026-02.p-one', month: '2026-02', status: 'closed' },
    ...{ totals: { commissionFen: 500 }, adjustments: { commissionFen: 0 } },
    balance: { openingFen: 0, payableFen: 500, carriedFen: 0 },
    ...over,
  });
  const look = (statement: object, lines: readonly object[]) =>
    wrongStatements(
      answering({
        '/v1/statements?': { statements: [statement] },
        '/v1/statements/': { lines, next: null },
      }),
      [entry({})],
    );
  const line = { entryId: 'line', amountFen: 10_000, commissionFen: 500 };

  it('have each entry once, and come to what was earned', async () => {
    expect(await look(closed({}), [line])).toEqual([]);
  });

  it('are wrong in whatever differs', async () => {
    const unpaid = { openingFen: 1, payableFen: 0, carriedFen: 0 };
    const odd = closed({ status: 'closing', totals: { commissionFen: 1 }, balance: unpaid });
    expect(await look(odd, [line, line])).toEqual([
      '2026-02.p-one is closing',
      '2026-02.p-one: its lines come to 1000, not 1',
      '2026-02.p-one opens with 1, not 0',
      'line is in 2026-02.p-one and in 2026-02.p-one',
      'p-one: statements pay 0 and carry 0, and it earned 500',
    ]);
    expect(await look(closed({}), [])).toContain('p-one: 0 of 1 entries are in statements');
  });
});

describe('an erased order', () => {
  const asked = { platform: 'douyin', orderIds: ['order-of-theirs'] };
  const at = (pk: string, item: object) => ({ pk, sk: '-', platform: 'douyin', ...item });

  it('is nowhere with its buyer, nor in any body', async () => {
    const table = new MemoryTable();
    const sold = { orderId: 'order-of-theirs', sale: { buyer: null } };
    await table.put({ pk: 'VOUCHER#1', sk: '-' }, at('VOUCHER#1', sold));
    const erased = at('DELIVERY#1', { erasedBy: 'e1' });
    await table.put({ pk: 'DELIVERY#1', sk: '-' }, erased);
    expect(await leftOf(asked, table)).toEqual([]);
  });

  it('is found where something of it was left', async () => {
    const table = new MemoryTable();
    const sold = { orderId: 'order-of-theirs', sale: { buyer: 'a hash' } };
    await table.put({ pk: 'VOUCHER#1', sk: '-' }, at('VOUCHER#1', sold));
    const body = Buffer.from('{"order_id":"order-of-theirs"}');
    const delivery = { deliveryId: '1', integration: 'douyin-life', appKey: 'k', receivedAt: '' };
    const outcome = { outcome: 'events', kind: 'k' } as const;
    await archiveDelivery(table, { ...delivery, body }, outcome, 0);
    expect(await leftOf(asked, table)).toEqual([
      'the buyer of an erased order stands in VOUCHER#1 -',
      'an erased order is in the body of DELIVERY#1',
    ]);
  });
});
