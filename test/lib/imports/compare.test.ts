import { describe, expect, test } from 'vitest';
import { compareImport } from '../../../lib/imports/compare.ts';
import type { KnownMerchant } from '../../../lib/imports/known-merchant.ts';
import type { ImportLine } from '../../../lib/imports/read-lines.ts';
import { emptyRollup } from '../../../lib/ledger/rollup.ts';
import { contract } from '../make.ts';

const WINDOW = { from: '2025-10-01', to: '2025-10-31', isEstimate: true };
const standing = contract(1, { startsAt: '2025-01-01T00:00:00.000+08:00', endsAt: null });

const rollup = (over: Partial<ReturnType<typeof emptyRollup>>) => ({ ...emptyRollup(), ...over });
const books = { paidFen: 900, redeemedFen: 500, refundedFen: 50, commissionFen: 25 };

function ours(over: Partial<KnownMerchant> = {}): ReadonlyMap<string, KnownMerchant> {
  const known = { rollup: rollup(books), unattributed: emptyRollup(), contracts: [standing] };
  return new Map([['m', { ...known, ...over }]]);
}

const same = { paid: 900, redeemed: 500, refunded: 50, commission: 25 };
const line = (over: Partial<ImportLine['amounts']>, merchantId = 'm'): ImportLine => ({
  ...{ line: 2, merchantId, amounts: { ...same, ...over } },
});

const causes = (over: Partial<ImportLine['amounts']>, known = ours()) =>
  compareImport([line(over)], known, WINDOW).map(
    ({ measure, cause }) => `${measure}: ${cause.code}`,
  );

describe('a file against our books', () => {
  test('agrees where every amount does, and what the file leaves empty is unknown', () => {
    expect(causes({})).toEqual([]);
    expect(causes({ commission: null, refunded: null })).toEqual([]);
  });

  test('says both amounts of what differs', () => {
    expect(compareImport([line({ redeemed: 700, commission: 25 })], ours(), WINDOW)).toMatchObject([
      { merchantId: 'm', measure: 'redeemed', ours: 500, theirs: 700 },
    ]);
  });

  test('adds the lines of a merchant', () => {
    const half = { paid: 450, redeemed: 250, refunded: 25, commission: null };
    expect(compareImport([line(half), line(half)], ours(), WINDOW)).toEqual([]);
  });

  test.each([
    [
      'a contract that begins later',
      { contracts: [contract(1, { startsAt: '2025-10-10T00:00:00.000+08:00' })] },
      'contract-starts-later',
    ],
    [
      'one that ended',
      {
        contracts: [
          contract(1, {
            startsAt: '2025-01-01T00:00:00.000+08:00',
            endsAt: '2025-10-20T00:00:00.000+08:00',
          }),
        ],
      },
      'contract-ended',
    ],
    [
      'one of a part',
      { contracts: [contract(1, { startsAt: standing.startsAt, endsAt: null, shareBp: 5_000 })] },
      'shared',
    ],
    ['what is booked to nobody', { unattributed: rollup({ redeemedFen: 200 }) }, 'outside-scope'],
    [
      'stores that the contract does not name',
      {
        unattributed: rollup({ redeemedFen: 200 }),
        contracts: [
          contract(1, {
            startsAt: standing.startsAt,
            endsAt: null,
            scope: { stores: ['s1'], channels: [], products: [], creators: [] },
          }),
        ],
      },
      'unknown-store',
    ],
    ['nothing that the books show', {}, 'events-missing'],
  ])('that has more is explained by %s', (_what, over, code) => {
    expect(causes({ redeemed: 700 }, ours(over))).toContain(`redeemed: ${code}`);
  });

  test('that has less is explained by a refund that came later, or by its export', () => {
    expect(causes({ redeemed: 400, refunded: 150 })).toContain('redeemed: late-refund');
    expect(causes({ redeemed: 400 })).toContain('redeemed: exported-earlier');
  });

  test('whose payments include refunds says so', () => {
    expect(causes({ paid: 940 })).toEqual(['paid: refunds-included']);
  });

  test('whose commission differs says whether the GMV does', () => {
    expect(causes({ commission: 26 })).toEqual(['commission: estimate']);
    expect(causes({ commission: 35, redeemed: 700 })).toContain('commission: gmv-differs');
    const bill = compareImport([line({ commission: 26 })], ours(), {
      ...WINDOW,
      isEstimate: false,
    });
    expect(bill.map(({ cause }) => cause.code)).toEqual(['rate']);
  });

  test('lists what the file does not have, and not merchants without GMV', () => {
    const both = new Map([
      ...ours(),
      ['idle', { rollup: emptyRollup(), unattributed: emptyRollup(), contracts: [] }],
    ]);
    expect(
      compareImport([], both, WINDOW).map(({ merchantId, measure, theirs }) => [
        merchantId,
        measure,
        theirs,
      ]),
    ).toEqual([
      ['m', 'paid', null],
      ['m', 'redeemed', null],
      ['m', 'refunded', null],
      ['m', 'commission', null],
    ]);
  });
});
