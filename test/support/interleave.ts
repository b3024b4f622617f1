/**
 * Runs workers side by side in every order of their turns. A worker takes a turn before each of its calls
 * to the table or a queue; between two turns nothing else runs. So an order of turns is an order in which
 * the calls take effect, and what is true after every order is true whatever the workers' speed.
 *
 * `MemoryTable.seenBy(turn)` and `MemoryQueue.seenBy(turn)` take a turn before every call.
 */

/** Waits until it is this worker's turn. @param what is about to be done: told when an order fails */
export type Turn = (what: string) => Promise<void>;

export interface Scene {
  readonly workers: Readonly<Record<string, (turn: Turn) => Promise<unknown>>>;
  /** Runs when the last worker has ended, with nothing beside it: expectations go here. */
  readonly afterwards: () => Promise<void> | void;
}

export interface Bounds {
  /** So many orders, those with the fewest changes from one worker to another first. */
  readonly most?: number;
  /** When those were not all: so many more by chance. */
  readonly seeded?: number;
  readonly seed?: number;
  /** How often in one order a worker may die at a turn; its work is then begun anew, as a queue does. */
  readonly deaths?: number;
}

export interface Tried {
  readonly orders: number;
  /** Whether there is no other order. */
  readonly isEvery: boolean;
}

/**
 * @param setScene makes a new scene for each order, always the same one
 * @throws what a scene's end or a worker threw, with the order that led there
 */
export async function everyOrder(
  setScene: () => Scene | Promise<Scene>,
  { most = 2_000, seeded = 200, seed = 1, deaths = 0 }: Bounds = {},
): Promise<Tried> {
  // By how many changes they cost: what was chosen at each turn; after that, whoever is at it goes on.
  const waiting: number[][][] = [[[]]];
  let orders = 0;
  for (let cost = 0; cost < waiting.length && orders < most; cost += 1) {
    for (let next = waiting[cost]?.pop(); next !== undefined; next = waiting[cost]?.pop()) {
      const chosen = next;
      const seen = await play(await setScene(), deaths, (_options, at) => chosen[at] ?? 0);
      orders += 1;
      const others = branches(seen, chosen.length, cost);
      for (const one of others) waiting[one.cost] = [...(waiting[one.cost] ?? []), one.choices];
      if (orders === most) break;
    }
  }
  if (waiting.every((own) => (own?.length ?? 0) === 0)) return { orders, isEvery: true };
  for (let index = 0; index < seeded; index += 1) {
    const random = mulberry32(seed * 100_003 + index);
    await play(await setScene(), deaths, (options) => Math.floor(random() * options));
  }
  return { orders: orders + seeded, isEvery: false };
}

/** A turn that was given: which of the options, and what each option costs. */
interface Given {
  readonly choice: number;
  readonly costs: readonly number[];
}

/** Each other option after the first `from` turns begins orders of its own, so that each order comes once. */
function branches(given: readonly Given[], from: number, cost: number) {
  const choices = given.map(({ choice }) => choice);
  return given.slice(from).flatMap(({ costs }, index) =>
    costs.slice(1).map((more, option) => ({
      choices: [...choices.slice(0, from + index), option + 1],
      cost: cost + more,
    })),
  );
}

interface Waiting {
  readonly worker: string;
  readonly what: string;
  readonly go: () => void;
  readonly die: () => void;
}

async function play(
  { workers, afterwards }: Scene,
  deaths: number,
  choose: (options: number, at: number) => number,
): Promise<Given[]> {
  const given: Given[] = [];
  const order: string[] = [];
  const errors: unknown[] = [];
  let waiting: Waiting[] = [];
  let running = 0;
  let deathsLeft = deaths;
  const kill = new Map<string, () => void>();
  const begin = (worker: string) => {
    let isDead = false;
    running += 1;
    kill.set(worker, () => {
      isDead = true;
    });
    const turn: Turn = async (what) => {
      if (isDead) throw new Error('dead');
      await new Promise<void>((go, fail) => {
        waiting.push({ worker, what, go, die: () => fail(new Error('died here')) });
      });
    };
    const work = workers[worker] as Scene['workers'][string];
    work(turn)
      .catch((error: unknown) => {
        if (!isDead) errors.push(error);
      })
      .finally(() => {
        running -= 1;
        if (isDead) begin(worker);
      });
  };
  for (const worker of Object.keys(workers)) begin(worker);
  for (
    let last = '';
    await someoneWaits(
      () => waiting.length,
      () => running,
    );
  ) {
    const isGoingOn = waiting.some(({ worker }) => worker === last);
    const inOrder = waiting.toSorted((a, b) => rank(a, last) - rank(b, last));
    const ends = deathsLeft > 0 ? inOrder : [];
    const costs = [
      ...inOrder.map((one) => (isGoingOn ? rank(one, last) : 0)),
      ...ends.map(() => 1),
    ];
    const choice = choose(costs.length, given.length);
    given.push({ choice, costs });
    const chosen = inOrder[choice % inOrder.length] as Waiting;
    last = chosen.worker;
    if (choice < inOrder.length) {
      order.push(`${last}: ${chosen.what}`);
      waiting = waiting.filter((one) => one !== chosen);
      chosen.go();
    } else {
      order.push(`${last} dies before: ${chosen.what}`);
      deathsLeft -= 1;
      kill.get(last)?.();
      const own = waiting.filter(({ worker }) => worker === last);
      waiting = waiting.filter(({ worker }) => worker !== last);
      for (const one of own) one.die();
    }
  }
  try {
    if (errors.length > 0) throw errors[0];
    await afterwards();
  } catch (cause) {
    const told = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${told}\n\nIn this order:\n${order.join('\n')}`, { cause });
  }
  return given;
}

/** 0 for whoever had the last turn: going on is no change. */
function rank({ worker }: Waiting, last: string): number {
  return worker === last ? 0 : 1;
}

/** A worker that waits for anything else than turns would wait for ever. */
const MAX_IDLE = 1_000;

/** Lets everybody run to the next turn. @returns false when all have ended */
async function someoneWaits(waiting: () => number, running: () => number): Promise<boolean> {
  for (let idle = 0; idle < MAX_IDLE; idle += 1) {
    // All promises that can go on have gone on before the next immediate.
    await new Promise((done) => setImmediate(done));
    if (waiting() > 0) return true;
    if (running() === 0) return false;
  }
  throw new Error(
    'a worker waits for something that is no turn: a timer, a socket, another worker',
  );
}

/** Small numbers by chance, the same for the same seed. Source: T. Ettinger's public-domain mulberry32. */
export function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
