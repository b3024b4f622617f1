import { SECRET_ROTATED } from '../../../lib/integrations/sandbox-kit/faults.ts';
import type { Player } from '../../../lib/integrations/sandbox-kit/player.ts';
import type { Clock } from './clock.ts';
import type { Dice } from './dice.ts';
import type { Weather } from './weather.ts';

const MINUTE_MS = 60_000;

/** The platforms' own misbehaviours, each on for a while. */
export class Moods {
  private readonly clock: Clock;
  private readonly dice: Dice;
  private readonly weather: Weather;
  private readonly onNewSecrets: (player: Player) => Promise<void>;
  /**
   * A secret is replaced once for an app: two are good at a time, and what is under way for months must be
   * signed with one of them. A message whose secret was replaced twice since is refused, and rightly.
   */
  private readonly rotated = new Set<Player>();

  /** @param onNewSecrets registers the app anew */
  constructor(
    clock: Clock,
    dice: Dice,
    weather: Weather,
    onNewSecrets: (player: Player) => Promise<void>,
  ) {
    this.clock = clock;
    this.dice = dice;
    this.weather = weather;
    this.onNewSecrets = onNewSecrets;
  }

  /** To be called before each act. @param site the act */
  change(players: readonly Player[], site: string): void {
    const player = this.dice.pick(`moody ${site}`, players);
    const { faults, integration } = player;
    if (faults === undefined) return;
    const kind = this.dice.pick(`mood ${site}`, faults.kinds);
    if (kind === SECRET_ROTATED && this.rotated.has(player)) return;
    if (!this.weather.misbehaves(integration, `${site}: ${kind}`, kind)) return;
    const before = player.secrets;
    if (kind === SECRET_ROTATED) this.rotated.add(player);
    faults.set(kind, true);
    this.clock.in(this.dice.between(`mood of ${site} lasts`, 0, 30) * MINUTE_MS, () => {
      faults.set(kind, false);
      // Its operator hears of it later.
      if (player.secrets !== before) void this.onNewSecrets(player);
    });
  }
}
