import { setTimeout as sleep } from 'node:timers/promises';
import { signWebhook } from '../../lib/integrations/douyin-life/sandbox/index.ts';
import { APP_KEY, CLIENT_SECRET } from './douyin.ts';
import { OPERATOR_TOKEN } from './hexiao.ts';
import { SAMPLE_MERCHANT, SAMPLE_STORE, sample } from './samples.ts';

/** Talks to a running Hexiao over HTTP, as its users do. */
export class Client {
  private readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async call<T = unknown>(
    method: string,
    path: string,
    body?: object,
    token = OPERATOR_TOKEN,
  ): Promise<T> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  /** Posts a documented sample with its documented signature. @returns the answer's body */
  async postSample(name: string): Promise<string> {
    const { body, signature } = sample(name);
    return this.postSigned(body, signature);
  }

  /** @throws when it is not answered 200 */
  async postSigned(body: string, signature = signWebhook(CLIENT_SECRET, body)): Promise<string> {
    const response = await fetch(`${this.url}/webhooks/douyin-life/${APP_KEY}`, {
      method: 'POST',
      headers: { 'x-douyin-signature': signature, 'content-type': 'application/json' },
      body,
    });
    if (response.status !== 200) throw new Error(`a webhook was answered ${response.status}`);
    return response.text();
  }

  /** Registers what the samples need. @returns a provider's token */
  async registerSamples(apiBaseUrl: string): Promise<string> {
    await this.call('PUT', `/v1/apps/douyin-life/${APP_KEY}`, {
      secrets: { clientSecret: CLIENT_SECRET },
      settings: { apiBaseUrl, factsSince: '2025-01-01' },
    });
    await this.call('PUT', '/v1/providers/p1', { name: '星河代运营', kind: 'agency' });
    await this.call('PUT', `/v1/merchants/douyin/${SAMPLE_MERCHANT}`, { name: '山月火锅' });
    await this.call('PUT', `/v1/stores/douyin/${SAMPLE_STORE}`, {
      name: '山月火锅(静安店)',
      merchantId: SAMPLE_MERCHANT,
      city: '上海',
    });
    await this.call('POST', '/v1/contracts', {
      providerId: 'p1',
      platform: 'douyin',
      merchantId: SAMPLE_MERCHANT,
      mode: 'agency',
      shareBp: 10_000,
      rateBp: 500,
      startsAt: '2025-01-01T00:00:00+08:00',
    });
    const { token } = await this.call<{ token: string }>('POST', '/v1/providers/p1/tokens', {
      role: 'owner',
    });
    return token;
  }

  /** Waits until nothing is outstanding. To look costs more than most of what it waits for, so it looks seldom. */
  async idle(): Promise<void> {
    for (let tries = 0; tries < 1_000; tries += 1) {
      const { idle } = await this.call<{ idle: boolean }>('GET', '/v1/pipeline');
      if (idle) return;
      await sleep(400);
    }
    throw new Error('it never became idle');
  }
}
