import type { Platform } from '../../../lib/events/event.ts';
import type { Entry } from '../../../lib/ledger/entry.ts';

/** In fen. */
export interface Gmv {
  readonly paidFen: number;
  readonly redeemedFen: number;
}

export interface StoreSeen {
  readonly integration: string;
  readonly platform: Platform;
  readonly storeId: string;
  readonly name: string;
  readonly city: string;
}

/** What became of one attempt to send a request. */
export type Fate = 'received' | 'lost' | 'answer lost' | 'refused';

/** What a spectator is shown of a run, as it happens. */
export type Sight =
  | { readonly kind: 'stage'; readonly stores: readonly StoreSeen[] }
  | {
      readonly kind: 'act';
      readonly act: { readonly index: number; readonly integration: string; readonly deed: string };
      readonly requests: number;
      readonly truth: Gmv;
    }
  /** Of the operator's people. */
  | { readonly kind: 'office'; readonly deed: string }
  | {
      readonly kind: 'request';
      readonly integration: string;
      /** Of the act whose requests these are; from 0 for its first copy and its first attempt. */
      readonly act: number;
      readonly copy: number;
      readonly attempt: number;
      readonly fate: Fate;
    }
  | { readonly kind: 'entry'; readonly entry: Entry }
  | { readonly kind: 'totals'; readonly totals: Gmv }
  | {
      readonly kind: 'queues';
      readonly intake: number;
      readonly attribution: number;
      readonly dead: number;
    };

/** A sight and its moment, in epoch ms of the world. */
export type Seen = Sight & { readonly atMs: number };
