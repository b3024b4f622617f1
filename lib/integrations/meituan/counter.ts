import type { CounterContext, CounterOutcome, RedeemCommand, ReverseCommand } from '../counter.ts';
import { completed, lacks, outcomeOf, type Reversible, redemptionOf } from '../counter-work.ts';
import { refusal } from '../exchange.ts';
import type { Account } from './call.ts';
import { MeituanClient } from './client.ts';
import type { Done } from './consumed.ts';
import { settingsFor } from './context.ts';
import { MeituanCouponClient } from './coupons.ts';
import { DianpingClient } from './dianping.ts';

/** Uses a code's vouchers, by the calls that the setting `counter` names. The request's id makes it one. */
export function redeem(command: RedeemCommand, context: CounterContext): Promise<CounterOutcome> {
  return outcomeOf(async () => {
    const { code, encryptedData, count, requestId, storeId } = command;
    if (code === undefined || encryptedData !== undefined) throw lacks('the code that is shown');
    const use = { receiptCode: code, count, requestId, account: accountOf(command) };
    const { events, unread } = await consume(storeId, use, context);
    return { events: await completed(events, command, context), unread };
  });
}

/** Takes a use of the last ten minutes back. */
export function reverse(command: ReverseCommand, context: CounterContext): Promise<CounterOutcome> {
  return outcomeOf(async () => {
    const redemption = await redemptionOf(command, context);
    const { event } = redemption;
    const storeId = command.storeId ?? event?.storeId ?? undefined;
    if (storeId === undefined) throw lacks('the storeId of the redemption');
    const dealId = command.productId ?? event?.sale.productId ?? undefined;
    return takeBack({ storeId, dealId, redemption, account: accountOf(command) }, context);
  });
}

interface Use {
  readonly receiptCode: string;
  readonly count: number;
  readonly requestId: string;
  readonly account: Account;
}

function consume(storeId: string, use: Use, context: CounterContext): Promise<Done> {
  const { receiptCode, count, requestId, account } = use;
  const atMs = context.startedAtMs;
  const counter = settingsFor(context).counter;
  switch (counter) {
    case 'retail':
      return new MeituanClient(context).consume(storeOf(storeId, context), { ...use, atMs });
    case 'dining':
      return new MeituanCouponClient(context).consume(storeOf(storeId, context), {
        ...{ couponCode: receiptCode, count, employee: account, ownOrderId: requestId, atMs },
      });
    case 'dianping':
      return new DianpingClient(context).consume(shopOf(storeId, context), { ...use, atMs });
    default:
      return counter satisfies never;
  }
}

interface TakingBack {
  readonly storeId: string;
  readonly dealId: string | undefined;
  readonly redemption: Reversible;
  readonly account: Account;
}

function takeBack(
  { storeId, dealId, redemption, account }: TakingBack,
  context: CounterContext,
): Promise<Done> {
  const { voucherId: receiptCode } = redemption;
  const counter = settingsFor(context).counter;
  if (counter === 'dining') {
    const cancel = { couponCode: receiptCode, employee: account, redemption };
    return new MeituanCouponClient(context).cancel(storeOf(storeId, context), cancel);
  }
  if (dealId === undefined) throw lacks('the productId (dealId) of the redemption');
  const reversal = { receiptCode, dealId, account, redemption };
  return counter === 'dianping'
    ? new DianpingClient(context).reverseConsume(shopOf(storeId, context), reversal)
    : new MeituanClient(context).reverseConsume(storeOf(storeId, context), reversal);
}

/** A token of the store's own, or the app's for all its stores. */
function tokenOf(name: string, storeId: string, { app }: CounterContext): string {
  const [token] = app.secrets[`${name}:${storeId}`] ?? app.secrets[name] ?? [];
  if (token !== undefined) return token;
  throw refusal(`no token of this store: give the app the secret ${name}:<storeId>, or ${name}`);
}

function storeOf(storeId: string, context: CounterContext) {
  return { appAuthToken: tokenOf('appAuthToken', storeId, context), storeId };
}

function shopOf(storeId: string, context: CounterContext) {
  const session = tokenOf('dianpingSession', storeId, context);
  return { session, shop: { openShopUuid: storeId } };
}

function accountOf({ account }: Pick<RedeemCommand, 'account'>): Account {
  return account ?? { id: 'hexiao', name: 'hexiao' };
}
