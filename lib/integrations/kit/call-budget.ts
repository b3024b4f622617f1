/** How often a platform lets one app call one endpoint. */
export interface CallLimit {
  /** The endpoint as the platform's page names it; for error texts. */
  readonly name: string;
  /** Calls a second, over 0: documented, or chosen where no page says any. */
  readonly perSecond: number;
}

/** An app's calls to its platform, which all workers share. */
export interface CallBudget {
  /**
   * Waits until a call may be made.
   * @throws PlatformError, retryable, with the time to come back at: its turn is too far away
   */
  turn(limit: CallLimit): Promise<void>;
}
