import type { Gmv, Seen, StoreSeen } from '../../engine/sights.ts';

/** A moment of the run and when the page shows it, in ms of playing. */
export interface Shown {
  readonly seen: Seen;
  readonly showMs: number;
}

/** A quiet month of the world is over in a blink, and what happens at once is seen one after the other. */
const LONGEST_MS = 420;
const SHORTEST_MS = 45;
const ACT_MS = 260;

/** Of the road: how long a request is seen on it. */
export const TRAVEL_MS = 1_100;

export function scheduleOf(all: readonly Seen[]): Shown[] {
  let showMs = 0;
  let before = all[0]?.atMs ?? 0;
  return all.map((seen) => {
    const least = seen.kind === 'act' ? ACT_MS : seen.kind === 'queues' ? 0 : SHORTEST_MS;
    showMs += Math.min(LONGEST_MS, Math.max(least, (seen.atMs - before) / 100));
    before = seen.atMs;
    return { seen, showMs };
  });
}

/** A store and what was booked for it. */
export interface StoreState extends StoreSeen, Gmv {
  readonly redemptions: number;
  /** When it last changed, in ms of playing. */
  readonly changedMs: number;
}

/** What stands at a moment of the playing. */
export class Story {
  truth: Gmv = { paidFen: 0, redeemedFen: 0 };
  booked: Gmv = { paidFen: 0, redeemedFen: 0 };
  totals: Gmv = { paidFen: 0, redeemedFen: 0 };
  queues = { intake: 0, attribution: 0, dead: 0 };
  entries = 0;
  requests = 0;
  lost = 0;
  doubled = 0;
  late = 0;
  worldMs = 0;
  readonly stores = new Map<string, StoreState>();
  /** The latest things that somebody should read, newest first. */
  readonly lines: Shown[] = [];
  /** What is on a road now. */
  travelling: Shown[] = [];
  private readonly schedule: readonly Shown[];
  private readonly acts = new Map<number, number>();
  private readonly booking = new Set<string>();
  private next = 0;

  constructor(schedule: readonly Shown[]) {
    this.schedule = schedule;
  }

  /** Goes on to a later moment. A story knows no way back: make another one. */
  goTo(showMs: number): void {
    for (;;) {
      const shown = this.schedule[this.next];
      if (shown === undefined || shown.showMs > showMs) break;
      this.next += 1;
      this.happen(shown);
    }
    this.travelling = this.travelling.filter((one) => one.showMs + TRAVEL_MS > showMs);
  }

  private happen(shown: Shown): void {
    const { seen } = shown;
    this.worldMs = seen.atMs;
    switch (seen.kind) {
      case 'stage':
        for (const store of seen.stores) this.stores.set(keyOf(store), { ...store, ...EMPTY });
        return;
      case 'act':
        this.truth = seen.truth;
        this.acts.set(seen.act.index, seen.atMs);
        if (seen.requests > 0) this.tell(shown);
        return;
      case 'office':
        this.tell(shown);
        return;
      case 'request':
        this.travel(shown, seen);
        return;
      case 'entry':
        this.book(shown, seen);
        return;
      case 'totals':
        this.totals = seen.totals;
        return;
      case 'queues':
        this.queues = seen;
        return;
      default:
        seen satisfies never;
    }
  }

  private travel(shown: Shown, seen: Extract<Seen, { kind: 'request' }>): void {
    this.requests += 1;
    const isLost = seen.fate === 'lost' || seen.fate === 'answer lost';
    if (isLost) this.lost += 1;
    if (seen.copy > 0 && seen.attempt === 0) this.doubled += 1;
    if (isLate(seen, this.acts.get(seen.act))) this.late += 1;
    if (isLost || seen.copy > 0) this.tell(shown);
    this.travelling.push(shown);
  }

  private book(shown: Shown, { entry }: Extract<Seen, { kind: 'entry' }>): void {
    if (this.booking.has(`${entry.providerId} ${entry.entryId}`)) return;
    this.booking.add(`${entry.providerId} ${entry.entryId}`);
    this.entries += 1;
    this.tell(shown);
    const isPayment = entry.kind === 'payment' || entry.kind === 'unused_refund';
    const fen = {
      paidFen: isPayment ? entry.amountFen : 0,
      redeemedFen: isPayment || entry.kind === 'tier' ? 0 : entry.amountFen,
    };
    this.booked = add(this.booked, fen);
    const store = this.stores.get(keyOf(entry));
    if (store === undefined) return;
    const redemptions = store.redemptions + (isPayment ? 0 : entry.count);
    const sums = add(store, fen);
    this.stores.set(keyOf(entry), { ...store, ...sums, redemptions, changedMs: shown.showMs });
  }

  private tell(shown: Shown): void {
    this.lines.unshift(shown);
    this.lines.length = Math.min(this.lines.length, 40);
  }
}

/** A first attempt that left more than this after its act is late. */
const LATE_MS = 60_000;

function isLate({ atMs, attempt, copy }: Extract<Seen, { kind: 'request' }>, actMs = atMs) {
  return attempt === 0 && copy === 0 && atMs - actMs > LATE_MS;
}

const EMPTY = { paidFen: 0, redeemedFen: 0, redemptions: 0, changedMs: Number.NEGATIVE_INFINITY };

const keyOf = ({ platform, storeId }: { readonly platform: string; readonly storeId: string }) =>
  `${platform}/${storeId}`;

const add = (one: Gmv, other: Gmv): Gmv => ({
  paidFen: one.paidFen + other.paidFen,
  redeemedFen: one.redeemedFen + other.redeemedFen,
});
