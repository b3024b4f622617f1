import type { IdSource } from './ids.ts';
import type { Merchant, Product, Store } from './model.ts';
import { Refusal } from './refusal.ts';
import type { NewProduct } from './sale.ts';

export interface NewStore {
  readonly accountId: string;
  readonly name: string;
  readonly city: string;
  readonly poiId?: string;
  readonly thirdId?: string;
}

/** Who sells what and where: the part of the world that stands before anything is sold. */
export class Catalogue {
  /** Epoch ms. */
  readonly now: () => number;
  readonly merchants = new Map<string, Merchant>();
  readonly stores = new Map<string, Store>();
  readonly products = new Map<string, Product>();
  protected readonly nextId: IdSource;

  constructor(now: () => number, nextId: IdSource) {
    this.now = now;
    this.nextId = nextId;
  }

  addMerchant(merchant: { readonly name: string; readonly accountId?: string }): Merchant {
    const accountId = merchant.accountId ?? this.nextId('merchant');
    const added = { accountId, name: merchant.name, authorised: true };
    this.merchants.set(accountId, added);
    return added;
  }

  /** @throws Refusal when there is no such merchant */
  addStore(store: NewStore): Store {
    const { accountId, name, city } = store;
    this.#merchant(accountId);
    const poiId = store.poiId ?? this.nextId('store');
    const added = { poiId, accountId, name, city, thirdId: store.thirdId ?? `shop-${poiId}` };
    this.stores.set(poiId, added);
    return added;
  }

  /** @throws Refusal when there is no such merchant */
  addProduct(product: NewProduct): Product {
    const { accountId, name, priceFen, timesCount = 1 } = product;
    this.#merchant(accountId);
    const added: Product = {
      productId: product.productId ?? this.nextId('product'),
      accountId,
      name,
      grouponType: timesCount > 1 ? 3 : (product.grouponType ?? 1),
      timesCount,
      priceFen,
      marketPriceFen: product.marketPriceFen ?? priceFen,
      soldFromMs: this.now(),
    };
    this.products.set(added.productId, added);
    return added;
  }

  /** A merchant gives the app its authorisation, or takes it away: then the API answers 2119005. */
  authorise(accountId: string, authorised: boolean): void {
    this.#merchant(accountId).authorised = authorised;
  }

  #merchant(accountId: string): Merchant {
    const merchant = this.merchants.get(accountId);
    if (!merchant) throw new Refusal(`there is no merchant ${accountId}`);
    return merchant;
  }
}
