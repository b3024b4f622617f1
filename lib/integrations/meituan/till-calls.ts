import type { JsonValue } from '../../json/parse.ts';
import { refusal } from '../kit/http.ts';
import type { PrepareContext } from '../kit/prepare.ts';
import type { RedeemCommand, TillContext } from '../kit/till.ts';
import type { Reversible } from '../kit/till-reversal.ts';
import type { Account } from './call.ts';
import { MeituanClient } from './client.ts';
import { type Consumed, reversedEvent } from './consumed.ts';
import { settingsFor } from './context.ts';
import { MeituanCouponClient } from './coupons.ts';
import { DianpingClient, type DianpingStore } from './dianping.ts';
import type { ReceiptClient } from './receipts.ts';

/** The calls of one store’s till, whichever of the three businesses makes them. Only PlatformError is thrown. */
export interface MeituanTill {
  /** Whether taking back wants the deal beside the code. */
  readonly wantsDeal: boolean;
  consume(code: string, count: number, requestId: string): Promise<Consumed>;
  takeBack(target: Reversible, dealId: string | null): Promise<Consumed>;
  /** Refused where the code cannot be used now. */
  prepare(code: string): Promise<JsonValue>;
  /** A used voucher, refused where it is not; absent where no such call is known. */
  readonly getConsumed?: (code: string) => Promise<JsonValue>;
}

/** @throws PlatformError where the store gave no token, before anything is done */
export function tillOf(
  storeId: string,
  { account: named }: Pick<RedeemCommand, 'account'>,
  context: PrepareContext,
): MeituanTill {
  const account: Account = named ?? { id: 'hexiao', name: 'hexiao' };
  const { till } = settingsFor(context);
  const { startedAtMs } = context;
  switch (till) {
    case 'retail': {
      const store = storeOf(storeId, context);
      return byReceipt(new MeituanClient(context), store, account, startedAtMs);
    }
    case 'dining':
      return dining(storeId, account, context);
    case 'dianping': {
      const store = dianpingStoreOf(storeId, context);
      return byReceipt(new DianpingClient(context), store, account, startedAtMs);
    }
    default:
      return till satisfies never;
  }
}

/** What the retail business and 点评北极星 do alike. @param store as its client names it, with its token */
function byReceipt<S>(
  client: ReceiptClient<S>,
  store: S,
  account: Account,
  atMs: number,
): MeituanTill {
  return {
    wantsDeal: true,
    consume: (receiptCode, count, requestId) =>
      client.consume(store, { receiptCode, count, requestId, account, atMs }),
    takeBack: (redemption, dealId) =>
      client.reverseConsume(store, {
        ...{ receiptCode: redemption.voucherId, dealId: dealId ?? '', account, redemption, atMs },
      }),
    prepare: (code) => client.prepare(store, code),
    getConsumed: (code) => client.getConsumed(store, code),
  };
}

function dining(storeId: string, employee: Account, context: PrepareContext): MeituanTill {
  const client = new MeituanCouponClient(context);
  const store = storeOf(storeId, context);
  return {
    wantsDeal: false,
    consume: (couponCode, count, ownOrderId) =>
      client.consume(store, {
        ...{ couponCode, count, employee, ownOrderId, atMs: context.startedAtMs },
      }),
    takeBack: (redemption) =>
      client.cancel(store, {
        ...{ couponCode: redemption.voucherId, employee, redemption },
        atMs: context.startedAtMs,
      }),
    prepare: (code) => client.prepare(store, code),
  };
}

/** The fact of a reversal that the platform shows, and of which the answer got lost. */
export function takenBack(target: Reversible, { app, startedAtMs }: TillContext): Consumed {
  const event = reversedEvent(target.voucherId, target, startedAtMs, app);
  return { answer: null, events: [event], unread: 0 };
}

/** A token of the store's own, or the app's for all its stores. */
function tokenOf(name: string, storeId: string, { app }: PrepareContext): string {
  const [token] = app.secrets[`${name}:${storeId}`] ?? app.secrets[name] ?? [];
  if (token !== undefined) return token;
  throw refusal(`no token of this store: give the app the secret ${name}:<storeId>, or ${name}`);
}

function storeOf(storeId: string, context: PrepareContext) {
  return { appAuthToken: tokenOf('appAuthToken', storeId, context), storeId };
}

function dianpingStoreOf(storeId: string, context: PrepareContext): DianpingStore {
  const session = tokenOf('dianpingSession', storeId, context);
  return { session, shop: { openShopUuid: storeId } };
}
