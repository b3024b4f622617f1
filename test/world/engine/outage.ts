import { SHARDS } from '../../../lib/store/keys.ts';
import type { Item } from '../../../lib/store/table.ts';
import type { Call, CallFate } from './calls.ts';
import type { Clock } from './clock.ts';
import type { WorldHub } from './hub.ts';

/** A platform whose API does not answer for an hour, and whose webhooks come all the same. */
export interface DrawnOutage {
  readonly integration: string;
  /** Epoch ms. */
  readonly fromMs: number;
}

const HOUR_MS = 3_600_000;

/** After its return everything that it kept waiting has to be known after so long. */
const RESOLVED_MS = 10 * 60_000;

/** Watches what an outage must not touch, and what has to be over soon after it. Nothing else goes wrong in its run. */
export class Outage {
  readonly wrong: string[] = [];
  /** Epoch ms: when all of it has been looked at. */
  readonly overMs: number;
  /** Webhooks that came while it lasted, and were acknowledged. */
  acknowledged = 0;
  private readonly drawn: DrawnOutage;
  private readonly clock: Clock;

  constructor(drawn: DrawnOutage, clock: Clock) {
    this.drawn = drawn;
    this.clock = clock;
    this.overMs = drawn.fromMs + HOUR_MS + RESOLVED_MS;
  }

  /** Its calls fail. Of a till that must not lose an answer, see `isUnrepeatable` of the hub, they are made. */
  fateOf({ what, life }: Call): CallFate | undefined {
    const isOfIt = what.startsWith(`fetch ${this.drawn.integration} `);
    return isOfIt && this.lasts() && !life.isCareful ? 'is refused' : undefined;
  }

  /** Of a webhook or SPI of whichever platform. */
  answered(path: string, status: number): void {
    if (!this.lasts()) return;
    if (status < 400) this.acknowledged += 1;
    else this.wrong.push(`with ${this.drawn.integration} down, ${path} was answered ${status}`);
  }

  /** To be called before the run: it looks when the time has come. */
  lookLater(hub: WorldHub): void {
    const { clock, overMs } = this;
    clock.in(overMs - clock.nowMs, () => this.wrong.push(...leftOf(hub, overMs - RESOLVED_MS)));
  }

  private lasts(): boolean {
    const sinceMs = this.clock.nowMs - this.drawn.fromMs;
    return sinceMs >= 0 && sinceMs < HOUR_MS;
  }
}

/** What came before the platform was back, and waits still: hints, and decisions that it is to be notified of. */
function leftOf({ table }: WorldHub, backMs: number): string[] {
  const itemsOf = (list: string) =>
    SHARDS.flatMap((shard) => table.items.get(`${list}#${shard}`)?.all() ?? []);
  const isOld = ({ receivedAt }: Item) => Date.parse(String(receivedAt)) <= backMs;
  const hints = itemsOf('HINT').filter(isOld);
  const decided = itemsOf('REFUND-OPEN').filter(({ sk }) => {
    const request = table.items.get(`REFUND#${sk}`)?.get('-');
    const isDecided = request !== undefined && request.status !== 'pending';
    return isDecided && Date.parse(String(request.decidedAt)) <= backMs;
  });
  return [
    ...hints.map(
      ({ sk, why }) => `ten minutes after the outage the hint ${sk} waits: ${String(why)}`,
    ),
    ...decided.map(({ sk }) => `ten minutes after the outage nobody notified of the refund ${sk}`),
  ];
}
