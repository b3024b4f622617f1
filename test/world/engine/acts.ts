import type { Outgoing, Player } from '../../../lib/integrations/sandbox-kit/player.ts';
import { createPlayer, playedMerchants } from '../../../lib/integrations/sandboxes.ts';
import type { Clock } from './clock.ts';
import type { Dice } from './dice.ts';
import type { Drawn } from './options.ts';

export const DEEDS = ['sell', 'redeem', 'reverse', 'refund'] as const;

/** One thing that somebody does at a platform. */
export interface Act {
  readonly index: number;
  /** ms after the first moment. */
  readonly atMs: number;
  readonly integration: string;
  readonly deed: (typeof DEEDS)[number];
}

/** How often each is done, of a hundred: mostly sales and redemptions, as in life. */
const SHARES = { sell: 40, redeem: 40, reverse: 10, refund: 10 } as const;

export function actsOf({ acts, days, integrations }: Drawn, dice: Dice): Act[] {
  const all = Array.from({ length: acts }, (_, index) => {
    const site = `act ${index}`;
    return {
      ...{ index, atMs: Math.floor(dice.roll(`${site} at`) * days * 86_400_000) },
      integration: dice.pick(`${site} of`, integrations),
      deed: deedOf(dice.roll(`${site} is`) * 100),
    };
  });
  return all.sort((a, b) => a.atMs - b.atMs || a.index - b.index);
}

function deedOf(drawn: number): Act['deed'] {
  let left = drawn;
  for (const deed of DEEDS) {
    left -= SHARES[deed];
    if (left < 0) return deed;
  }
  return 'sell';
}

/** Two minutes for the clocks, and as long as a till's request takes at most before it is dated. */
const UNDATED_MS = 6 * 60_000;

/** The platforms, and what their chance and their ids come from: the act that is being done. */
export class Cast {
  readonly players: readonly Player[];
  private readonly dice: Dice;
  private random: () => number;
  private readonly run: string;
  private readonly clock: Clock;
  /** When Kuaishou's mini-program last gave something back. */
  private refundedMs = Number.NEGATIVE_INFINITY;
  /** 0 while the stage is set. */
  private act = 0;
  private ids = 0;

  constructor({ seed, integrations }: Drawn, clock: Clock, dice: Dice) {
    this.dice = dice;
    this.clock = clock;
    this.random = dice.sequence('players');
    this.run = String(100_000 + (seed % 900_000));
    const nextId = () => this.nextId();
    const options = { random: () => this.random(), now: () => Math.round(clock.nowMs), nextId };
    this.players = integrations.map((name) =>
      createPlayer(name, { ...options, merchants: playedMerchants(name, nextId) }),
    );
  }

  /** What the act makes its platform send. */
  play(act: Act): { player: Player; outgoing: readonly Outgoing[] } {
    const { index, integration, deed } = act;
    const player = this.players.find((one) => one.integration === integration);
    if (player === undefined) throw new Error(`nobody plays ${integration}`);
    if (this.isAmbiguous(act)) return { player, outgoing: [] };
    this.random = this.dice.sequence(`playing ${index}`);
    this.act = index + 1;
    this.ids = 0;
    return { player, outgoing: player[deed]() };
  }

  /**
   * Kuaishou's mini-programs do not date a use, and report a refund in part with its amount alone. Where the two are
   * within two minutes, nothing says which came first: lib/attribution has a margin there for the clocks.
   */
  private isAmbiguous({ integration, deed }: Act): boolean {
    if (integration !== 'kuaishou-miniapp') return false;
    const nowMs = this.clock.nowMs;
    if (deed === 'refund') this.refundedMs = nowMs;
    return deed === 'redeem' && nowMs - this.refundedMs <= UNDATED_MS;
  }

  /** Fifteen digits. They hang on the act alone, so that an act keeps its ids when another one is left out. */
  private nextId(): string {
    this.ids += 1;
    return `${this.run}${String(this.act).padStart(6, '0')}${String(this.ids).padStart(3, '0')}`;
  }
}
