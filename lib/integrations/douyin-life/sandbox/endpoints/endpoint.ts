import { ApiFailure, CODES, type Fields } from '../answers.ts';
import type { EndpointName, Faults } from '../faults.ts';
import type { Merchant } from '../model.ts';
import { requiredText } from '../query.ts';
import type { World } from '../world.ts';

/** One documented endpoint: GET, or POST with a JSON body. */
export interface Endpoint {
  readonly name: EndpointName;
  readonly path: string;
  /** A success that holds nothing: the fault `empty`. */
  readonly empty: Fields;
  readonly method?: 'GET' | 'POST';
  /** The fields of `data`. @param body of a POST @throws ApiFailure */
  readonly read: (query: URLSearchParams, body: unknown) => Fields;
}

export interface EndpointContext {
  readonly world: World;
  readonly faults: Faults;
  /** Epoch ms. */
  readonly now: () => number;
}

/** The merchant that `account_id` names. @throws ApiFailure 2100005 or 2119005 */
export function requiredMerchant(world: World, query: URLSearchParams): Merchant {
  return authorised(world, requiredText(query, 'account_id'));
}

/** @throws ApiFailure 2119005 */
export function authorised(world: World, accountId: string): Merchant {
  const merchant = world.merchants.get(accountId);
  if (!merchant?.authorised) {
    throw new ApiFailure(CODES.merchantNotAuthorised, '应用未获商家授权');
  }
  return merchant;
}
