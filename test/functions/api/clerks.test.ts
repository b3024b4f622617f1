import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Remembered } from '../../../functions/api/remembered.ts';
import { putClerkLink, takeClerkLink } from '../../../lib/store/accounts/clerk-links.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { everyOrder } from '../../support/interleave.ts';
import { scanAll } from '../../support/scan.ts';
import { MemoryTable } from '../../world/store/table.ts';
import {
  ask,
  book,
  Clock,
  cookieOf,
  expectProblem,
  fresh,
  MINUTE_MS,
  makeTenant,
  redemptionAt,
  type Tenant,
} from './support.ts';

/** Clerks: let in by a manager's QR on one phone, and sent home. */

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let tenant: Tenant;
let store: string;

interface Clerk {
  readonly memberId: string;
  readonly token: string;
}

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  tenant = await makeTenant(hexiao);
  store = fresh('store');
  const body = { name: 'one', merchantId: tenant.merchantId };
  await hexiao.call('PUT', `/v1/stores/douyin/${store}`, body);
  await book(hexiao, [redemptionAt(tenant, store)]);
});

afterAll(() => hexiao?.stop());

async function makeMember(role: string): Promise<Clerk> {
  const stores = role === 'clerk' ? [`douyin/${store}`] : [];
  const body = { providerId: tenant.providerId, name: fresh(role), role, stores };
  return hexiao.call('POST', '/v1/members', body);
}

async function linkOf(clerk: Clerk, token?: string): Promise<string> {
  const path = `/v1/clerks/${clerk.memberId}/links?providerId=${tenant.providerId}`;
  const reply = await ask(hexiao, 'POST', path, token === undefined ? {} : { token });
  expect(reply.status, reply.text).toBe(201);
  const { link } = JSON.parse(reply.text) as { link: string };
  return new URL(link).searchParams.get('k') ?? '';
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

async function scan(k: string, at = hexiao.api) {
  const body = new URLSearchParams({ k }).toString();
  const response = await at.request('/till/in', { method: 'POST', headers: FORM, body });
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return { status: response.status, text: await response.text(), cookie };
}

async function isAtTill(cookie: string, at = hexiao.api): Promise<boolean> {
  const response = await at.request('/till', { headers: { cookie } });
  const text = await response.text();
  return response.status === 200 && text.includes('action="/till/find"');
}

describe('a clerk’s link', () => {
  it.each(['owner', 'operations'])(
    'made by %s lets the clerk in on one phone, once',
    async (role) => {
      const [manager, clerk] = [await makeMember(role), await makeMember('clerk')];
      const k = await linkOf(clerk, manager.token);
      // What scans a code looks at its address first: that uses nothing up.
      expect((await hexiao.api.request(`/till/in?k=${k}`)).status).toBe(200);
      const first = await scan(k);
      expect(first.status).toBe(303);
      expect(await isAtTill(first.cookie)).toBe(true);
      const second = await scan(k);
      expect([second.status, second.cookie]).toEqual([401, '']);
      expect(second.text).toContain('请店长再出一个码');
      // Theirs is the till, and nothing else.
      const reports = await hexiao.api.request('/stores', { headers: { cookie: first.cookie } });
      expect(reports.status).toBe(403);
      // The link itself is kept nowhere, and both sides leave their trace.
      expect(JSON.stringify(await scanAll(hexiao.emulators.database))).not.toContain(k);
      const { entries } = await hexiao.call<{ entries: { call: string; actor: string }[] }>(
        ...(['GET', `/v1/audit?actor=member/${clerk.memberId}`] as const),
      );
      expect(entries.map(({ call }) => call)).toEqual(['POST /till/in']);
    },
  );

  it('lets one of two phones in, in every order of theirs', async () => {
    const link = { providerId: 'p', memberId: 'm', madeAtMs: 0, endsAtMs: 10 };
    const tried = await everyOrder(async () => {
      const table = new MemoryTable();
      await putClerkLink(table, 'secret', link);
      const found: boolean[] = [];
      const phone = async (turn: (what: string) => Promise<void>) => {
        found.push((await takeClerkLink(table.seenBy(turn), 'secret', 1)) !== undefined);
      };
      return {
        workers: { one: phone, two: phone, three: phone },
        afterwards: () =>
          expect(found.toSorted((a, b) => Number(a) - Number(b))).toEqual([false, false, true]),
      };
    });
    expect(tried.isEvery).toBe(true);
    const k = await linkOf(await makeMember('clerk'));
    const replies = await Promise.all(Array.from({ length: 8 }, () => scan(k)));
    expect(replies.filter(({ status }) => status === 303)).toHaveLength(1);
  });

  it('is over after five minutes', async () => {
    const k = await linkOf(await makeMember('clerk'));
    clock.ms += 5 * MINUTE_MS;
    expect((await scan(k)).status).toBe(401);
    expect((await scan('hxs_nothing')).status).toBe(401);
    expect((await scan('')).status).toBe(401);
    const away = await hexiao.api.request('/till/in?lang=en', { method: 'POST', headers: FORM });
    expect(await away.text()).toContain('Ask your manager for another');
    clock.ms += 11 * MINUTE_MS;
  });

  it('is for clerks of one’s own, by whoever may', async () => {
    const [viewer, clerk] = [await makeMember('viewer'), await makeMember('clerk')];
    const path = `/v1/clerks/${clerk.memberId}/links`;
    for (const { token } of [viewer, clerk])
      expectProblem(await ask(hexiao, 'POST', path, { token }), 403, 'role-forbidden');
    const stranger = await makeTenant(hexiao);
    const owner = await hexiao.call<Clerk>('POST', '/v1/members', {
      ...{ providerId: stranger.providerId, name: 'x', role: 'owner' },
    });
    for (const [method, end] of [
      ['POST', 'links'],
      ['DELETE', 'sessions'],
    ] as const) {
      const foreign = `/v1/clerks/${clerk.memberId}/${end}`;
      expectProblem(await ask(hexiao, method, foreign, { token: owner.token }), 404, 'not-found');
      // Of members who are no clerks neither.
      const other = `/v1/clerks/${viewer.memberId}/${end}?providerId=${tenant.providerId}`;
      expectProblem(await ask(hexiao, method, other), 404, 'not-found');
    }
  });

  it('from a form of another site is refused, and too many wrong ones wait', async () => {
    const headers = { ...FORM, 'sec-fetch-site': 'cross-site' };
    expect((await hexiao.api.request('/till/in', { method: 'POST', headers })).status).toBe(403);
    for (let tries = 0; tries < 20; tries += 1)
      expect((await scan(`wrong-${tries}`)).status).toBe(401);
    expect((await scan('wrong')).status).toBe(429);
    clock.ms += 11 * MINUTE_MS;
  });
});

describe('a clerk who is sent home', () => {
  const home = (clerk: Clerk) =>
    ask(hexiao, 'DELETE', `/v1/clerks/${clerk.memberId}/sessions?providerId=${tenant.providerId}`);

  it('is out on every phone, with their tokens and links, and comes in by another', async () => {
    const clerk = await makeMember('clerk');
    const other = await makeMember('clerk');
    const phones = [await scan(await linkOf(clerk)), await scan(await linkOf(clerk))];
    const byToken = await cookieOf(hexiao, clerk.token);
    const colleague = await scan(await linkOf(other));
    const unused = await linkOf(clerk);
    for (const { cookie } of [...phones, byToken]) expect(await isAtTill(cookie)).toBe(true);
    clock.ms += 1_000;
    expect((await home(clerk)).status).toBe(204);
    for (const { cookie } of [...phones, byToken]) expect(await isAtTill(cookie)).toBe(false);
    expect((await scan(unused)).status).toBe(401);
    expect(await isAtTill(colleague.cookie)).toBe(true);
    clock.ms += 1_000;
    const again = await scan(await linkOf(clerk));
    expect(await isAtTill(again.cookie)).toBe(true);
  });

  it('is out within five seconds where another process remembers them', async () => {
    let processMs = 0;
    const remembered = new Remembered({ freshMs: 5_000, clockMs: () => processMs });
    const other = hexiao.another({ remembered });
    const clerk = await makeMember('clerk');
    const { cookie } = await scan(await linkOf(clerk));
    expect(await isAtTill(cookie, other)).toBe(true);
    clock.ms += 1_000;
    await home(clerk);
    processMs = 5_001;
    expect(await isAtTill(cookie, other)).toBe(false);
  });
});

describe('the page of clerks', () => {
  it('shows a QR once, whose picture has nothing but the code, and sends home', async () => {
    const [manager, clerk] = [await makeMember('operations'), await makeMember('clerk')];
    const headers = { ...(await cookieOf(hexiao, manager.token)), ...FORM };
    const send = async (act: string) => {
      const body = new URLSearchParams({ act, memberId: clerk.memberId }).toString();
      return hexiao.api.request('/team/clerks', { method: 'POST', headers, body });
    };
    const shown = await (await send('let-in')).text();
    expect(shown).toMatch(/<figure class="qr"[^>]*><svg [^>]*>/);
    const k = /k=(hxs_[\w-]{43})/.exec(shown)?.[1] ?? '';
    expect((await scan(k)).status).toBe(303);
    const page = await (await hexiao.api.request('/team/clerks', { headers })).text();
    expect(page).not.toContain('<figure');
    expect((await send('home')).status).toBe(303);
    // A clerk has no such page.
    clock.ms += 1_000;
    const { cookie } = await scan(await linkOf(clerk));
    const own = await hexiao.api.request('/team/clerks', { headers: { cookie } });
    expect(own.status).toBe(403);
  });
});

describe('a clerk’s PIN', () => {
  const PIN = '271828';

  /** A browser of one device: what it was told to keep. */
  class Device {
    readonly cookies = new Map<string, string>();

    async send(path: string, body?: Readonly<Record<string, string>>) {
      const cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ');
      const post = { method: 'POST', body: new URLSearchParams(body).toString() };
      const response = await hexiao.api.request(path, {
        ...(body === undefined ? {} : post),
        headers: { ...FORM, cookie },
      });
      for (const set of response.headers.getSetCookie()) {
        const [name = '', value = ''] = set.split(';')[0]?.split('=') ?? [];
        this.cookies.set(name, value);
      }
      const to = response.headers.get('location');
      return { status: response.status, text: await response.text(), to };
    }

    /** Scans a manager's code, and sets a PIN. */
    async known(clerk: Clerk): Promise<void> {
      await this.send('/till/in', { k: await linkOf(clerk) });
      const set = { name: '小王', store: `douyin/${store}`, pin: PIN, again: PIN };
      expect(await this.send('/till/pin', set)).toMatchObject({ status: 303 });
      await this.send('/sign-out', {});
    }

    start = (clerk: Clerk, pin = PIN) => this.send('/till/pin', { who: clerk.memberId, pin });

    isAtTill = () => isAtTill(`hexiao_session=${this.cookies.get('hexiao_session')}`);
  }

  it('lets them in where it was set, and nowhere else', async () => {
    const [device, clerk] = [new Device(), await makeMember('clerk')];
    await device.known(clerk);
    expect(await device.send('/till')).toMatchObject({ status: 303, to: '/till/pin' });
    expect((await device.send('/till/pin')).text).toContain('小王');
    expect(await device.isAtTill()).toBe(false);
    const home = `/till?store=${encodeURIComponent(`douyin/${store}`)}`;
    expect(await device.start(clerk)).toMatchObject({ status: 303, to: home });
    expect(await device.isAtTill()).toBe(true);
    // Another phone knows nobody, whatever is typed into it.
    const other = new Device();
    expect((await other.send('/till/pin')).text).not.toContain('小王');
    expect((await other.start(clerk)).status).toBe(401);
    other.cookies.set('hexiao_till_device', `hxs_${'a'.repeat(43)}`);
    expect((await other.start(clerk)).status).toBe(401);
    expect(await other.isAtTill()).toBe(false);
    const kept = JSON.stringify(await scanAll(hexiao.emulators.database));
    expect(kept).not.toContain(PIN);
    expect(kept).not.toContain(device.cookies.get('hexiao_till_device'));
  });

  it('is none that is guessed first, and the same twice', async () => {
    const [device, clerk] = [new Device(), await makeMember('clerk')];
    await device.send('/till/in', { k: await linkOf(clerk) });
    const set = { name: '小王', store: `douyin/${store}` };
    for (const [pin, again] of [
      ['111111', '111111'],
      ['123456', '123456'],
      ['2718', '2718'],
      [PIN, '271829'],
    ] as const) {
      expect((await device.send('/till/pin', { ...set, pin, again })).status).toBe(400);
    }
    const foreign = { name: '小王', store: 'douyin/another', pin: PIN, again: PIN };
    expect((await device.send('/till/pin', foreign)).status).toBe(400);
  });

  it('is void after five wrong ones, however many are tried at once', async () => {
    const [device, clerk] = [new Device(), await makeMember('clerk')];
    await device.known(clerk);
    const wrong = await Promise.all(
      Array.from({ length: 12 }, (_, n) => device.start(clerk, `30000${n % 10}`)),
    );
    expect(wrong.map(({ status }) => status)).toEqual(wrong.map(() => 401));
    for (let n = 0; n < 5; n += 1) await device.start(clerk, `40000${n}`);
    const right = await device.start(clerk);
    expect([right.status, await device.isAtTill()]).toEqual([401, false]);
    expect(right.text).toContain('已作废');
    // A manager lets them in, and they set a new one.
    await device.known(clerk);
    expect((await device.start(clerk)).status).toBe(303);
  });

  it('is over when they are sent home, and when the store is another’s', async () => {
    const [device, clerk, moved] = [
      new Device(),
      await makeMember('clerk'),
      await makeMember('clerk'),
    ];
    await device.known(clerk);
    await device.known(moved);
    await device.start(clerk);
    expect(await device.isAtTill()).toBe(true);
    clock.ms += 1_000;
    const path = `/v1/clerks/${clerk.memberId}/sessions?providerId=${tenant.providerId}`;
    await ask(hexiao, 'DELETE', path);
    expect(await device.isAtTill()).toBe(false);
    const over = await device.start(clerk);
    expect(over.status).toBe(401);
    expect(over.text).toContain('你已被送出');
    const { token } = await makeMember('owner');
    const elsewhere = fresh('store');
    const second = { name: 'two', merchantId: tenant.merchantId };
    await hexiao.call('PUT', `/v1/stores/douyin/${elsewhere}`, second);
    const body = { stores: [`douyin/${elsewhere}`] };
    const changed = await ask(hexiao, 'PATCH', `/v1/members/${moved.memberId}`, { token, body });
    expect(changed.status, changed.text).toBe(200);
    expect((await device.start(moved)).status).toBe(401);
  });
});
