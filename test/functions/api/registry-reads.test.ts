import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { ask, Clock, expectProblem, fresh, MINUTE_MS } from './support.ts';

const clock = new Clock();
let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
});

afterAll(() => hexiao?.stop());

const get = async (path: string) => {
  const { status, text } = await ask(hexiao, 'GET', path);
  expect(status, text).toBe(200);
  return JSON.parse(text) as Record<string, unknown>;
};

describe('an app that is read back', () => {
  it('says which secrets are live and since when, where to send to, and never a secret', async () => {
    const path = '/v1/apps/douyin-life/app/of ours'.replace('app/of ours', 'app%2Fof%20ours');
    const put = (clientSecret: string[]) =>
      ask(hexiao, 'PUT', path, { body: { secrets: { clientSecret }, settings: {} } });
    const urls = {
      webhookUrl: 'http://localhost/webhooks/douyin-life/app%2Fof%20ours',
      spiUrl: 'http://localhost/spi/douyin-life/app%2Fof%20ours',
    };
    expect(JSON.parse((await put(['the-first-secret'])).text)).toMatchObject(urls);
    const firstAt = clock.ms;
    clock.ms += MINUTE_MS;
    await put(['the-second-secret', 'the-first-secret']);
    const { text } = await ask(hexiao, 'GET', path);
    for (const secret of ['the-first-secret', 'the-second-secret']) {
      expect(text).not.toContain(secret);
    }
    const app = JSON.parse(text) as { live: { clientSecret: { since: string }[] } };
    expect(app).toMatchObject({ ...urls, secretId: null, settings: { enrichment: 'pull' } });
    const since = app.live.clientSecret.map((one) => Date.parse(one.since));
    expect(since).toEqual([clock.ms, firstAt]);
    const listed = { integration: 'douyin-life', appKey: 'app/of ours', ...urls };
    expect((await get('/v1/apps')).apps).toContainEqual(listed);
    const none = await ask(hexiao, 'GET', '/v1/apps/douyin-life/nobody');
    expectProblem(none, 404, 'not-found');
  });
});

describe('a list of what is registered', () => {
  it.each([
    ['providers', '/v1/providers', 'providerId', { name: '甲', kind: 'agency' }],
    ['merchants', '/v1/merchants/douyin', 'merchantId', { name: '甲' }],
  ] as const)('%s has each once, page by page, whatever its id', async (name, path, id, body) => {
    const ids = ['a', 'b#c', '店', '~', fresh('x')].map((one) => `${name}-${one}`);
    for (const one of ids) {
      await ask(hexiao, 'PUT', `${path}/${encodeURIComponent(one)}`, { body });
    }
    const seen: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 20; pages += 1) {
      const query = `?limit=2${name === 'merchants' ? '&platform=douyin' : ''}${cursor}`;
      const page = await get(`/v1/${name}${query}`);
      seen.push(...(page[name] as Record<string, string>[]).map((one) => one[id] ?? ''));
      if (typeof page.next !== 'string') break;
      cursor = `&cursor=${page.next}`;
    }
    expect(seen.toSorted()).toEqual(ids.toSorted());
    for (const one of ids) {
      expect(await get(`${path}/${encodeURIComponent(one)}`)).toMatchObject({ [id]: one, ...body });
    }
    expectProblem(await ask(hexiao, 'GET', `${path}/nobody`), 404, 'not-found');
  });

  it('of stores is its merchant’s', async () => {
    const merchantId = fresh('merchant');
    await ask(hexiao, 'PUT', `/v1/merchants/douyin/${merchantId}`, { body: { name: 'm' } });
    const storeId = fresh('store');
    const body = { name: '一店', merchantId, city: '上海' };
    await ask(hexiao, 'PUT', `/v1/stores/douyin/${storeId}`, { body });
    const { stores } = await get(`/v1/stores-registry?platform=douyin&merchantId=${merchantId}`);
    expect(stores).toMatchObject([{ storeId, ...body }]);
    expect(await get(`/v1/stores/douyin/${storeId}`)).toMatchObject({ storeId, ...body });
    expectProblem(await ask(hexiao, 'GET', '/v1/stores/douyin/nobody'), 404, 'not-found');
  });
});
