import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerProvider } from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';
import { sampleText } from '../support/sample-files.ts';

const WINDOW = 'from=2026-11-01&to=2026-11-30';

interface Gmv {
  rows: { key: string; paidFen: number }[];
  total: { paidFen: number };
}

function sampleOf(integration: string, name: string): { body: string; signature: string } {
  return JSON.parse(sampleText(integration, name)) as { body: string; signature: string };
}

describe('Kuaishou’s mini-program, with its documented samples', () => {
  const appKey = 'ks700000000000000001';
  let hexiao: HexiaoUnderTest;
  let token: string;

  beforeAll(async () => {
    hexiao = await HexiaoUnderTest.start();
    await hexiao.call('PUT', `/v1/apps/kuaishou-miniapp/${appKey}`, {
      secrets: { appSecret: 'test_app_secret_KS01' },
      settings: { merchantId: 'm1', storeFrom: { field: 'attach', template: 'shop={store}' } },
    });
    token = await registerProvider(hexiao, 'p1');
    await hexiao.call('PUT', '/v1/merchants/kuaishou/m1', { name: '商家' });
    await hexiao.call('POST', '/v1/contracts', {
      ...{ providerId: 'p1', platform: 'kuaishou', merchantId: 'm1', mode: 'agency', rateBp: 500 },
      startsAt: '2026-01-01T00:00:00+08:00',
    });
  });

  afterAll(() => hexiao?.stop());

  async function post(name: string): Promise<string> {
    const { body, signature } = sampleOf('kuaishou-miniapp', name);
    const response = await hexiao.ingest.request(`/webhooks/kuaishou-miniapp/${appKey}`, {
      method: 'POST',
      headers: { kwaisign: signature },
      body,
    });
    expect(response.status).toBe(200);
    await hexiao.settle();
    return response.text();
  }

  const gmv = (by: string) =>
    hexiao.call<Gmv>('GET', `/v1/gmv?${WINDOW}&by=${by}`, undefined, token);

  it('books a payment at the store that its attach names, once', async () => {
    expect(await post('payment')).toBe(
      '{"result":1,"message_id":"11111111-2222-4333-8444-555555555555"}',
    );
    await post('payment');

    expect((await gmv('store')).rows).toMatchObject([{ key: 'kuaishou/SH001', paidFen: 9_900 }]);
    expect((await gmv('platform')).rows).toMatchObject([{ key: 'kuaishou', paidFen: 9_900 }]);
  });

  it('takes the payment back when it is refunded, and acknowledges the settlement', async () => {
    await post('refund');
    await post('settle');

    expect((await gmv('day')).total.paidFen).toBe(0);
    const pipeline = await hexiao.call('GET', '/v1/pipeline');
    expect(pipeline).toMatchObject({ parked: 0, quarantined: 0, idle: true });
  });
});
