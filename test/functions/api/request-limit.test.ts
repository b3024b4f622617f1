import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RequestLimit } from '../../../functions/api/request-limit.ts';
import { templateOf } from '../../infra/template-of.ts';
import { aroundCalls } from '../../support/around.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
import { expectProblem, fresh, makeTenant, type Tenant } from './support.ts';

/** What one token may send in a minute, as far as one process sees it. */

const MOST = 100;

let hexiao: HexiaoUnderTest;
let one: Tenant;
let two: Tenant;
let clockMs = 0;
let writes = 0;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start();
  [one, two] = [await makeTenant(hexiao), await makeTenant(hexiao)];
  aroundCalls(hexiao.emulators.database, (next, { command }) => {
    if (/^(Put|Update|Delete)/.test(command)) writes += 1;
    return next();
  });
});

afterAll(() => hexiao?.stop());

const limited = (most = MOST) =>
  hexiao.another({ requestLimit: new RequestLimit({ most, clockMs: () => clockMs }) });

type Api = HexiaoUnderTest['api'];

async function get(api: Api, token: string, path = '/v1/policies') {
  const response = await api.request(path, { headers: { authorization: `Bearer ${token}` } });
  const { status, headers } = response;
  return { status, headers, text: await response.text() };
}

describe('a token that sends more than it may', () => {
  it('is told at each answer what is left, refused beyond it, and heard again after the minute', async () => {
    const api = limited();
    clockMs = 0;
    await get(api, one.token);
    const before = writes;
    for (let sent = 2; sent <= MOST; sent += 1) {
      clockMs += 100;
      const { status, headers } = await get(api, one.token);
      expect(status).toBe(200);
      expect(headers.get('ratelimit-policy')).toBe(`"token";q=${MOST};w=60`);
      const left = Math.ceil((60_000 - clockMs) / 1000);
      expect(headers.get('ratelimit')).toBe(`"token";r=${MOST - sent};t=${left}`);
    }
    clockMs = 59_001;
    for (let sent = 0; sent < 50; sent += 1) {
      const refused = await get(api, one.token);
      const problem = expectProblem(refused, 429, 'too-many-requests');
      expect(problem.retryable).toBe(true);
      expect(refused.headers.get('retry-after')).toBe('1');
      expect(refused.headers.get('ratelimit')).toBe('"token";r=0;t=1');
    }
    // Nobody else waits for it, and none of it was written down.
    expect((await get(api, two.token)).status).toBe(200);
    expect(writes - before).toBeLessThanOrEqual(1);
    clockMs = 60_000;
    const again = await get(api, one.token);
    expect(again.status).toBe(200);
    expect(again.headers.get('ratelimit')).toBe(`"token";r=${MOST - 1};t=60`);
  });

  it('changes nothing with what is refused, and a wrong token is counted for nobody', async () => {
    const api = limited(1);
    clockMs = 0;
    expect((await get(api, OPERATOR_TOKEN)).status).toBe(200);
    const path = `/v1/providers/${fresh('never')}`;
    const response = await api.request(path, {
      method: 'PUT',
      headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
      body: JSON.stringify({ name: 'x', kind: 'agency' }),
    });
    expect(response.status).toBe(429);
    expect((await get(hexiao.api, OPERATOR_TOKEN, path)).status).toBe(404);
    const wrong = await get(api, 'hxp_nobody');
    expect(wrong.status).toBe(401);
    expect(wrong.headers.get('ratelimit')).toBeNull();
  });

  it('is counted by each process for itself, and not at all where there is no limit', async () => {
    clockMs = 0;
    const [first, second] = [limited(1), limited(1)];
    const statuses = [];
    for (const api of [first, second, first]) statuses.push((await get(api, one.token)).status);
    expect(statuses).toEqual([200, 200, 429]);
    const unlimited = limited(0);
    for (let sent = 0; sent < 5; sent += 1) {
      const { status, headers } = await get(unlimited, one.token);
      expect([status, headers.get('ratelimit')]).toEqual([200, null]);
    }
  });

  it('has the limit that its stage says', () => {
    const of = (settings?: object) =>
      /"REQUESTS_A_MINUTE":"(\d+)"/.exec(JSON.stringify(templateOf('limit', settings)))?.[1];
    expect(of()).toBe('1200');
    expect(of({ requestsAMinute: 60 })).toBe('60');
    expect(() => of({ requestsAMinute: -1 })).toThrow(/requestsAMinute/);
  });
});
