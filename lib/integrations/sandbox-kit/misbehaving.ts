import type { Fault } from './faults.ts';
import { type Faults, type Outgoing, type Player, type Random, seededRandom } from './player.ts';

/**
 * A player whose platform misbehaves as it is told to. Nothing is drawn from the chance, and nothing is
 * otherwise than without this, until a kind is switched on.
 * @param random from which the faults' own chance comes
 */
export function misbehaving(player: Player, random: Random, faults: readonly Fault[]): Player {
  const switches = new Switches(random, faults);
  const acted = (act: () => Outgoing[]) => () => act().flatMap((one) => switches.sent(one));
  return {
    integration: player.integration,
    platform: player.platform,
    appKey: player.appKey,
    get secrets() {
      return player.secrets;
    },
    settings: player.settings,
    merchants: player.merchants,
    api: { fetch: (request) => switches.answered(request, player) },
    sell: acted(() => player.sell()),
    redeem: acted(() => player.redeem()),
    reverse: acted(() => player.reverse()),
    refund: acted(() => player.refund()),
    truth: () => player.truth(),
    faults: switches,
  };
}

class Switches implements Faults {
  readonly kinds: readonly string[];
  readonly counts = new Map<string, number>();
  readonly #byKind: ReadonlyMap<string, Fault>;
  readonly #on = new Set<Fault>();
  readonly #random: Random;
  #chance: Random | undefined;
  /** Those that went wrong since they were switched on. */
  readonly #begun = new Set<Fault>();

  constructor(random: Random, faults: readonly Fault[]) {
    this.#random = random;
    this.#byKind = new Map(faults.map((fault) => [fault.kind, fault]));
    this.kinds = [...this.#byKind.keys()];
  }

  sourceOf(kind: string): string {
    return this.#faultOf(kind).source;
  }

  set(kind: string, isOn: boolean): void {
    const fault = this.#faultOf(kind);
    if (this.#on.has(fault) === isOn) return;
    this.#begun.delete(fault);
    if (isOn) this.#on.add(fault);
    else this.#on.delete(fault);
    fault.switched?.(isOn);
    const isItself = fault.answers === undefined && fault.sendsToo === undefined;
    if (isOn && isItself) this.#count(fault);
  }

  /** One fault a call: the first that concerns it and whose turn it is. */
  async answered(request: Request, { api }: Pick<Player, 'api'>): Promise<Response> {
    const call = {
      request,
      path: new URL(request.url).pathname,
      next: async () => api.fetch(request),
    };
    for (const fault of this.#on) {
      const instead = fault.answers?.(call);
      if (instead !== undefined && this.#isItsTurn(fault)) return instead();
    }
    return call.next();
  }

  sent(outgoing: Outgoing): readonly Outgoing[] {
    if (outgoing.road !== 'webhooks') return [outgoing];
    const more = [...this.#on].flatMap((fault) => {
      const too = fault.sendsToo?.(outgoing);
      return too !== undefined && this.#isItsTurn(fault) ? [too] : [];
    });
    return [outgoing, ...more];
  }

  #isItsTurn(fault: Fault): boolean {
    this.#chance ??= seededRandom(Math.floor(this.#random() * 2 ** 32));
    const isFirst = !this.#begun.has(fault);
    if (!isFirst && fault.isCertain !== true && this.#chance() < 0.5) return false;
    this.#begun.add(fault);
    this.#count(fault);
    return true;
  }

  #count({ kind }: Fault): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
  }

  #faultOf(kind: string): Fault {
    const fault = this.#byKind.get(kind);
    if (fault !== undefined) return fault;
    throw new RangeError(`this sandbox has no fault ${kind}: ${this.kinds.join(', ')}`);
  }
}
