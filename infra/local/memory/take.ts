/** How a call looks to whoever decides about its turn. */
export type CallKind = 'read' | 'weak read' | 'write';

/** What is done to a call besides letting it take its turn. */
export interface Fate {
  /** A weak read sees the item as it was before its last write. */
  readonly isStale?: boolean;
  /** Runs when the call has taken effect; what it throws reaches the caller instead of the answer. */
  readonly after?: () => void | Promise<void>;
}

/** Waits until it is this call's turn. What it throws is the call's failure: nothing took effect. */
export type Take = (what: string, kind: CallKind) => Promise<Fate | undefined> | Promise<void>;
