import { describe, expect, it } from 'vitest';
import type { ApiDeps } from '../../../../functions/api/deps.ts';
import { performAct } from '../../../../functions/api/till.ts';
import { DEFAULT_POLICY } from '../../../../lib/attribution/policy.ts';
import { Problem } from '../../../../lib/errors/problem.ts';
import { memoryTokens } from '../../../../lib/integrations/kit/live-tokens.ts';
import { redeemSchema, reverseSchema } from '../../../../lib/integrations/kit/till.ts';
import { silent } from '../../../../lib/log/log.ts';
import { putApp } from '../../../../lib/store/accounts/apps.ts';
import { putStore } from '../../../../lib/store/accounts/parties.ts';
import { buyerKey } from '../../../../lib/store/privacy/buyer-key.ts';
import { UNLIMITED } from '../../../support/budgets.ts';
import { everyOrder, type Turn } from '../../../support/interleave.ts';
import { runs } from '../../../support/long.ts';
import { urlOf } from '../../../support/platform-fetch.ts';
import { MemoryTable } from '../../../world/store/table.ts';
import { PLACES, type Scene } from './race-scenes.ts';
import { STORE } from './support.ts';

const NOW = Date.parse('2026-11-30T12:00:00+08:00');

/** What is lost on the way, of the platform's calls one after the other; what is beyond arrives. */
type Loss = 'request' | 'answer' | null;

let scenes = 0;

const TIMES = 4;

/** One platform and one Hexiao that presses of one request share. */
class Till {
  static async open(name: string, losses: readonly Loss[] = []): Promise<Till> {
    const appKey = `app-${++scenes}`;
    const clock = { nowMs: NOW };
    const place = await (PLACES[name] as (typeof PLACES)[string])(appKey, () => clock.nowMs);
    const table = new MemoryTable();
    await putApp(table, { ...place.app, appKey });
    const store = { merchantId: 'm1', name: '一店', city: null, namedBy: 'operator' } as const;
    await putStore(table, { platform: place.platform, storeId: STORE, ...store });
    await buyerKey(table);
    return new Till(place, appKey, table, [...losses], clock);
  }

  readonly place: Scene;
  readonly sent: string[] = [];
  /** What the tills were told: the acts, or the problem's code. */
  readonly told: string[] = [];
  /** As late as a lease lasts, or sooner. */
  retriesAfterMs = 16_000;
  /** The platform's answers name no act. */
  hidesIds = false;
  private readonly appKey: string;
  private readonly table: MemoryTable;
  private readonly losses: Loss[];
  private readonly clock: { nowMs: number };

  private constructor(
    place: Scene,
    appKey: string,
    table: MemoryTable,
    losses: Loss[],
    clock: { nowMs: number },
  ) {
    this.place = place;
    this.appKey = appKey;
    this.table = table;
    this.losses = losses;
    this.clock = clock;
  }

  /** From now on these get lost. */
  lose(losses: readonly Loss[]): void {
    this.losses.push(...losses);
  }

  /** One press, and again while nobody knows: a few times at most, after `retriesAfterMs` each. */
  async press(
    verb: 'redeem' | 'reverse',
    turn: Turn = atOnce,
    requestId = `${verb}-0001`,
  ): Promise<void> {
    for (let left = TIMES; left > 0; left -= 1) {
      const answer = await this.once(verb, requestId, turn);
      this.told.push(answer);
      if (answer !== 'platform-unavailable') return;
      this.clock.nowMs += this.retriesAfterMs;
    }
  }

  private async once(verb: 'redeem' | 'reverse', requestId: string, turn: Turn): Promise<string> {
    const body = { ...this.place[verb], requestId };
    const of = { integration: this.place.app.integration, appKey: this.appKey };
    const asked =
      verb === 'redeem'
        ? ({ ...of, verb, command: redeemSchema.parse(body) } as const)
        : ({ ...of, verb, command: reverseSchema.parse(body) } as const);
    try {
      return JSON.stringify(await performAct(asked, this.deps(turn)));
    } catch (error) {
      if (error instanceof Problem) return error.code;
      throw error;
    }
  }

  private deps(turn: Turn): ApiDeps {
    // What is only looked up takes no turn: nobody writes it here.
    const shared: Turn = async (what) => {
      if (/ (TILL|VOUCHER)#/.test(what)) await turn(what);
    };
    return {
      table: this.table.seenBy(shared),
      sqs: { send: (command: { input: { MessageBody: string } }) => this.send(command, turn) },
      queues: { intake: { url: 'intake', deadLetterUrl: 'dead' }, attribution: NO_QUEUE },
      ...{ operatorTokenHash: '', policy: DEFAULT_POLICY, log: silent },
      ...{ tokens: memoryTokens, budgets: UNLIMITED, auditDays: 30 },
      fetch: (...all: Parameters<typeof fetch>) => this.fetch(turn, ...all),
      now: () => this.clock.nowMs,
      pause: (ms: number) => turn(`wait ${ms}`),
    } as unknown as ApiDeps;
  }

  private async send(command: { input: { MessageBody: string } }, turn: Turn): Promise<object> {
    await turn('send the facts');
    this.sent.push(command.input.MessageBody);
    return {};
  }

  private async fetch(turn: Turn, ...[input, init]: Parameters<typeof fetch>): Promise<Response> {
    const url = new URL(urlOf(input));
    const request = new Request(url, { ...init, signal: null });
    const isToken = /token/.test(url.pathname);
    if (isToken) return this.place.api.fetch(request);
    const lost = this.losses.shift() ?? null;
    await turn(`ask ${url.pathname}`);
    // So that no rate limit has a call wait for a real clock.
    this.clock.nowMs += 300;
    if (lost === 'request') throw new TypeError('no connection');
    const response = await this.place.api.fetch(request);
    await turn(`answer of ${url.pathname}`);
    if (lost === 'answer') throw new TypeError('the answer was lost');
    if (!this.hidesIds) return response;
    return new Response((await response.text()).replaceAll(/"verify_id":"[^"]*",?/g, ''));
  }
}

const NO_QUEUE = { url: '', deadLetterUrl: '' };

const atOnce: Turn = async () => {};

/** More by chance, and more orders, in the long run. */
const BOUNDS = { most: runs(40), seeded: runs(20) };

const LOSSES: readonly (readonly Loss[])[] = [
  [],
  ['answer'],
  ['request'],
  [null, 'answer'],
  [null, 'request'],
  ['answer', 'answer'],
  [null, 'answer', 'answer'],
];

/** Their reversal has no key of the act, and nothing is known that tells whether it happened. */
const CANNOT_ASK: ReadonlySet<string> = new Set(['douyin-miniapp', 'kuaishou-shop']);

describe.each(Object.keys(PLACES))('presses of one request at %s', (name) => {
  it.each(LOSSES)('redeem once, and all are told so, losing %s %s %s', async (...losses) => {
    let orders = 0;
    await everyOrder(async () => {
      const till = await Till.open(name, losses);
      orders += 1;
      return {
        workers: {
          one: (turn) => till.press('redeem', turn),
          two: (turn) => till.press('redeem', turn),
        },
        afterwards: async () => {
          await till.press('redeem');
          expectOneTruth(till, true);
          expect(till.place.truth()).toEqual({ uses: 1, standing: 1 });
          expect(till.sent.length).toBeGreaterThan(0);
          expect(new Set(till.sent.map(eventsOf)).size).toBe(1);
        },
      };
    }, BOUNDS);
    expect(orders).toBeGreaterThan(BOUNDS.most);
  });

  it.each(LOSSES)('take back once, and all are told so, losing %s %s %s', async (...losses) => {
    const { place } = await Till.open(name);
    if (place.reverse === undefined) {
      // No call is known that takes back.
      expect(name).toBe('kuaishou-life');
      return;
    }
    const isAlwaysKnown = !CANNOT_ASK.has(name) || !losses.includes('answer');
    await everyOrder(async () => {
      const before = await Till.open(name);
      await before.press('redeem');
      before.lose(losses);
      before.told.length = 0;
      before.sent.length = 0;
      return {
        workers: {
          one: (turn) => before.press('reverse', turn),
          two: (turn) => before.press('reverse', turn),
        },
        afterwards: async () => {
          await before.press('reverse');
          expectOneTruth(before, isAlwaysKnown);
          expect(before.place.truth()).toEqual({ uses: 1, standing: 0 });
        },
      };
    }, BOUNDS);
  });
});

/** Nobody was told no, and whoever was told yes was told the same. */
function expectOneTruth({ told }: Till, isKnown: boolean): void {
  expect(told).not.toContain('platform-refused');
  const known = new Set(told.filter((one) => one !== 'platform-unavailable'));
  if (isKnown) expect([...known]).toHaveLength(1);
  expect(known.size).toBeLessThanOrEqual(1);
}

function eventsOf(body: string): string {
  const { events } = JSON.parse(body) as { events: { eventId: string }[] };
  return JSON.stringify(events.map(({ eventId }) => eventId));
}

/** Where no id of the act tells two requests apart: our own records do. */
describe.each(['kuaishou-life', 'kuaishou-shop'])('two requests for one voucher at %s', (name) => {
  it('use it once, and whoever was not served is refused', async () => {
    await everyOrder(async () => {
      const till = await Till.open(name, []);
      // Within the lease: who stalls for longer counts as dead, and may have been.
      Object.assign(till, { hidesIds: true, retriesAfterMs: 1_000 });
      return {
        workers: {
          one: (turn) => till.press('redeem', turn, 'request-0001'),
          two: (turn) => till.press('redeem', turn, 'request-0002'),
        },
        afterwards: async () => {
          const done = till.told.filter((answer) => answer.includes('"acts"'));
          expect(done).toHaveLength(1);
          expect(new Set(till.sent.map(eventsOf)).size).toBe(1);
          // Nobody is told to wait for ever.
          till.told.length = 0;
          await till.press('redeem', atOnce, 'request-0003');
          expect(till.told).toEqual(['platform-refused']);
        },
      };
    }, BOUNDS);
  });
});
