import { Catalogue } from './catalogue.ts';
import { Refusal } from './refusal.ts';

/** A decision about a refund, as the audit endpoints received it. */
export interface Audit {
  /** The after-sale's or the certificate's id. */
  readonly id: string;
  readonly isAllowed: boolean;
  readonly reason: string;
}

/** The part of the world in which buyers ask for their money, and merchants decide. */
export abstract class AfterSales extends Catalogue {
  /** Every decision that the audit endpoints took, oldest first. */
  readonly audits: Audit[] = [];
  readonly #certificates = new Map<string, readonly string[]>();

  /** @throws Refusal */
  abstract refund(certificateId: string, partFen?: number): number;
  /** @throws Refusal */
  abstract refuseRefund(certificateId: string): void;
  /** The buyer asks, and no message is made. @throws Refusal */
  protected abstract askBack(certificateId: string): void;
  protected abstract isRefundRequested(certificateId: string): boolean;

  /**
   * The buyer asks for the money of certificates with third-party codes (三方码): the request goes out
   * as an SPI call (see `spiCaller`), not as a message. @returns the after-sale's id @throws Refusal
   */
  openAfterSale(certificateIds: readonly string[]): string {
    for (const certificateId of certificateIds) this.askBack(certificateId);
    const afterSaleId = this.nextId('afterSale');
    this.#certificates.set(afterSaleId, certificateIds);
    return afterSaleId;
  }

  /** The certificates of an after-sale. @throws Refusal when there is none */
  afterSale(afterSaleId: string): readonly string[] {
    const certificateIds = this.#certificates.get(afterSaleId);
    if (certificateIds === undefined) throw new Refusal(`there is no after-sale ${afterSaleId}`);
    return certificateIds;
  }

  /** Decides what was requested: refunds, or lets the certificates go on. @throws Refusal */
  decideRefund(certificateIds: readonly string[], audit: Audit): void {
    for (const certificateId of certificateIds) this.checkRefundRequested(certificateId);
    this.audits.push(audit);
    for (const certificateId of certificateIds) {
      if (audit.isAllowed) this.refund(certificateId);
      else this.refuseRefund(certificateId);
    }
  }

  /** @throws Refusal */
  protected checkRefundRequested(certificateId: string): void {
    if (this.isRefundRequested(certificateId)) return;
    throw new Refusal(`nobody requested a refund of certificate ${certificateId}`);
  }
}
