import { pathOf } from '../../../lib/cli/simulation.ts';
import type { Outgoing, Player } from '../../../lib/integrations/sandbox-kit/player.ts';
import type { Clock } from './clock.ts';
import type { Answer } from './hub.ts';
import type { Fate } from './sights.ts';
import { OPERATOR_TOKEN } from './workers.ts';

/** What happens to one request on its way, beside its platform's own repetitions. */
export interface Journey {
  /** When each copy of it leaves, in ms from now; one of 0 for a good road. */
  readonly copiesMs: readonly number[];
  /** Whether an attempt is lost, and whether before or after Hexiao had it. */
  readonly lost: (copy: number, attempt: number) => 'before' | 'after' | undefined;
}

export interface RoadOptions {
  readonly clock: Clock;
  readonly request: (to: 'ingest' | 'api', path: string, init: RequestOf) => Promise<Answer>;
  readonly journeyOf: (outgoing: Outgoing, site: string, of: string) => Journey;
  readonly onGivenUp: (why: string) => void;
  /** Of every attempt, at its end. */
  readonly onAttempt?: (
    ...attempt: [integration: string, site: string, copy: number, attempt: number, fate: Fate]
  ) => void;
}

interface RequestOf {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * After a platform's last repetition somebody sends it again by hand, each hour: a message that is lost for good is
 * repaired by nothing that Hexiao has today.
 */
const BY_HAND_MS = 3_600_000;

/** How often a till looks whether it may take back. */
const TILL_LOOKS_MS = 1_000;

/** More than any fault lasts. */
const MAX_ATTEMPTS = 400;

/** The way from the platforms and tills to Hexiao. */
export class Roads {
  /** Copies that are not acknowledged yet. */
  underWay = 0;
  sent = 0;
  private readonly options: RoadOptions;
  /** Redemptions that a till still waits for: it takes none back that it does not know of. */
  private readonly redeeming = new Map<Player, number>();

  constructor(options: RoadOptions) {
    this.options = options;
  }

  /** @param of what kind of act it tells of */
  send(player: Player, outgoing: Outgoing, site: string, of: string): void {
    const { clock, journeyOf } = this.options;
    const journey = journeyOf(outgoing, site, of);
    for (const [copy, ms] of journey.copiesMs.entries()) {
      this.underWay += 1;
      if (outgoing.path === '/redemptions')
        this.redeeming.set(player, this.redeemingAt(player) + 1);
      clock.in(ms, () => void this.attempt({ player, outgoing, site, journey, copy }, 0));
    }
  }

  private async attempt(one: Copy, tries: number): Promise<void> {
    const { clock, onGivenUp, onAttempt } = this.options;
    const { player, outgoing, journey, copy, site } = one;
    if (outgoing.path === '/reversals' && this.redeemingAt(player) > 0) {
      clock.in(TILL_LOOKS_MS, () => void this.attempt(one, tries));
      return;
    }
    const lost = journey.lost(copy, tries);
    this.sent += 1;
    const answer = lost === 'before' ? undefined : await this.post(one);
    const isReceived =
      answer !== undefined && lost === undefined && outgoing.isReceived(answer.status, answer.body);
    const fate = lost === 'before' ? 'lost' : lost === 'after' ? 'answer lost' : 'refused';
    onAttempt?.(player.integration, site, copy, tries, isReceived ? 'received' : fate);
    if (isReceived) {
      this.end(one);
      return;
    }
    if (tries === MAX_ATTEMPTS) {
      this.end(one);
      onGivenUp(`request ${site} is never received: ${answer?.status} ${answer?.body}`);
      return;
    }
    const waitMs = outgoing.retries.delaysMs[tries] ?? BY_HAND_MS;
    clock.in(waitMs, () => void this.attempt(one, tries + 1));
  }

  private redeemingAt(player: Player): number {
    return this.redeeming.get(player) ?? 0;
  }

  private end({ player, outgoing }: Copy): void {
    this.underWay -= 1;
    if (outgoing.path === '/redemptions') this.redeeming.set(player, this.redeemingAt(player) - 1);
  }

  private post({ player, outgoing }: Copy): Promise<Answer> {
    const { headers, body, road } = outgoing;
    const authorization = road === 'v1' ? { authorization: `Bearer ${OPERATOR_TOKEN}` } : {};
    const init = { method: 'POST', headers: { ...headers, ...authorization }, body };
    const to = road === 'v1' ? 'api' : 'ingest';
    return this.options.request(to, pathOf(player, outgoing), init);
  }
}

interface Copy {
  readonly player: Player;
  readonly outgoing: Outgoing;
  readonly site: string;
  readonly journey: Journey;
  readonly copy: number;
}
