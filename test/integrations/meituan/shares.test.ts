import { describe, expect, test } from 'vitest';
import { amountsOfShares, sharesByVoucher } from '../../../lib/integrations/meituan/shares.ts';

const share = (amountType: number, fen: number) => ({ amountType: String(amountType), fen });

describe('a voucher’s worth from its shares', () => {
  test('is what the buyer paid, and what 验证金额 has beyond it is the platform’s', () => {
    expect(amountsOfShares([share(-1, 9_900), share(10, 9_400), share(15, 500)])).toEqual({
      ...{ paidFen: 9_400, platformDiscountFen: 500, merchantDiscountFen: 0 },
      ...{ paymentDiscountFen: 0, originalFen: 9_900 },
    });
  });

  test('has the merchant’s shares beside it', () => {
    const shares = [share(-1, 8_900), share(10, 8_900), share(17, 600), share(8, 400)];
    expect(amountsOfShares(shares)).toMatchObject({
      ...{ paidFen: 8_900, platformDiscountFen: 0, merchantDiscountFen: 1_000 },
      originalFen: 9_900,
    });
  });

  test('divides what platform and merchant give together by 验证金额', () => {
    const shares = [share(-1, 9_300), share(10, 9_000), share(18, 900)];
    expect(amountsOfShares(shares)).toMatchObject({
      ...{ paidFen: 9_000, platformDiscountFen: 300, merchantDiscountFen: 600 },
      originalFen: 9_900,
    });
  });

  test('without 验证金额 is the sum of both, where every share is somebody’s', () => {
    expect(amountsOfShares([share(10, 9_400), share(2, 500)])).toMatchObject({
      ...{ paidFen: 9_400, platformDiscountFen: 500, originalFen: 9_900 },
    });
  });

  test.each([
    ['a type that no page names', [share(-1, 100), share(99, 100)], 'amountType: 99'],
    ['验证金额 twice', [share(-1, 100), share(-1, 100)], 'amountType: -1 twice'],
    ['less than the buyer paid', [share(-1, 90), share(10, 100)], 'amount of amountType -1'],
    ['more than all shares', [share(-1, 150), share(10, 100)], 'amount of amountType -1'],
    ['less than the platform’s own', [share(-1, 100), share(10, 90), share(15, 20)], '-1'],
    ['undivided shares alone', [share(10, 100), share(18, 20)], 'no -1'],
  ])('is refused with %s, by the field’s name', (_what, shares, field) => {
    expect(() => amountsOfShares(shares)).toThrow(field);
  });
});

describe('the shares of an order', () => {
  const row = { receiptCode: '0112345678901', amount: 99.9, amountType: 10 };

  test('are yuan as floats, and vouchers’ codes keep their zeros', () => {
    const result = [row, { ...row, amountType: -1 }, { ...row, receiptCode: '02' }];
    const byVoucher = sharesByVoucher({ data: { result } });
    expect([...byVoucher]).toEqual([
      ['0112345678901', [share(10, 9_990), share(-1, 9_990)]],
      ['02', [share(10, 9_990)]],
    ]);
  });

  test.each([
    ['fen', { amount: { fen: 9990 } }, 'amount'],
    ['three decimals', { amount: '9.999' }, 'amount'],
    ['no code', { receiptCode: null }, 'receiptCode'],
    ['a type that is none', { amountType: 'x' }, 'amountType'],
  ])('are refused with %s, by the field’s name', (_what, odd, field) => {
    const answer = { data: { result: [row, { ...row, ...odd }] } };
    expect(() => sharesByVoucher(answer)).toThrow(`data.result.1.${field}`);
  });
});
