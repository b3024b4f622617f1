import type { JsonValue } from '../../json/parse.ts';
import type { Account } from './call.ts';
import type { Consumed, Reversible } from './consumed.ts';

/** Uses vouchers of one code. A use whose answer was lost is safe to ask for again under the same request id. */
export interface ReceiptUse {
  readonly requestId: string;
  readonly receiptCode: string;
  readonly count: number;
  readonly account: Account;
  /** When it was requested, epoch ms, where the answer reports no time; now when absent. */
  readonly atMs?: number;
}

/** Takes a use back. No request id: the code and its state are one. */
export interface ReceiptReversal {
  readonly receiptCode: string;
  readonly dealId: string;
  readonly account: Account;
  readonly redemption: Reversible;
  /** When it was first requested, epoch ms; now when absent. */
  readonly atMs?: number;
}

/** The calls about receipts, which 技术服务合作中心 and 点评北极星 have alike. `S` is how a store is named. */
export interface ReceiptClient<S> {
  /** Looks a code up before it is used. */
  prepare(store: S, receiptCode: string): Promise<JsonValue>;
  consume(store: S, use: ReceiptUse): Promise<Consumed>;
  reverseConsume(store: S, reversal: ReceiptReversal): Promise<Consumed>;
  /** A used voucher, without its order. */
  getConsumed(store: S, receiptCode: string): Promise<JsonValue>;
}
