import type { Explained } from '../../../../lib/attribution/explain.ts';
import type { Platform } from '../../../../lib/events/id.ts';
import type { Entry } from '../../../../lib/ledger/entry.ts';
import type { WholeVoucher } from '../../voucher.ts';
import type { StoreName } from '../names.ts';

/** Where an event came from: a push, a push that a query confirmed, a query alone, our own till, a bill. */
export type Source = 'delivery' | 'hint' | 'query' | 'till' | 'bill';

export interface ExplainedEntry {
  readonly entry: Entry;
  /** Null for what tiers settle. */
  readonly explanation: Explained | null;
}

/** What the page of a voucher shows. */
export interface VoucherPageView {
  readonly platform: Platform;
  readonly id: string;
  /** The provider's name. */
  readonly who: string;
  readonly voucher: WholeVoucher;
  readonly sources: ReadonlyMap<string, Source>;
  readonly names: ReadonlyMap<string, StoreName>;
  /** The provider's own contracts with the merchant; null where the viewer may not dispute. */
  readonly disputable: readonly string[] | null;
  readonly explained: readonly ExplainedEntry[];
}
