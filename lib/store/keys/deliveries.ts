import { escapeId as e, type Key } from './spelling.ts';

/** What came in and waits: deliveries, hints, work to be done again, dead letters, erasures. */
export const deliveryKeys = {
  /** Never written: reading it shows that the table is in reach. */
  health: { pk: 'HEALTH', sk: '-' },

  delivery: (deliveryId: string): Key => ({ pk: `DELIVERY#${deliveryId}`, sk: '-' }),

  /** The receipt of what was erased on a buyer's request. */
  erasure: (erasureId: string): Key => ({ pk: `ERASURE#${erasureId}`, sk: '-' }),

  hint: (deliveryId: string): Key => ({
    pk: hintPartition(deliveryId.slice(0, 1)),
    sk: deliveryId,
  }),

  /** Work that failed, or totals that are behind, by a hash of the message. */
  work: (list: WorkList, workId: string): Key => ({
    pk: workPartition(list, workId.slice(0, 1)),
    sk: workId,
  }),

  /** A dead letter that somebody dropped, by its delivery's id or a hash of its message. */
  dropped: (letterId: string): Key => ({
    pk: droppedPartition(letterId.slice(0, 1)),
    sk: letterId,
  }),

  setAside: (reason: SetAsideReason, deliveryId: string): Key => ({
    pk: setAsidePartition(reason, deliveryId.slice(0, 1)),
    sk: deliveryId,
  }),

  /** When the app was last heard. One partition: it is written by each app once in ten minutes. */
  heard: (integration: string, appKey: string): Key => ({
    pk: 'HEARD',
    sk: `${e(integration)}#${e(appKey)}`,
  }),
};

/** Deliveries set aside: `parked`, a kind nobody knows; `quarantined`, a shape nobody expected. */
export const SET_ASIDE_REASONS = ['parked', 'quarantined'] as const;

export type SetAsideReason = (typeof SET_ASIDE_REASONS)[number];

export const hintPartition = (shard: string) => `HINT#${shard}`;

/** `unfinished`: work that failed; `behind`: totals whose message is on its way, or lost. */
export type WorkList = 'unfinished' | 'behind';

// Both in full: a function's rights are read from here.
export const workPartition = (list: WorkList, shard: string) =>
  list === 'unfinished' ? `UNFINISHED#${shard}` : `BEHIND#${shard}`;

export const droppedPartition = (shard: string) => `DROPPED#${shard}`;

export const setAsidePartition = (reason: SetAsideReason, shard: string) =>
  `SET-ASIDE#${reason}#${shard}`;
