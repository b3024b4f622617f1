import type { Merchant, Product, Store } from './model.ts';
import type { World } from './world.ts';

export interface Stock {
  readonly merchant: Merchant;
  readonly stores: readonly [Store, Store, Store];
  readonly meal: Product;
  readonly voucher: Product;
  /** Five uses. */
  readonly card: Product;
}

/** Puts one merchant with three stores and three products into the world, to begin with. */
export function stock(world: World): Stock {
  const merchant = world.addMerchant({ name: '山月火锅' });
  const { accountId } = merchant;
  return {
    merchant,
    stores: [
      world.addStore({ accountId, name: '山月火锅(静安店)', city: '上海' }),
      world.addStore({ accountId, name: '山月火锅(徐汇店)', city: '上海' }),
      world.addStore({ accountId, name: '山月火锅(西湖店)', city: '杭州' }),
    ],
    meal: world.addProduct({
      accountId,
      name: '双人套餐',
      priceFen: 12_800,
      marketPriceFen: 19_800,
    }),
    voucher: world.addProduct({
      accountId,
      name: '100 元代金券',
      priceFen: 8_800,
      marketPriceFen: 10_000,
      grouponType: 2,
    }),
    card: world.addProduct({
      accountId,
      name: '午市五次卡',
      priceFen: 9_999,
      marketPriceFen: 15_000,
      timesCount: 5,
    }),
  };
}
