import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { networkOf, truncated } from '../../../functions/api/address.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { scanAll } from '../../support/scan.ts';
import { Clock, cookieOf, MINUTE_MS, makeTenant, type Tenant } from './support.ts';

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let tenant: Tenant;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  tenant = await makeTenant(hexiao);
});

afterAll(() => hexiao?.stop());

/** As API Gateway hands it on. */
async function signIn(token: string, sourceIp: string, accept = '*/*') {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept };
  const body = new URLSearchParams({ token }).toString();
  const env = { requestContext: { http: { sourceIp } } };
  const response = await hexiao.api.request('/sign-in', { method: 'POST', headers, body }, env);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const writes = async () => (await scanAll(hexiao.emulators.database)).length;

describe('wrong tries', () => {
  it('from one network are heard twenty times in ten minutes, the two hundredth as little as the rest', async () => {
    const from = '203.0.113.7';
    for (let tries = 0; tries < 20; tries += 1) {
      expect((await signIn(`wrong-${tries}`, from)).status).toBe(401);
      clock.ms += 1_000;
    }
    const before = await writes();
    for (let tries = 20; tries < 200; tries += 1) {
      const reply = await signIn(`wrong-${tries}`, from);
      expect(reply.status).toBe(429);
      expect(JSON.parse(reply.text)).toMatchObject({ code: 'too-many-tries', retryable: true });
    }
    // Nothing more was written, so that nobody fills the table; the right one waits as well.
    expect(await writes()).toBe(before);
    const right = await signIn(tenant.token, from);
    expect(right.status).toBe(429);
    const wait = Number(right.headers.get('retry-after'));
    expect(wait).toBe(10 * 60 - 20);
    const page = await signIn(tenant.token, from, 'text/html');
    expect([page.status, page.headers.get('retry-after')]).toEqual([429, String(wait)]);
    expect(page.text).toContain('尝试次数过多');
    // Another network is not held up.
    expect((await signIn(tenant.token, '203.0.113.8')).status).toBe(303);
    clock.ms += wait * 1_000 - 1;
    expect((await signIn(tenant.token, from)).status).toBe(429);
    clock.ms += 1;
    expect((await signIn(tenant.token, from)).status).toBe(303);
  });

  it('with one token are counted wherever they come from', async () => {
    for (let tries = 0; tries < 20; tries += 1) {
      expect((await signIn('one and the same', `198.51.100.${tries}`)).status).toBe(401);
    }
    expect((await signIn('one and the same', '198.51.100.99')).status).toBe(429);
    clock.ms += 11 * MINUTE_MS;
    expect((await signIn('one and the same', '198.51.100.99')).status).toBe(401);
  });

  it('are kept without the token or the address that they came with', async () => {
    await signIn('a secret word', '192.0.2.55');
    const text = JSON.stringify(await scanAll(hexiao.emulators.database));
    expect(text).not.toContain('a secret word');
    expect(text).not.toContain('192.0.2.55');
  });
});

describe('whoever is right', () => {
  it('writes nothing but the session', async () => {
    await signIn(tenant.token, '192.0.2.1');
    const before = (await scanAll(hexiao.emulators.database)).map(({ pk }) => String(pk));
    expect((await signIn(tenant.token, '192.0.2.1')).status).toBe(303);
    const after = (await scanAll(hexiao.emulators.database)).map(({ pk }) => String(pk));
    const added = after.filter((pk) => !before.includes(pk));
    expect(added).toHaveLength(1);
    expect(added[0]).toMatch(/^SESSION#/);
    expect(after).toHaveLength(before.length + 1);
  });
});

describe('a session', () => {
  const page = async (headers: Record<string, string>) =>
    (await hexiao.api.request('/', { headers })).text();

  it('is over after twelve hours, however its cookie is kept', async () => {
    const headers = await cookieOf(hexiao, tenant.token);
    clock.ms += 12 * 3_600_000 - 1;
    expect(await page(headers)).not.toContain('action="/sign-in"');
    clock.ms += 1;
    expect(await page(headers)).toContain('action="/sign-in"');
  });

  it('is one’s own: signing out of one leaves the other', async () => {
    const [one, two] = [await cookieOf(hexiao, tenant.token), await cookieOf(hexiao, tenant.token)];
    expect(one.cookie).not.toBe(two.cookie);
    await hexiao.api.request('/sign-out', { method: 'POST', headers: one });
    expect(await page(one)).toContain('action="/sign-in"');
    expect(await page(two)).not.toContain('action="/sign-in"');
  });
});

describe('an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7', '203.0.113.0'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2', '2001:db8:1::'],
    ['2001:db8::1', '2001:db8:0:0', '2001:db8:0::'],
    ['::1', '0:0:0:0', '0:0:0::'],
    ['fe80::1%eth0', 'fe80:0:0:0', 'fe80:0:0::'],
    ['unknown', 'unknown', 'unknown'],
  ])('%s is of the network %s and kept as %s', (address, network, kept) => {
    expect(networkOf(address)).toBe(network);
    expect(truncated(address)).toBe(kept);
  });
});
