import { createHash } from 'node:crypto';
import { compareVouchers, register } from '../../../lib/cli/simulation.ts';
import type { Player } from '../../../lib/integrations/sandbox-kit/player.ts';
import { silent } from '../../../lib/log/log.ts';
import { keys } from '../../../lib/store/keys.ts';
import { addDays, businessDayAt, DAY_MS } from '../../../lib/time/shanghai.ts';
import { type Act, actsOf, Cast } from './acts.ts';
import { ledgerOf, wrongTotals } from './books.ts';
import { BooksWatch } from './books-watch.ts';
import { Clock } from './clock.ts';
import { Dice } from './dice.ts';
import { type Answer, WorldHub } from './hub.ts';
import { askWhetherIdle } from './idle-watch.ts';
import { LedgerWatch } from './ledger-watch.ts';
import { Moods } from './moods.ts';
import {
  OF_CONTRACTS,
  Office,
  type OfficeAct,
  type OfficeDeed,
  OTHER_PROVIDERS,
  officeActsOf,
  officeRequest,
} from './office.ts';
import { leftOf, wrongShares, wrongStatements, wrongSums } from './office-books.ts';
import { dropUnreadable, operatorOf, pipelineOf, redriveAll } from './operator.ts';
import { type Drawn, draw, type WorldOptions } from './options.ts';
import { Outage } from './outage.ts';
import { withTimeOf } from './process-time.ts';
import { Roads } from './roads.ts';
import { Spectator } from './spectator.ts';
import { Tenants } from './tenants.ts';
import { TimeToLive } from './time-to-live.ts';
import { type Fault, Weather } from './weather.ts';

/** What a run came to. */
export interface Verdict {
  readonly drawn: Drawn;
  /** What is wrong; empty where the books are right. */
  readonly wrong: readonly string[];
  readonly acts: readonly Act[];
  readonly faults: readonly Fault[];
  /** What the operator's people did meanwhile. */
  readonly office: readonly OfficeAct[];
  readonly requests: number;
  readonly steps: number;
  readonly entries: number;
  readonly virtualMs: number;
  /** Webhooks that were acknowledged while a platform was down; null without an outage. */
  readonly acknowledgedInOutage: number | null;
  /** Of all entries: the same seed has the same. */
  readonly ledgerHash: string;
}

const MINUTE_MS = 60_000;

/** Faults go on for this long after the last request was acknowledged: what it led to is under way. */
const AFTER_MS = 10 * MINUTE_MS;

/** Without faults everything has to be known and booked after so long, at the latest. */
const LIVELY_MS = 3 * DAY_MS;

/** At every so many acts somebody asks whether everything is done. */
const ASKED_EVERY = 15;

/** How often the operator looks whether it is, and sends dead letters back. */
const LOOK_MS = 10 * MINUTE_MS;

/** What is still there after so many looks, and no message of Hexiao's, is thrown away. */
const LOOKS_AT = 8;

/** Plays a seed: the real functions, the platforms' sandboxes, and a time of its own. */
export function runWorld(options: WorldOptions): Promise<Verdict> {
  const drawn = draw(options);
  const clock = new Clock(drawn.startMs - 3_600_000);
  return withTimeOf(clock, () => new World(drawn, clock, options).play());
}

class World {
  private readonly drawn: Drawn;
  private readonly clock: Clock;
  private readonly tamper: WorldOptions['tamper'];
  private readonly wrong: string[] = [];
  private readonly cast: Cast;
  private readonly dice: Dice;
  private readonly weather: Weather;
  private readonly hub: WorldHub;
  private readonly operator: ReturnType<typeof operatorOf>;
  private readonly acts: readonly Act[];
  private readonly ledgerWatch: LedgerWatch;
  private readonly booksWatch: BooksWatch;
  private readonly tenants: Tenants;
  private readonly timeToLive: TimeToLive;
  private readonly officeActs: readonly OfficeAct[];
  private readonly office: Office;
  private readonly moods: Moods;
  private readonly spectator: Spectator | undefined;
  private readonly outage: Outage | undefined;

  constructor(drawn: Drawn, clock: Clock, options: WorldOptions) {
    const { only = {}, tamper, watch } = options;
    this.tamper = tamper;
    this.drawn = drawn;
    this.clock = clock;
    const dice = new Dice(drawn.seed);
    this.dice = dice;
    const weather = new Weather(clock, dice, drawn.weather, only.faults);
    this.weather = weather;
    this.cast = new Cast(drawn, clock, dice);
    this.acts = actsOf(drawn, dice).filter(({ index }) => only.acts?.has(index) ?? true);
    this.outage = drawn.outage === null ? undefined : new Outage(drawn.outage, clock);
    this.hub = new WorldHub({
      ...{ clock, dice, players: this.cast.players, log: silent, faults: weather.mapping },
      watch: {
        fateOf: (call) => this.outage?.fateOf(call) ?? weather.fateOf(call),
        written: (what) => this.written(what),
      },
      isEntryRefused: (body) => weather.isEntryRefused(body),
      skewMs: (stage) => weather.skewMs(stage),
      isNext: (stage) => weather.isNext(stage),
    });
    this.operator = operatorOf(this.hub);
    this.ledgerWatch = new LedgerWatch(this.hub.table);
    this.booksWatch = new BooksWatch(this.hub.table);
    this.tenants = new Tenants(this.hub, this.cast.players.map(providerOf));
    this.timeToLive = new TimeToLive(this.hub.table, clock, weather);
    this.moods = new Moods(clock, dice, weather, (player) => this.register(player));
    const ofOffice = officeActsOf(drawn, dice);
    this.officeActs = ofOffice.filter(({ index }) => only.office?.has(index) ?? true);
    this.office = new Office({
      ...{ clock, dice, players: this.cast.players, onWrong: (why) => this.wrong.push(why) },
      request: officeRequest((path, init) => this.hub.request('api', path, init)),
      orders: () => ledgerOf(this.hub.table),
    });
    if (watch !== undefined) {
      this.spectator = new Spectator(watch, clock, { hub: this.hub, players: this.cast.players });
    }
  }

  async play(): Promise<Verdict> {
    const { clock, drawn, weather, acts, wrong } = this;
    await this.setStage();
    clock.nowMs = drawn.startMs;
    this.timeToLive.begin();
    this.outage?.lookLater(this.hub);
    const roads = new Roads({
      clock,
      request: (to, path, init) => this.request(to, path, init),
      journeyOf: (...request) => weather.journeyOf(...request),
      onGivenUp: (why) => wrong.push(why),
      onAttempt: (...attempt) => this.spectator?.attempted(...attempt),
    });
    let left = acts.length;
    for (const act of acts) {
      clock.in(act.atMs, () => {
        left -= 1;
        this.perform(act, roads);
      });
    }
    let toDo = this.officeActs.length;
    for (const act of this.officeActs) {
      clock.in(act.atMs, () => {
        toDo -= 1;
        this.spectator?.managed(act);
        void this.office.perform(act);
      });
    }
    await clock.run(Number.POSITIVE_INFINITY, () => left === 0 && roads.underWay === 0);
    await clock.run(clock.nowMs + AFTER_MS);
    await clock.run(Number.POSITIVE_INFINITY, () => toDo === 0);
    if (this.outage !== undefined) await clock.run(Math.max(clock.nowMs, this.outage.overMs));
    weather.isOver = true;
    await this.becomeIdle();
    await clock.run(clock.nowMs + LIVELY_MS, () => this.office.underWay === 0);
    await this.becomeIdle();
    this.spectator?.look();
    this.tamper?.(this.hub.table);
    await this.finishErasures();
    let entries = await this.look();
    if (this.did(...OF_CONTRACTS)) entries = await this.lookRestated();
    if (this.did('close a month')) entries = await this.lookClosed();
    wrong.push(
      ...this.ledgerWatch.wrong,
      ...this.booksWatch.wrong,
      ...this.tenants.wrong,
      ...(this.outage?.wrong ?? []),
    );
    return {
      ...{ drawn, wrong, acts, faults: weather.happened, requests: roads.sent, steps: clock.steps },
      office: this.officeActs,
      ...{ entries: entries.length, virtualMs: clock.nowMs - drawn.startMs },
      acknowledgedInOutage: this.outage?.acknowledged ?? null,
      ledgerHash: hashOf(entries),
    };
  }

  private async request(...[to, path, init]: Parameters<WorldHub['request']>): Promise<Answer> {
    const answer = await this.hub.request(to, path, init);
    if (to === 'ingest') this.outage?.answered(path, answer.status);
    return answer;
  }

  private async setStage(): Promise<void> {
    await this.hub.table.put(keys.buyerKey, { key: 'the buyers’ key of the world' });
    for (const player of this.cast.players) {
      const apiBaseUrl = apiBaseUrlOf(player);
      await register(this.operator, player, { apiBaseUrl, providerId: providerOf(player) });
    }
    await this.tenants.setStage(this.clock.nowMs);
    if (this.officeActs.length === 0) return;
    for (const providerId of OTHER_PROVIDERS) {
      await this.operator.call('PUT', `/v1/providers/${providerId}`, {
        ...{ name: providerId, kind: 'agency' },
      });
    }
  }

  /** With what its platform signs now. */
  private async register(player: Player): Promise<void> {
    const { integration, appKey, secrets } = player;
    const settings = player.settings(apiBaseUrlOf(player));
    const path = `/v1/apps/${integration}/${encodeURIComponent(appKey)}`;
    await this.operator.call('PUT', path, { secrets, settings });
  }

  private perform(act: Act, roads: Roads): void {
    // No provider of this world has an endpoint, so nobody works on notices.
    const { intake, attribution } = this.hub.urls;
    for (const { url } of [intake, attribution]) {
      const poison = this.weather.poison(`${url} at act ${act.index}`);
      if (poison !== undefined) this.hub.put(url, poison);
    }
    this.timeToLive.look();
    if (act.index % ASKED_EVERY === 0) void this.askWhetherIdle(act);
    if (act.index === 0) void this.readAsTenant();
    this.moods.change(this.cast.players, `act ${act.index}`);
    const { player, outgoing } = this.cast.play(act);
    this.spectator?.acted(act, outgoing);
    for (const [index, one] of outgoing.entries()) {
      roads.send(player, one, `${act.index}.${index}`, `${act.integration} ${act.deed}`);
    }
  }

  /** A while after the act, when what it came to may just be done. */
  private async askWhetherIdle({ index }: Act): Promise<void> {
    await this.clock.wait(this.dice.roll(`asks at ${index}`) * 2 * MINUTE_MS);
    const wrong = await askWhetherIdle(this.hub, this.clock);
    if (wrong !== undefined) this.wrong.push(wrong);
  }

  private async readAsTenant(): Promise<void> {
    await this.clock.wait(this.dice.roll('a provider reads') * 2 * MINUTE_MS);
    const providerId = this.dice.pick('which provider reads', this.cast.players.map(providerOf));
    await this.tenants.read(providerId, this.days());
  }

  private written(what: string): void {
    this.weather.written(what);
    this.ledgerWatch.written(what);
    this.booksWatch.written(what);
    this.spectator?.written(what);
    if (SWEPT.test(what)) this.hub.sweepSoon();
  }

  /** Lets time pass until nothing is on its way. The operator sends dead letters back meanwhile. */
  private async becomeIdle(): Promise<void> {
    const { clock, operator } = this;
    const untilMs = clock.nowMs + LIVELY_MS;
    for (let round = 1; clock.nowMs < untilMs; round += 1) {
      const pipeline = await pipelineOf(operator);
      if (pipeline.idle) return;
      if (round % LOOKS_AT > 0) await redriveAll(operator, pipeline);
      else {
        const ours = await dropUnreadable(operator);
        this.wrong.push(...ours.map((type) => `a message fails for ever: ${type}`));
      }
      await clock.run(clock.nowMs + LOOK_MS);
    }
    const last = JSON.stringify(await pipelineOf(operator));
    this.wrong.push(`it is not idle ${LIVELY_MS / DAY_MS} days after the last fault: ${last}`);
  }

  /** Compares the books with what is true. */
  private async look() {
    const { wrong, operator, cast } = this;
    for (const player of cast.players) {
      const verdict = await compareVouchers(operator, player);
      const { missing, extra, differing } = verdict;
      wrong.push(...missing.map((one) => `missing: ${one}`));
      wrong.push(...extra.map((one) => `extra: ${one}`));
      wrong.push(...differing.map((one) => `differing: ${one}`));
    }
    const entries = ledgerOf(this.hub.table);
    wrong.push(...wrongSums(cast.players, entries));
    wrong.push(...(await wrongTotals(operator, entries, citiesOf(cast.players), this.days())));
    return entries;
  }

  /** Nothing is awaited any more, so each ends after some requests of some seconds. */
  private async finishErasures(): Promise<void> {
    for (const asked of this.office.erasures) {
      for (let tries = 0; ; tries += 1) {
        // Once from the start: a message of theirs may have come after it was finished.
        const request = tries === 0 ? { ...asked, again: true } : asked;
        const receipt = (await this.operator.call('POST', '/v1/erasures', request)) as {
          readonly finishedAt: string | null;
        };
        if (receipt.finishedAt !== null) break;
        if (tries === MAX_ERASURE_TRIES) {
          this.wrong.push(`an erasure never ends: ${JSON.stringify(receipt)}`);
          break;
        }
      }
      this.wrong.push(...(await leftOf(asked, this.hub.table)));
    }
  }

  private did(...deeds: readonly OfficeDeed[]): boolean {
    return this.officeActs.some(({ deed }) => deeds.includes(deed));
  }

  /** Attributes every day again by the contracts that stand, and compares with whose each fact is by them. */
  private async lookRestated() {
    const { wrong, operator, cast } = this;
    await this.everyMerchant('restatements', { reason: 'all contracts stand now' });
    await this.becomeIdle();
    const entries = await this.look();
    wrong.push(...(await wrongShares(operator, cast.players, entries)));
    const rebuilds = await this.everyMerchant('rebuilds');
    await this.becomeIdle();
    for (const id of rebuilds) {
      const found = (await operator.call('GET', `/v1/rebuilds/${id}`)) as { isEqual: boolean };
      if (!found.isEqual) wrong.push(`a rebuild differs: ${JSON.stringify(found)}`);
    }
    return entries;
  }

  private async everyMerchant(jobs: 'restatements' | 'rebuilds', more = {}): Promise<string[]> {
    const ids: string[] = [];
    for (const { platform, merchants } of this.cast.players) {
      for (const { merchantId } of merchants) {
        const window = { platform, merchantId, ...this.days() };
        const job = (await this.operator.call('POST', `/v1/${jobs}`, { ...window, ...more })) as {
          readonly restatementId?: string;
          readonly rebuildId?: string;
        };
        ids.push(job.restatementId ?? job.rebuildId ?? '');
      }
    }
    return ids;
  }

  /** Closes every month when all of it is past its windows, and compares statements with entries. */
  private async lookClosed() {
    const { clock, wrong, operator } = this;
    // A closing that somebody began before is gone on with.
    const first = addDays(`${this.days().from.slice(0, 7)}-01`, -1).slice(0, 7);
    const last = businessDayAt(clock.nowMs).slice(0, 7);
    await clock.run(clock.nowMs + UNTIL_FINAL_MS);
    for (let month = first; month <= last; month = monthAfter(month)) {
      await operator.call('POST', `/v1/statements/${month}/close`, {});
      await this.becomeIdle();
    }
    const entries = await this.look();
    wrong.push(...(await wrongStatements(operator, entries)));
    return entries;
  }

  /** The business days in which all of it happened. */
  private days() {
    return {
      from: businessDayAt(this.drawn.startMs - DAY_MS),
      to: businessDayAt(this.clock.nowMs + DAY_MS),
    };
  }
}

const MAX_ERASURE_TRIES = 20;

/** More than a month, a platform's window and the holding of any policy. */
const UNTIL_FINAL_MS = 80 * DAY_MS;

function monthAfter(month: string): string {
  return addDays(`${month}-28`, 4).slice(0, 7);
}

/** Writes after which the schedule's next run has something to look at. */
const SWEPT = / (HINT|UNFINISHED|BEHIND|REFUND|REFUND-OPEN|RESTATEMENT)[# ]/;

const apiBaseUrlOf = ({ integration }: Player) => `http://${integration}.test`;

const providerOf = ({ integration }: { readonly integration: string }) => `p-${integration}`;

function citiesOf(players: readonly Player[]): Map<string, string> {
  return new Map(
    players.flatMap(({ platform, merchants }) =>
      merchants.flatMap(({ stores }) =>
        stores.map(({ storeId, city }) => [`${platform}/${storeId}`, city] as const),
      ),
    ),
  );
}

function hashOf(entries: readonly object[]): string {
  const lines = entries.map((entry) => JSON.stringify(sorted(entry))).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
}

const sorted = (entry: object) => Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1));
