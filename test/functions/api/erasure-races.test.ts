import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { apiApp } from '../../../functions/api/app.ts';
import type { ApiDeps } from '../../../functions/api/deps.ts';
import { type NormalizeDeps, normalize } from '../../../functions/normalize/normalize.ts';
import { Breakers } from '../../../lib/async/breakers.ts';
import { DEFAULT_POLICY } from '../../../lib/attribution/policy.ts';
import { keyedHash, sha256Hex } from '../../../lib/crypto/hash.ts';
import {
  countingIds,
  sandboxApp,
  World,
} from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import { memoryTokens } from '../../../lib/integrations/kit/live-tokens.ts';
import { silent } from '../../../lib/log/log.ts';
import {
  type AttributionMessage,
  type IntakeMessage,
  MESSAGE_VERSION,
  packBody,
} from '../../../lib/queue/messages.ts';
import { putApp } from '../../../lib/store/accounts/apps.ts';
import { type Delivery, unpackBody } from '../../../lib/store/deliveries/archive.ts';
import { putHint } from '../../../lib/store/deliveries/waiting-hints.ts';
import { keys } from '../../../lib/store/keys.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { UNLIMITED } from '../../support/budgets.ts';
import { SAMPLE_TIME } from '../../support/douyin.ts';
import { everyOrder, type Turn } from '../../support/interleave.ts';
import { runs } from '../../support/long.ts';
import { MemoryQueue } from '../../support/memory-queue.ts';
import { urlOf } from '../../support/platform-fetch.ts';
import { MemoryTable } from '../../world/store/table.ts';

const BUYER = '_000buyer-of-the-tests';
const KEY = 'a key of the tests';
const OPERATOR = 'operator-token-of-the-tests';
const DOCS = join(import.meta.dirname, '../../../docs');

const SECRET = 'secret';

const atOnce: Turn = async () => {};

let scenes = 0;

interface Told {
  readonly fetch: typeof globalThis.fetch;
  readonly appKey: string;
  readonly clock: { readonly nowMs: number };
  readonly orderId: string;
  readonly voucherId: string;
  readonly body: Uint8Array;
}

/** A redemption that is reported, and that Douyin has to be asked about. */
class Redemption {
  static async reported(isWaiting: boolean): Promise<Redemption> {
    scenes += 1;
    const appKey = `app-${scenes}`;
    const clock = { nowMs: SAMPLE_TIME };
    const world = new World({ clientKey: appKey, now: () => SAMPLE_TIME, nextId: countingIds() });
    const api = sandboxApp({ world, clientSecret: SECRET, limits: {} });
    const fetch: typeof globalThis.fetch = async (input, init) => {
      // So that no rate limit has a call wait for a real clock.
      clock.nowMs += 300;
      return api.request(urlOf(input), init);
    };
    const { accountId } = world.addMerchant({ name: '商家' });
    const { poiId } = world.addStore({ accountId, name: '店', city: '上海' });
    const { productId } = world.addProduct({ accountId, name: '套餐', priceFen: 5_000 });
    const order = world.sell({ productId, buyerOpenId: BUYER });
    world.takeOutbox();
    const voucherId = order.certificates[0]?.certificateId ?? '';
    world.redeem(voucherId, poiId);
    const body = Buffer.from(world.takeOutbox()[0]?.body ?? '');
    const scene = new Redemption({ fetch, appKey, clock, orderId: order.orderId, voucherId, body });
    await scene.begin(isWaiting);
    return scene;
  }

  readonly table = new MemoryTable();
  readonly delivery: Delivery;
  private readonly told: Told;
  private readonly intake = new MemoryQueue<IntakeMessage>();
  private readonly attribution = new MemoryQueue<AttributionMessage>();

  private constructor(told: Told) {
    this.told = told;
    const receivedAt = toInstant(SAMPLE_TIME);
    const { appKey, body } = told;
    const of = { integration: 'douyin-life', appKey };
    this.delivery = { deliveryId: sha256Hex('d'), ...of, receivedAt, body };
  }

  private async begin(isWaiting: boolean): Promise<void> {
    await this.table.put(keys.buyerKey, { key: KEY });
    const settings = { apiBaseUrl: 'http://platform.test', factsSince: '2025-01-01' };
    await putApp(this.table, {
      ...{
        integration: 'douyin-life',
        appKey: this.told.appKey,
        registeredAt: toInstant(SAMPLE_TIME),
      },
      ...{ secrets: { clientSecret: [SECRET] } },
      settings: { ...settings, enrichment: 'pull' },
    });
    const { body, ...named } = this.delivery;
    const { deliveryId } = named;
    if (!isWaiting) {
      const packed = packBody(body);
      await this.intake.send({ type: 'delivery', v: MESSAGE_VERSION, ...named, ...packed });
      return;
    }
    const hint = { attempt: 1, failures: 1, answers: 0, dueAtMs: SAMPLE_TIME, why: 'no answer' };
    await putHint(this.table, { ...this.delivery, ...hint }, 0);
    await this.intake.send({ type: 'hint', v: MESSAGE_VERSION, deliveryId });
  }

  /** What waits on the intake queue, and what it leads to, until nothing does. */
  async normalizeAll(turn: Turn, doesAnswer: () => boolean = () => true): Promise<void> {
    while (this.intake.sent.length > 0) {
      const [message] = this.intake.sent;
      if (message === undefined) return;
      const fail = (error: unknown) => {
        throw error;
      };
      const deps = this.normalizeDeps(turn, doesAnswer);
      await normalize([{ message, fail }], deps);
      this.intake.sent.splice(this.intake.sent.indexOf(message), 1);
    }
  }

  private normalizeDeps(turn: Turn, doesAnswer: () => boolean): NormalizeDeps {
    return {
      table: this.table.seenBy(turn),
      intake: this.intake.seenBy(turn),
      attribution: this.attribution.seenBy(turn),
      fetch: async (input, init) => {
        const isQuery = !/token/.test(urlOf(input));
        if (isQuery && !doesAnswer()) return new Response('', { status: 503 });
        return this.told.fetch(input, init);
      },
      now: () => this.told.clock.nowMs,
      ...{ tokens: memoryTokens, budgets: UNLIMITED, breakers: new Breakers() },
      ...{ changedDelaySeconds: 0, log: silent, buyerKey: async () => KEY },
    };
  }

  /** One request. @returns whether the erasure is finished */
  async erase(turn: Turn, isBackwards = false, over: object = {}): Promise<boolean> {
    const { table } = this;
    const { deliveryId } = this.delivery;
    // Where nobody writes, a look takes no turn; nor does who asks, and that it was asked.
    const shared: Turn = async (what) => {
      const isEmptyShard = what.startsWith('query HINT#') && !what.endsWith(deliveryId.slice(0, 1));
      if (!isEmptyShard && !/ (TOKEN|AUDIT)#/.test(what)) await turn(what);
    };
    const api = apiApp(
      {
        table: isBackwards ? table.scannedBackwardsBy(shared) : table.seenBy(shared),
        sqs: { send: async () => ({}) },
        queues: {
          intake: { url: '', deadLetterUrl: '' },
          attribution: { url: '', deadLetterUrl: '' },
        },
        ...{ operatorTokenHash: sha256Hex(OPERATOR), policy: DEFAULT_POLICY, log: silent },
        ...{ tokens: memoryTokens, budgets: UNLIMITED, auditDays: 30 },
        ...{ fetch: this.told.fetch, now: () => SAMPLE_TIME },
      } as unknown as ApiDeps,
      DOCS,
    );
    const body = { platform: 'douyin', buyerId: BUYER, orderIds: [this.told.orderId], reason: 'x' };
    const response = await api.request('/v1/erasures', {
      method: 'POST',
      headers: { authorization: `Bearer ${OPERATOR}` },
      body: JSON.stringify({ ...body, ...over }),
    });
    expect([200, 202]).toContain(response.status);
    return response.status === 200;
  }

  /** Repeats the request, as whoever erases does. */
  async finish(over: object = {}): Promise<void> {
    for (let requests = 0; requests < 3; requests += 1) {
      if (await this.erase(atOnce, false, requests === 0 ? over : {})) return;
    }
    throw new Error('the erasure does not end');
  }

  /** A platform that gives no answer to the first query. */
  silentAtFirst(): () => boolean {
    let queries = 0;
    return () => {
      queries += 1;
      return queries > 1;
    };
  }

  /** The facts of the redemption, in the table and with attribution. */
  expectBooked(): void {
    const { voucherId: id } = this.told;
    const events = this.table.all('VOUCHER#').filter(({ sk }) => sk.startsWith('EVENT#'));
    expect(events.map(({ kind, voucherId }) => [kind, voucherId])).toEqual([
      ['voucher.redeemed', id],
    ]);
    expect(events).toMatchObject([{ complete: true, amounts: { paidFen: 5_000 } }]);
    expect(this.attribution.sent).toContainEqual(expect.objectContaining({ of: 'voucher', id }));
    expect(this.table.all('DELIVERY#')).toMatchObject([{ outcome: 'hint' }]);
    expect(this.table.all('HINT#')).toEqual([]);
  }

  async expectWithoutBuyer(): Promise<void> {
    const hash = keyedHash(KEY, 'douyin-life', BUYER);
    for (const item of this.table.all('')) {
      const bytes = item.sealed === undefined ? '' : await unpackBody(this.table, item);
      const text = JSON.stringify(item) + Buffer.from(bytes as Uint8Array).toString('utf8');
      expect(text).not.toContain(BUYER);
      expect(text).not.toContain(hash);
    }
  }
}

/** More orders, and more by chance, in the long run. */
const BOUNDS = { most: runs(300), seeded: runs(100) };

describe('an erasure beside the worker that asks the platform about the buyer’s redemption', () => {
  it.each([
    ['in the order of keys', false],
    ['in the other order', true],
  ])(
    'loses no fact and leaves no buyer, whichever is first, scanning %s',
    async (_which, isBackwards) => {
      const tried = await everyOrder(async () => {
        const scene = await Redemption.reported(true);
        return {
          workers: {
            erasure: (turn) => scene.erase(turn, isBackwards),
            worker: (turn) => scene.normalizeAll(turn),
          },
          afterwards: async () => {
            scene.expectBooked();
            await scene.finish();
            scene.expectBooked();
            await scene.expectWithoutBuyer();
          },
        };
      }, BOUNDS);
      expect(tried.orders).toBeGreaterThanOrEqual(40);
    },
  );

  it('loses no fact where either dies at any of its calls', async () => {
    await everyOrder(
      async () => {
        const scene = await Redemption.reported(true);
        return {
          workers: {
            erasure: (turn) => scene.erase(turn),
            worker: (turn) => scene.normalizeAll(turn),
          },
          afterwards: () => scene.expectBooked(),
        };
      },
      { ...BOUNDS, deaths: 1 },
    );
  });

  it('loses no fact of one that begins to wait meanwhile', async () => {
    await everyOrder(async () => {
      const scene = await Redemption.reported(false);
      return {
        workers: {
          erasure: (turn) => scene.erase(turn),
          worker: (turn) => scene.normalizeAll(turn, scene.silentAtFirst()),
        },
        afterwards: async () => {
          scene.expectBooked();
          await scene.finish({ again: true });
          await scene.expectWithoutBuyer();
        },
      };
    }, BOUNDS);
  });

  it('is not finished while the platform does not answer', async () => {
    const scene = await Redemption.reported(true);
    expect(await scene.erase(atOnce)).toBe(false);
    expect(await scene.erase(atOnce)).toBe(false);
    expect(scene.table.all('HINT#')).toHaveLength(1);
    await scene.normalizeAll(atOnce);
    expect(await scene.erase(atOnce)).toBe(true);
    scene.expectBooked();
    await scene.expectWithoutBuyer();
  });
});
