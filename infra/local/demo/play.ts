import { setTimeout as sleep } from 'node:timers/promises';
import { pathOf } from '../../../lib/cli/simulation.ts';
import {
  act,
  type Player,
  pickOne,
  type Random,
} from '../../../lib/integrations/sandbox-kit/player.ts';
import { Sender } from '../../../lib/integrations/sandbox-kit/sender.ts';
import type { Till } from './till.ts';

/** Redemptions that are there when the page is first opened: in the city, and on each other platform. */
const FIRST_SALES = { city: 40, others: 4 } as const;

/** Chances of a second copy, and of coming late. */
const DUPLICATE = 0.1;
const REORDER = 0.1;

export interface PlayOptions {
  readonly city: Player;
  readonly others: readonly Player[];
  /** Where Hexiao listens. */
  readonly url: string;
  readonly till: Till;
  readonly random: Random;
  readonly everyMs: number;
}

/**
 * Plays the city and the other platforms: buyers buy, redeem, change their minds and get refunds, and
 * the sandboxes call Hexiao as the platforms would, with doubles and out of order.
 */
export class Play {
  private readonly options: PlayOptions;
  private readonly senders: ReadonlyMap<Player, Sender>;
  private readonly stopping = new AbortController();
  private done: Promise<void> = Promise.resolve();

  constructor(options: PlayOptions) {
    this.options = options;
    this.senders = new Map(
      [options.city, ...options.others].map((player) => [player, senderOf(player, options)]),
    );
  }

  start(): void {
    this.done = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.done;
  }

  private async run(): Promise<void> {
    const { city, others, random, everyMs } = this.options;
    this.open(city, FIRST_SALES.city);
    for (const player of others) this.open(player, FIRST_SALES.others);
    // What nobody can read is parked, with a line in the log: a few show that, more would drown the rest.
    const lively = others.filter((player) => player.truth().length > 0);
    while (!this.stopping.signal.aborted) {
      await sleep(everyMs);
      this.send(city, act(city, random));
      // The city is what people look at; elsewhere something happens every other time.
      if (lively.length > 0 && random() < 0.5) {
        const other = pickOne(random, lively);
        this.send(other, act(other, random));
      }
    }
    await Promise.all([...this.senders.values()].map((sender) => sender.finish()));
  }

  private open(player: Player, sales: number): void {
    for (let sale = 0; sale < sales; sale += 1) {
      this.send(player, player.sell());
      this.send(player, player.redeem());
    }
  }

  private send(player: Player, outgoing: ReturnType<Player['sell']>): void {
    this.senders.get(player)?.send(outgoing);
  }
}

function senderOf(player: Player, { url, till, random }: PlayOptions): Sender {
  return new Sender({
    async post(outgoing) {
      const { road, headers, body } = outgoing;
      const path = pathOf(player, outgoing);
      const response =
        road === 'v1'
          ? await till(path, body)
          : await fetch(`${url}${path}`, {
              ...{ method: 'POST', headers, body, redirect: 'manual' },
              signal: AbortSignal.timeout(5_000),
            });
      return { status: response.status, body: await response.text() };
    },
    ...{ random, duplicate: DUPLICATE, reorder: REORDER, concurrency: 4 },
    // A demo that is stopped does not wait for a platform's long patience.
    timeFactor: 0.1,
  });
}
