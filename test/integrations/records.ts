import type { Event, Platform } from '../../lib/events/event.ts';
import type {
  CallbackRecords,
  CodeOrder,
  Issue,
  RefundClaim,
  RefundRequest,
  VoucherState,
} from '../../lib/integrations/kit/records.ts';
import { toInstant } from '../../lib/time/shanghai.ts';

/** Whether a merchant's policy approves a claim; what it does not is left to the operator. */
export type Policy = (claim: RefundClaim) => boolean;

/**
 * Our records in memory, for tests of what integrations answer: it keeps the promises of the CallbackRecords
 * (the same again for the same order or refund, nothing given when not all can be), and counts what
 * was written, so that a test sees that asking twice writes once.
 */
export class MemoryCallbackRecords implements CallbackRecords {
  readonly refunds = new Map<string, RefundRequest>();
  readonly issued = new Map<string, readonly string[]>();
  /** Every first write, by what it was about. */
  readonly written: string[] = [];
  readonly events: Event[] = [];
  private readonly platform: Platform;
  private readonly nowMs: number;
  private readonly pools: Map<string, string[]>;
  private readonly policy: Policy;

  constructor(world: {
    readonly platform: Platform;
    readonly nowMs?: number;
    /** Codes by merchant. */
    readonly pools?: Readonly<Record<string, readonly string[]>>;
    readonly policy?: Policy;
  }) {
    this.platform = world.platform;
    this.nowMs = world.nowMs ?? 1_795_312_800_000;
    this.pools = new Map(Object.entries(world.pools ?? {}).map(([id, codes]) => [id, [...codes]]));
    this.policy = world.policy ?? (() => false);
  }

  readonly now = () => this.nowMs;

  async issueCodes({ merchantId, orderId, count }: CodeOrder): Promise<Issue> {
    if (!Number.isInteger(count) || count < 1) throw new RangeError('at least one code');
    const before = this.issued.get(orderId);
    if (before !== undefined) return { outcome: 'issued', codes: before };
    const pool = this.pools.get(merchantId);
    if (pool === undefined) return { outcome: 'no-pool' };
    if (pool.length < count) return { outcome: 'empty' };
    const codes = pool.splice(0, count);
    this.issued.set(orderId, codes);
    this.written.push(`codes:${orderId}`);
    return { outcome: 'issued', codes };
  }

  async codesOf(orderId: string): Promise<readonly string[]> {
    return this.issued.get(orderId) ?? [];
  }

  async fileRefund(claim: RefundClaim): Promise<RefundRequest> {
    const before = this.refunds.get(claim.refundId);
    if (before !== undefined) {
      if (before.orderId === claim.orderId) return before;
      return this.fileRefund({ ...claim, refundId: `~${claim.refundId}~${claim.orderId}` });
    }
    const { decisionBy, ...named } = claim;
    const request: RefundRequest = {
      ...named,
      platform: this.platform,
      voucherIds: [...claim.voucherIds],
      reference: { ...claim.reference },
      requestedAt: toInstant(this.nowMs),
      ...this.decisionOf(claim, decisionBy),
    };
    this.refunds.set(claim.refundId, request);
    this.written.push(`refund:${claim.refundId}`);
    return request;
  }

  async refundRequest(refundId: string): Promise<RefundRequest | undefined> {
    return this.refunds.get(refundId);
  }

  async closeRefund(
    { refundId }: { readonly refundId: string },
    decision: 'approved' | 'refused',
    reason: string,
  ): Promise<void> {
    const request = this.refunds.get(refundId);
    // Ours comes too late once the platform decided; what it was told stays as it is.
    if (request === undefined || request.notifiedAt !== null) return;
    const at = toInstant(this.nowMs);
    this.refunds.set(refundId, {
      ...request,
      ...{ status: decision, decidedBy: 'platform', decidedAt: at, notifiedAt: at },
      reason: decision === 'refused' ? reason : null,
    });
  }

  async eventsOf(of: 'voucher' | 'order', id: string): Promise<readonly Event[]> {
    const about = (event: Event) => (of === 'voucher' ? event.voucherId : event.orderId) === id;
    return this.events
      .filter(about)
      .sort((a, b) => Date.parse(a.occurredAt) - Date.parse(b.occurredAt));
  }

  async voucherState(voucherId: string): Promise<VoucherState> {
    const events = await this.eventsOf('voucher', voucherId);
    if (events.length === 0) return 'unknown';
    const count = (kind: Event['kind']) => events.filter((event) => event.kind === kind).length;
    if (count('voucher.refunded') > 0) return 'refunded';
    return count('voucher.redeemed') > count('voucher.redemption_reversed') ? 'redeemed' : 'unused';
  }

  private decisionOf(
    claim: RefundClaim,
    decisionBy: RefundClaim['decisionBy'],
  ): Pick<RefundRequest, 'status' | 'decidedBy' | 'decidedAt' | 'reason' | 'notifiedAt'> {
    if (decisionBy !== 'none' && !this.policy(claim)) {
      return {
        status: 'pending',
        decidedBy: null,
        decidedAt: null,
        reason: null,
        notifiedAt: null,
      };
    }
    const at = toInstant(this.nowMs);
    const notifiedAt = decisionBy === 'call' ? null : at;
    return { status: 'approved', decidedBy: 'policy', decidedAt: at, reason: null, notifiedAt };
  }
}
