import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import * as z from 'zod';
import type { Platform } from '../../../../lib/events/event.ts';
import { actSchema } from '../../../../lib/integrations/kit/till.ts';
import type { Api } from '../../../../lib/integrations/sandbox-kit/player.ts';
import { type ServedApi, serveApi } from '../../../../lib/integrations/sandbox-kit/server.ts';
import { aroundCalls } from '../../../support/around.ts';
import { registerProvider } from '../../../support/douyin.ts';
import { HexiaoUnderTest } from '../../../support/hexiao.ts';
import { urlOf } from '../../../support/platform-fetch.ts';
import { ask, type Reply } from '../support.ts';

/** What the tests of the till share: a Hexiao, and a platform's sandbox served over HTTP. */

export const STORE = '6601';

export const answerSchema = z.strictObject({
  requestId: z.string(),
  acts: z.array(actSchema.strict()),
  notDone: z
    .array(z.object({ voucherId: z.string().optional(), code: z.string(), reason: z.string() }))
    .optional(),
  unread: z.int().optional(),
});

export interface Shop {
  readonly integration: string;
  readonly platform: Platform;
  readonly appKey: string;
  readonly secrets: object;
  readonly settings: object;
}

export class Till {
  readonly hexiao: HexiaoUnderTest;
  readonly shop: Shop;
  private readonly api: ServedApi;

  /** Of calls whose address has this in it, the request or the answer gets lost. */
  loses: { readonly what: 'request' | 'answer'; readonly of: string } | null = null;
  /** Instead of the next answer of a call whose address has this in it. */
  replaces: { readonly of: string; readonly with: object } | null = null;
  /** What the platform was asked. */
  readonly requests: { url: string; headers: Headers; body: string }[] = [];
  private calls = 0;

  /** @param now of Hexiao; the sandbox has its own */
  static async open(shop: Shop, sandbox: Api, now: () => number = Date.now): Promise<Till> {
    const api = await serveApi(sandbox);
    // Through the till itself, which can lose requests and answers.
    const losing: { fetch: typeof globalThis.fetch } = { fetch: globalThis.fetch };
    const hexiao = await HexiaoUnderTest.start({ now, fetch: (...all) => losing.fetch(...all) });
    const till = new Till(hexiao, shop, api);
    losing.fetch = (...all) => till.fetch(...all);
    await till.register();
    return till;
  }

  private constructor(hexiao: HexiaoUnderTest, shop: Shop, api: ServedApi) {
    this.hexiao = hexiao;
    this.shop = shop;
    this.api = api;
  }

  async close(): Promise<void> {
    await this.hexiao.stop();
    await this.api.stop();
  }

  /** Where the platform is. */
  get url(): string {
    return this.api.url;
  }

  /** How often the platform was asked anything. */
  get callCount(): number {
    return this.calls;
  }

  redeem(body: object): Promise<Reply> {
    return this.post('/v1/redemptions', body);
  }

  reverse(body: object): Promise<Reply> {
    return this.post('/v1/reversals', body);
  }

  /** The next send of facts fails, before or after the queue took the message. */
  failNextSend(when: 'before' | 'after'): void {
    const { sqs, queues } = this.hexiao.emulators;
    let isDone = false;
    aroundCalls(sqs, async (next, { command, input }) => {
      const { QueueUrl } = input as { QueueUrl?: string };
      const isSend = command === SendMessageCommand.name && QueueUrl === queues.intake.url;
      if (isDone || !isSend) return next();
      isDone = true;
      if (when === 'after') await next();
      throw new Error('the queue is down');
    });
  }

  /** Redeemed GMV and count of the provider over all days, after everything is booked. */
  async gmv(): Promise<{ redeemedFen: number; redeemedCount: number; paidFen: number }> {
    await this.hexiao.settle();
    const day = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10);
    const path = `/v1/gmv?providerId=p1&by=day&from=${day(Date.now() - 86_400_000)}&to=${day(Date.now())}`;
    const schema = z.looseObject({
      total: z.object({ redeemedFen: z.int(), redeemedCount: z.int(), paidFen: z.int() }),
    });
    return schema.parse(await this.hexiao.call('GET', path)).total;
  }

  private post(path: string, body: object): Promise<Reply> {
    const { integration, appKey } = this.shop;
    return ask(this.hexiao, 'POST', path, { body: { integration, appKey, ...body } });
  }

  private readonly fetch: typeof globalThis.fetch = async (input, init) => {
    this.calls += 1;
    this.requests.push({
      ...{ url: urlOf(input), headers: new Headers(init?.headers) },
      body: typeof init?.body === 'string' ? init.body : '',
    });
    const lost = urlOf(input).includes(this.loses?.of ?? '\0') ? this.loses?.what : undefined;
    if (lost === 'request') throw new TypeError('no connection');
    const { replaces } = this;
    if (replaces !== null && urlOf(input).includes(replaces.of)) {
      this.replaces = null;
      return Response.json(replaces.with);
    }
    const response = await globalThis.fetch(input, init);
    if (lost === 'answer') throw new TypeError('the answer was lost');
    return response;
  };

  private async register(): Promise<void> {
    const { integration, platform, appKey, secrets, settings } = this.shop;
    await this.hexiao.call('PUT', `/v1/apps/${integration}/${appKey}`, {
      secrets,
      settings: { apiBaseUrl: this.api.url, ...settings },
    });
    await registerProvider(this.hexiao, 'p1');
    const store = { merchantId: 'm1', name: '一店' };
    await this.hexiao.call('PUT', `/v1/merchants/${platform}/m1`, { name: '商家' });
    await this.hexiao.call('PUT', `/v1/stores/${platform}/${STORE}`, store);
    await this.hexiao.call('POST', '/v1/contracts', {
      ...{ providerId: 'p1', platform, merchantId: 'm1', mode: 'agency', rateBp: 500 },
      startsAt: '2025-01-01T00:00:00+08:00',
    });
  }
}

export const MERCHANT_SETTINGS = { merchantId: 'm1' };

/** A worth in fen, all of it paid by the buyer. */
export const worth = (paidFen: number) => ({
  ...{ paidFen, originalFen: paidFen, platformDiscountFen: 0 },
  ...{ merchantDiscountFen: 0, paymentDiscountFen: 0 },
});

/** An answer that must be a success. */
export function done(reply: Reply): z.infer<typeof answerSchema> {
  expect(reply.status, reply.text).toBe(200);
  return answerSchema.parse(JSON.parse(reply.text));
}

export function problemOf(reply: Reply): { status: number; code: string; detail: string } {
  const problem = z
    .looseObject({ code: z.string(), detail: z.string() })
    .parse(JSON.parse(reply.text));
  return { status: reply.status, code: problem.code, detail: problem.detail };
}
