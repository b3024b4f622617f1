import { compareVouchers, pathOf, register } from '../../../lib/cli/simulation.ts';
import type { Outgoing } from '../../../lib/integrations/sandbox-kit/player.ts';
import { silent } from '../../../lib/log/log.ts';
import { keys } from '../../../lib/store/keys.ts';
import { businessDayAt, DAY_MS } from '../../../lib/time/shanghai.ts';
import { ledgerOf, wrongTotals } from '../engine/books.ts';
import type { CallFate } from '../engine/calls.ts';
import { Clock } from '../engine/clock.ts';
import { Dice } from '../engine/dice.ts';
import { WorldHub } from '../engine/hub.ts';
import { wrongStatements } from '../engine/office-books.ts';
import { operatorOf, pipelineOf, redriveAll } from '../engine/operator.ts';
import { withTimeOf } from '../engine/process-time.ts';
import { OPERATOR_TOKEN } from '../engine/workers.ts';
import { type Books, booksOf } from './books.ts';
import { CallCounts } from './call-counts.ts';
import { DouyinShop } from './douyin.ts';
import { MeituanShop } from './meituan.ts';
import type { Shop, ShopOptions } from './shop.ts';

/** Integrations whose platform documents records of its own. */
const SHOPS: Readonly<Record<string, (options: ShopOptions) => Shop>> = {
  'douyin-life': (options) => new DouyinShop(options),
  meituan: (options) => new MeituanShop(options),
};

export const WITH_RECORDS = Object.keys(SHOPS);

export interface LossOptions {
  readonly integration: string;
  readonly seed: number;
  readonly redemptions: number;
  /** On how many days people buy and use; the last one's late reading is a week later. */
  readonly days: number;
  /** Of each hundred webhooks, those that never come. Null: all come, once and at once, and no call fails. */
  readonly lossPercent: number | null;
  /** Of each function. */
  readonly workers: number;
}

export interface LossRun {
  readonly books: Books;
  /** What is wrong by the sandbox's own truth, and between entries, totals and statements. */
  readonly wrong: readonly string[];
  readonly redemptions: number;
  readonly messages: number;
  readonly lost: number;
  readonly calls: CallCounts;
  /** Most calls of one endpoint in a second, in parts of its documented rate; null where none is documented. */
  readonly mostOfLimit: number | null;
  readonly failedCalls: number;
  /** Days that the platform's own records confirm, of all. */
  readonly complete: number;
  readonly checkedDays: number;
  readonly entries: number;
  readonly steps: number;
}

/** Midnight of 1 March 2026 in Shanghai: all of it is one month. */
const FIRST_MS = Date.parse('2026-03-01T00:00:00+08:00');
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** People are about from nine in the morning, for so long. */
const OPENS_MS = 9 * HOUR_MS;
const OPEN_MS = 13 * HOUR_MS;

/** A sixth as often as where it is deployed: the live edge is read in longer windows. */
const SCHEDULE_MS = 30 * MINUTE_MS;

/** Nothing happens any more: only the late readings are left. */
const QUIET_SCHEDULE_MS = 6 * HOUR_MS;

/** More than an entry is held for: the month is closed then. */
const UNTIL_FINAL_MS = 80 * DAY_MS;

const FAILING = 0.02;
const DOUBLED = 0.1;
const OVERTAKEN = 0.2;

/** More than one attempt at a road that loses nothing it does not mean to. */
const MAX_TRIES = 20;

export function playLosses(options: LossOptions): Promise<LossRun> {
  const clock = new Clock(FIRST_MS - HOUR_MS, Number.POSITIVE_INFINITY);
  return withTimeOf(clock, () => new Losses(options, clock).play());
}

class Losses {
  private readonly options: LossOptions;
  private readonly clock: Clock;
  private readonly dice: Dice;
  private readonly shop: Shop;
  private readonly hub: WorldHub;
  private readonly calls: CallCounts;
  private readonly wrong: string[] = [];
  private messages = 0;
  private lost = 0;
  private failedCalls = 0;
  private underWay = 0;
  private run = 0;
  private isFailing = true;
  private act = 0;
  private ids = 0;

  constructor(options: LossOptions, clock: Clock) {
    this.options = options;
    this.clock = clock;
    this.dice = new Dice(options.seed);
    const now = () => Math.round(clock.nowMs);
    this.calls = new CallCounts(now);
    const shop = SHOPS[options.integration]?.({ now, nextId: () => this.nextId() });
    if (shop === undefined) throw new RangeError(`no shop of ${options.integration}`);
    this.shop = this.calls.counting(shop);
    this.hub = new WorldHub({
      ...{ clock, dice: this.dice, players: [this.shop], log: silent },
      ...{ isEntryRefused: () => false, skewMs: () => 0, maxWorkers: options.workers },
      faults: {
        batchSize: (_url, size) => size,
        showsAgainSeconds: () => undefined,
        staysThoughDone: () => false,
      },
      watch: {
        fateOf: ({ what, life, drawn }) =>
          what.startsWith('fetch ') ? this.fateOfCall(life.stage, drawn) : undefined,
        written: () => {},
      },
    });
  }

  async play(): Promise<LossRun> {
    const { clock, hub, shop, options } = this;
    const operator = operatorOf(hub);
    await hub.table.put(keys.buyerKey, { key: 'the buyers’ key of the losses' });
    await register(operator, shop, {
      apiBaseUrl: `http://${shop.integration}.test`,
      providerId: 'p-losses',
    });
    this.schedule(FIRST_MS + (options.days + 7) * DAY_MS);
    await this.live();
    // A week after the last day it is read a second time.
    await clock.run(FIRST_MS + (options.days + 7) * DAY_MS);
    this.isFailing = false;
    await this.becomeIdle();
    const days = { from: '2026-02-27', to: businessDayAt(clock.nowMs + DAY_MS) };
    const completeness = await this.completeness(days);
    await this.close();
    const entries = ledgerOf(hub.table);
    const { missing, extra, differing } = await compareVouchers(operator, shop);
    this.wrong.push(...missing, ...extra, ...differing);
    this.wrong.push(...(await wrongTotals(operator, entries, citiesOf(shop), days)));
    this.wrong.push(...(await wrongStatements(operator, entries)));
    return {
      ...{ books: await booksOf(shop, entries, operator, days), wrong: this.wrong },
      ...{ redemptions: shop.redemptions, messages: this.messages, lost: this.lost },
      mostOfLimit: this.mostOfLimit(),
      ...{ calls: this.calls, failedCalls: this.failedCalls, ...completeness },
      ...{ entries: entries.length, steps: clock.steps },
    };
  }

  /** Acts evenly over the open hours, until there are as many redemptions as wanted. */
  private async live(): Promise<void> {
    const { clock, shop, options } = this;
    const perDay = options.redemptions / options.days;
    for (let day = 0; day < options.days; day += 1) {
      const untilRedeemed = Math.round(perDay * (day + 1));
      const opensMs = FIRST_MS + day * DAY_MS + OPENS_MS;
      // A little less than every second act is a redemption.
      const stepMs = OPEN_MS / (perDay * 2.6);
      for (let n = 0; shop.redemptions < untilRedeemed; n += 1) {
        await clock.run(opensMs + n * stepMs);
        this.act += 1;
        this.ids = 0;
        const random = this.dice.sequence(`act ${this.act}`);
        for (const [at, one] of shop.live(random).entries()) this.send(one, `${this.act}.${at}`);
      }
    }
    await clock.run(FIRST_MS + options.days * DAY_MS, () => this.underWay === 0);
  }

  private send(outgoing: Outgoing, site: string): void {
    const { lossPercent } = this.options;
    this.messages += 1;
    const roll = (what: string) => this.dice.roll(`${what} ${site}`);
    const isTill = outgoing.road === 'v1';
    if (lossPercent === null || isTill) {
      this.post(outgoing, 0);
      return;
    }
    if (roll('lost') * 100 < lossPercent) {
      this.lost += 1;
      return;
    }
    const delayMs =
      roll('overtaken') < OVERTAKEN ? roll('late') * 3 * MINUTE_MS : roll('late') * 2_000;
    this.post(outgoing, delayMs);
    if (roll('doubled') < DOUBLED) this.post(outgoing, delayMs + roll('again') * 5 * MINUTE_MS);
  }

  private post(outgoing: Outgoing, delayMs: number, tries = 0): void {
    const { clock, hub, shop } = this;
    this.underWay += 1;
    const send = async () => {
      const { headers, body, road } = outgoing;
      const authorization = { authorization: `Bearer ${OPERATOR_TOKEN}` };
      const isTill = road === 'v1';
      const init = { method: 'POST', headers: { ...headers, ...(isTill && authorization) }, body };
      const answer = await hub.request(isTill ? 'api' : 'ingest', pathOf(shop, outgoing), init);
      this.underWay -= 1;
      if (outgoing.isReceived(answer.status, answer.body)) return;
      if (tries === MAX_TRIES) this.wrong.push(`never received: ${answer.status} ${answer.body}`);
      else this.post(outgoing, 1_000 * 2 ** Math.min(tries, 6), tries + 1);
    };
    clock.in(delayMs, () => void send());
  }

  /** By as many workers as there are. */
  private schedule(untilMs: number): void {
    const { clock, hub, options } = this;
    if (clock.nowMs >= untilMs) return;
    const isQuiet = clock.nowMs > FIRST_MS + (options.days + 1) * DAY_MS;
    const everyMs = isQuiet ? QUIET_SCHEDULE_MS : SCHEDULE_MS;
    clock.in(everyMs - (clock.nowMs % everyMs), () => {
      this.run += 1;
      for (let worker = 0; worker < options.workers; worker += 1) void hub.runSchedule();
      this.schedule(untilMs);
    });
  }

  /** Half of the calls that fail are never made, of the others the answer is lost. */
  private fateOfCall(stage: string, drawn: number): CallFate | undefined {
    const isOurs = stage === 'reconcile';
    if (isOurs && this.isFailing) this.calls.made += 1;
    const isWhole = !this.isFailing || this.options.lossPercent === null || drawn >= FAILING;
    const isLost = !isWhole && drawn < FAILING / 2;
    if (!isWhole) this.failedCalls += 1;
    this.calls.run = isOurs && isWhole && this.isFailing ? this.run : undefined;
    if (isWhole) return undefined;
    return isLost ? 'loses its answer' : 'is refused';
  }

  private async becomeIdle(): Promise<void> {
    const { clock, hub } = this;
    const operator = operatorOf(hub);
    for (let round = 0; round < 200; round += 1) {
      const pipeline = await pipelineOf(operator);
      if (pipeline.idle) return;
      await redriveAll(operator, pipeline);
      void hub.runSchedule();
      await clock.run(clock.nowMs + 10 * MINUTE_MS);
    }
    this.wrong.push('it is not idle after two hundred looks');
  }

  /** Closes the month when all of it is past its windows. */
  private async close(): Promise<void> {
    const { clock, hub } = this;
    const operator = operatorOf(hub);
    await clock.run(clock.nowMs + UNTIL_FINAL_MS);
    for (const month of ['2026-03', '2026-04']) {
      await operator.call('POST', `/v1/statements/${month}/close`, {});
      await this.becomeIdle();
    }
  }

  private async completeness(days: { from: string; to: string }) {
    const operator = operatorOf(this.hub);
    const statuses: string[] = [];
    let cursor: string | null = null;
    do {
      const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page = (await operator.call(
        'GET',
        `/v1/completeness?from=${days.from}&to=${days.to}${after}`,
      )) as { rows: { status: string }[]; next: string | null };
      statuses.push(...page.rows.map(({ status }) => status));
      cursor = page.next;
    } while (cursor !== null);
    const complete = statuses.filter((one) => one === 'complete' || one === 'repaired').length;
    return { complete, checkedDays: statuses.length };
  }

  private mostOfLimit(): number | null {
    const { limits } = this.shop;
    if (limits === null) return null;
    const parts = [...this.calls.most].map(([path, most]) => {
      const name = Object.keys(limits).find((end) => path.endsWith(end));
      return most / (limits[name ?? ''] ?? Number.POSITIVE_INFINITY);
    });
    return Math.max(0, ...parts);
  }

  /** Fifteen digits that hang on the act alone. */
  private nextId(): string {
    this.ids += 1;
    return `9${String(this.act).padStart(9, '0')}${String(this.ids).padStart(5, '0')}`;
  }
}

function citiesOf(shop: Shop): Map<string, string> {
  return new Map(
    shop.merchants.flatMap(({ stores }) =>
      stores.map(({ storeId, city }) => [`${shop.platform}/${storeId}`, city] as const),
    ),
  );
}
