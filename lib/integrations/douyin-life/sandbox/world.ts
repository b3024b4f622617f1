import { AfterSales } from './after-sales.ts';
import { dealOut, type SaleAmounts } from './amounts.ts';
import { countingIds, type IdSource } from './ids.ts';
import {
  certificateMessage,
  orderPaidMessage,
  refundRequestedMessage,
  type Sender,
  type WebhookMessage,
} from './messages.ts';
import {
  type Act,
  type Certificate,
  type CertificateState,
  freeSerial,
  type Order,
  type Product,
  REVERSAL_WINDOW_MS,
  type Redemption,
  refundableFen,
  rollUpActs,
} from './model.ts';
import { REVERSAL_WINDOW_PASSED, Refusal } from './refusal.ts';
import { type SaleRequest, saleAmounts, saleSource, VALID_MS } from './sale.ts';

type ActFacts = Act extends infer A
  ? A extends Act
    ? Omit<A, 'sequence' | 'atMs'>
    : never
  : never;

export interface WorldOptions {
  readonly clientKey: string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly nextId?: IdSource;
}

export interface Found {
  readonly certificate: Certificate;
  readonly order: Order;
  readonly state: CertificateState;
}

/**
 * A small Douyin: merchants, stores, products, what was sold and what became of it. It has no clock
 * and no randomness of its own, so the same calls give the same world and the same messages.
 */
export class World extends AfterSales {
  readonly clientKey: string;
  readonly orders = new Map<string, Order>();
  /** Whether its bills hide commissions, as from providers since 2024-03-31. */
  hidesCommissions = false;
  /** Every redemption of a merchant, in order: what verify_record/query pages through. */
  readonly redemptions = new Map<string, Redemption[]>();
  readonly #certificates = new Map<string, { certificate: Certificate; acts: Act[] }>();
  readonly #certificateOfVerify = new Map<string, string>();
  #outbox: WebhookMessage[] = [];
  #sequence = 0;

  constructor(options: WorldOptions) {
    super(options.now, options.nextId ?? countingIds());
    this.clientKey = options.clientKey;
  }

  /** Sells and issues at once. Message: `life_trade_order_notify`/`pay_success`. @throws Refusal */
  sell(sale: SaleRequest): Order {
    const product = this.products.get(sale.productId);
    if (!product) throw new Refusal(`there is no product ${sale.productId}`);
    const count = sale.count ?? 1;
    const amounts = saleAmounts(sale, product, count);
    const orderId = this.nextId('order');
    const order: Order = {
      sequence: ++this.#sequence,
      orderId,
      accountId: product.accountId,
      product,
      buyerOpenId: sale.buyerOpenId ?? this.nextId('buyer'),
      amounts,
      createdAtMs: this.now(),
      paidAtMs: this.now(),
      source: saleSource(sale),
      intentionPoiId: sale.intentionPoiId ?? '',
      certificates: dealOut(amounts, count).map((part) => this.#issue(orderId, product, part)),
    };
    this.orders.set(orderId, order);
    this.#outbox.push(orderPaidMessage(order, this.#sender()));
    return order;
  }

  /** Uses a certificate once in a store. Message: action `verify`. @returns verify_id @throws Refusal */
  redeem(certificateId: string, poiId: string): string {
    const { certificate, order, state } = this.#usable(certificateId);
    if (this.stores.get(poiId)?.accountId !== order.accountId) {
      throw new Refusal(`store ${poiId} is not one of merchant ${order.accountId}`);
    }
    const serial = freeSerial(certificate, state);
    if (serial === null) throw new Refusal(`certificate ${certificateId} is used up`);
    const verifyId = this.nextId('verify');
    const { sequence, atMs } = this.#act(certificateId, {
      kind: 'redeemed',
      verifyId,
      poiId,
      serial,
    });
    this.#certificateOfVerify.set(verifyId, certificateId);
    const redemptions = this.redemptions.get(order.accountId) ?? [];
    redemptions.push({ sequence, verifyId, certificateId, poiId, redeemedAtMs: atMs });
    this.redemptions.set(order.accountId, redemptions);
    this.#outbox.push(certificateMessage('verify', order, certificate, this.#sender()));
    return verifyId;
  }

  /** Reverses a redemption within an hour. Message: action `verify_cancel`. @throws Refusal */
  cancel(verifyId: string): void {
    const certificateId = this.#certificateOfVerify.get(verifyId);
    if (certificateId === undefined) throw new Refusal(`there is no redemption ${verifyId}`);
    const { certificate, order, state } = this.#usable(certificateId);
    const use = state.standing.find((standing) => standing.verifyId === verifyId);
    if (!use) throw new Refusal(`redemption ${verifyId} was cancelled before`);
    if (this.now() - use.redeemedAtMs > REVERSAL_WINDOW_MS) {
      throw new Refusal('later than an hour after the redemption', REVERSAL_WINDOW_PASSED);
    }
    this.#act(certificateId, { kind: 'cancelled', verifyId });
    this.#outbox.push(certificateMessage('verify_cancel', order, certificate, this.#sender()));
  }

  /**
   * The buyer asks for the money of a used certificate. Message: `life_hermes_akte_after_sale_audit`.
   * @returns the fen requested
   * @throws Refusal
   */
  requestRefund(certificateId: string): number {
    const { certificate, order, state } = this.#usable(certificateId);
    if (state.standing.length === 0) {
      throw new Refusal(`certificate ${certificateId} is unused: it is refunded without asking`);
    }
    const requestedFen = refundableFen(certificate, state);
    this.#act(certificateId, { kind: 'refund_requested', requestedFen });
    this.#outbox.push(refundRequestedMessage(order, certificate, requestedFen, this.#sender()));
    return requestedFen;
  }

  /** The merchant refuses what the buyer requested. No message. @throws Refusal */
  refuseRefund(certificateId: string): void {
    this.checkRefundRequested(certificateId);
    this.#act(certificateId, { kind: 'refund_refused' });
  }

  /**
   * Refunds the whole certificate, before or after use; of a times card with uses left, those.
   * Message: action `refund_success`.
   * @param partFen only so much, after which the certificate goes on
   * @returns the fen given back
   * @throws Refusal
   */
  refund(certificateId: string, partFen?: number): number {
    const { certificate, order, state } = this.find(certificateId);
    if (state.refund?.isWhole)
      throw new Refusal(`certificate ${certificateId} was refunded before`);
    const wholeFen = refundableFen(certificate, state);
    const refundFen = partFen ?? wholeFen;
    if (!Number.isSafeInteger(refundFen) || refundFen < 0 || refundFen > wholeFen) {
      throw new Refusal(`of certificate ${certificateId} 0 to ${wholeFen} fen can be refunded`);
    }
    const isPartial = partFen !== undefined && partFen < wholeFen;
    this.#act(certificateId, { kind: 'refunded', refundFen, ...(isPartial && { isPartial }) });
    this.#outbox.push(certificateMessage('refund_success', order, certificate, this.#sender()));
    return refundFen;
  }

  protected askBack(certificateId: string): void {
    const { certificate, state } = this.#usable(certificateId);
    const requestedFen = refundableFen(certificate, state);
    this.#act(certificateId, { kind: 'refund_requested', requestedFen });
  }

  protected isRefundRequested(certificateId: string): boolean {
    return this.find(certificateId).state.refundRequested;
  }

  /** Messages made and not yet taken, oldest first. */
  get outbox(): readonly WebhookMessage[] {
    return this.#outbox;
  }

  /** Takes the messages out, to send them. */
  takeOutbox(): WebhookMessage[] {
    const taken = this.#outbox;
    this.#outbox = [];
    return taken;
  }

  /** A certificate, its order and what its acts make of it. @throws Refusal when there is none */
  find(certificateId: string): Found {
    const certificate = this.#certificates.get(certificateId)?.certificate;
    const order = certificate && this.orders.get(certificate.orderId);
    if (!order) throw new Refusal(`there is no certificate ${certificateId}`);
    return { certificate, order, state: rollUpActs(certificate.acts) };
  }

  #issue(orderId: string, product: Product, amounts: SaleAmounts): Certificate {
    const acts: Act[] = [];
    const certificate: Certificate = {
      certificateId: this.nextId('certificate'),
      encryptedCode: this.nextId('code'),
      itemId: this.nextId('item'),
      orderId,
      amounts,
      serialAmounts: dealOut(amounts, product.timesCount),
      startsAtMs: this.now(),
      expiresAtMs: this.now() + VALID_MS,
      acts,
    };
    this.#certificates.set(certificate.certificateId, { certificate, acts });
    return certificate;
  }

  #act(certificateId: string, facts: ActFacts): Act {
    const act = { ...facts, sequence: ++this.#sequence, atMs: this.now() };
    this.#certificates.get(certificateId)?.acts.push(act);
    return act;
  }

  #usable(certificateId: string): Found {
    const found = this.find(certificateId);
    if (found.state.refund?.isWhole) throw new Refusal(`certificate ${certificateId} was refunded`);
    if (found.state.refundRequested) throw new Refusal(`certificate ${certificateId} is in refund`);
    return found;
  }

  #sender(): Sender {
    return { clientKey: this.clientKey, logId: this.nextId('log'), atMs: this.now() };
  }
}
