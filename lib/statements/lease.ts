/** One piece of a closing is held for longer than any function of ours lives. */
export const LEASE_MS = 60_000;
