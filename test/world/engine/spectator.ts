import type { Outgoing, Player } from '../../../lib/integrations/sandbox-kit/player.ts';
import { entrySchema } from '../../../lib/ledger/entry.ts';
import { overPlatforms, providerDayOf } from '../../../lib/rollups/provider-day.ts';
import type { Act } from './acts.ts';
import type { Clock } from './clock.ts';
import type { WorldHub } from './hub.ts';
import type { OfficeAct } from './office.ts';
import type { Fate, Gmv, Seen, Sight } from './sights.ts';

/** Tells who watches a run what happens. It changes nothing and asks chance nothing. */
export class Spectator {
  private readonly tell: (seen: Seen) => void;
  private readonly clock: Clock;
  private readonly hub: WorldHub;
  private readonly players: readonly Player[];
  private readonly days = new Map<string, Gmv>();
  private queues = '';

  constructor(
    tell: (seen: Seen) => void,
    clock: Clock,
    { hub, players }: { readonly hub: WorldHub; readonly players: readonly Player[] },
  ) {
    this.tell = tell;
    this.clock = clock;
    this.hub = hub;
    this.players = players;
    const stores = players.flatMap(({ integration, platform, merchants }) =>
      merchants.flatMap((one) => one.stores.map((store) => ({ integration, platform, ...store }))),
    );
    this.see({ kind: 'stage', stores });
  }

  acted(act: Act, outgoing: readonly Outgoing[]): void {
    const truths = this.players.flatMap((player) => player.truth());
    this.see({ kind: 'act', act, requests: outgoing.length, truth: sumOf(truths) });
  }

  managed({ deed }: OfficeAct): void {
    this.see({ kind: 'office', deed });
  }

  /** @param site the act's index and the request's, with a point between */
  attempted(integration: string, site: string, copy: number, attempt: number, fate: Fate): void {
    const act = Number(site.split('.')[0]);
    this.see({ kind: 'request', integration, act, copy, attempt, fate });
    this.look();
  }

  /** @param what as the table names the call: `put <pk> <sk>` */
  written(what: string): void {
    const [sk = '', pk = ''] = what.split(' ').reverse();
    const item = this.hub.table.items.get(pk)?.get(sk);
    if (item !== undefined && pk.startsWith('LEDGER#')) {
      this.see({ kind: 'entry', entry: entrySchema.parse(item) });
    }
    if (item !== undefined && pk.startsWith('PROVIDER#') && sk.startsWith('DAY#')) {
      const { paidFen, redeemedFen } = overPlatforms(providerDayOf(item).rollups);
      this.days.set(`${pk} ${sk}`, { paidFen, redeemedFen });
      this.see({ kind: 'totals', totals: sumOf(this.days.values()) });
    }
    this.look();
  }

  /** How long the queues are. */
  look(): void {
    const { queues, urls } = this.hub;
    const { intake, attribution } = urls;
    const lengths = {
      intake: queues.size(intake.url),
      attribution: queues.size(attribution.url),
      dead: queues.size(intake.deadLetterUrl) + queues.size(attribution.deadLetterUrl),
    };
    const text = JSON.stringify(lengths);
    if (text === this.queues) return;
    this.queues = text;
    this.see({ kind: 'queues', ...lengths });
  }

  private see(sight: Sight): void {
    this.tell({ ...sight, atMs: this.clock.nowMs });
  }
}

function sumOf(all: Iterable<Gmv>): Gmv {
  let [paidFen, redeemedFen] = [0, 0];
  for (const one of all) {
    paidFen += one.paidFen;
    redeemedFen += one.redeemedFen;
  }
  return { paidFen, redeemedFen };
}
