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
import type { Turn } from '../../../support/interleave.ts';
import { urlOf } from '../../../support/platform-fetch.ts';
import { MemoryTable } from '../../../world/store/table.ts';
import { PLACES, type Scene } from './race-scenes.ts';
import { STORE } from './support.ts';

const NOW = Date.parse('2026-11-30T12:00:00+08:00');

/** What is lost on the way, of the platform's calls one after the other; what is beyond arrives. */
export type Loss = 'request' | 'answer' | null;

let scenes = 0;

/** One platform and one Hexiao that presses of one request share. */
export class Till {
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
  /** How often one press is repeated at most, while nobody knows. */
  times = 4;
  /** What a platform's call takes: so that no rate limit has one wait for a real clock. */
  callMs = 300;
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
    for (let left = this.times; left > 0; left -= 1) {
      const answer = await this.once(verb, requestId, turn);
      this.told.push(answer);
      if (answer !== 'platform-unavailable') return;
      this.clock.nowMs += this.retriesAfterMs;
    }
  }

  /** One redemption, again while nobody knows. @returns what its till was told at last */
  async pressUntilKnown(turn: Turn, requestId: string): Promise<string> {
    for (let left = this.times; left > 0; left -= 1) {
      const answer = await this.once('redeem', requestId, turn);
      if (answer !== 'platform-unavailable') return answer;
      this.clock.nowMs += this.retriesAfterMs;
    }
    return 'platform-unavailable';
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
    this.clock.nowMs += this.callMs;
    if (lost === 'request') throw new TypeError('no connection');
    const response = await this.place.api.fetch(request);
    await turn(`answer of ${url.pathname}`);
    if (lost === 'answer') throw new TypeError('the answer was lost');
    if (!this.hidesIds) return response;
    return new Response((await response.text()).replaceAll(/"verify_id":"[^"]*",?/g, ''));
  }
}

const NO_QUEUE = { url: '', deadLetterUrl: '' };

export const atOnce: Turn = async () => {};
