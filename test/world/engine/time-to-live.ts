import type { MemoryTable } from '../store/table.ts';
import type { Clock } from './clock.ts';
import type { Weather } from './weather.ts';

/** Between two looks of DynamoDB at what has expired, while nobody does anything. */
const EVERY_MS = 7 * 3_600_000;

/** What has expired goes, each item by itself, at once, days later or never: DynamoDB promises no time. */
export class TimeToLive {
  private readonly table: MemoryTable;
  private readonly clock: Clock;
  private readonly weather: Weather;

  constructor(table: MemoryTable, clock: Clock, weather: Weather) {
    this.table = table;
    this.clock = clock;
    this.weather = weather;
  }

  /** Looks now and then until faults are over. */
  begin(): void {
    const { clock, weather } = this;
    if (!weather.hasExpiry) return;
    clock.in(EVERY_MS, () => {
      if (weather.isOver) return;
      this.look();
      this.begin();
    });
  }

  look(): void {
    const { table, clock, weather } = this;
    if (!weather.hasExpiry) return;
    table.expire(clock.nowMs / 1000, ({ pk, sk }) => weather.expires(pk, sk));
  }
}
