import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Room } from '../../../functions/api/page/room.ts';
import { ROOMS } from '../../../functions/api/page/room-list.ts';
import { PERMISSIONS } from '../../../lib/access/permissions.ts';
import { idsSince, seededRandom } from '../../../lib/integrations/sandbox-kit/player.ts';
import { createPlayer, playedMerchants } from '../../../lib/integrations/sandboxes.ts';
import { AppsHeard } from '../../../lib/store/accounts/heard.ts';
import { PlatformTokens } from '../../../lib/store/accounts/platform-tokens.ts';
import { archiveDelivery, putSetAside } from '../../../lib/store/deliveries/archive.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { APP_KEY, registerApp } from '../../support/douyin.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
import { scanAll } from '../../support/scan.ts';
import { ask, Clock, cookieOf, fresh, makeTenant, type Reply, type Tenant } from './support.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const EVIL = '<script>alert("店")</script>';

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let tenant: Tenant;
let operator: { cookie: string };

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  tenant = await makeTenant(hexiao);
  operator = await cookieOf(hexiao, OPERATOR_TOKEN);
});

afterAll(() => hexiao?.stop());

type Headers = Record<string, string>;

const look = (path: string, headers: Headers = operator) =>
  ask(hexiao, 'GET', path, { token: null, headers: { accept: 'text/html', ...headers } });

const send = (path: string, fields: Record<string, string>, headers: Headers = operator) =>
  ask(hexiao, 'POST', path, {
    token: null,
    headers: { ...FORM, accept: 'text/html', ...headers },
    body: new URLSearchParams(fields).toString(),
  });

const mainOf = ({ text }: Reply) => text.slice(text.indexOf('<main'), text.indexOf('</main>'));

const offered = ({ text }: Reply) =>
  [...(/<nav class="side".*?<\/nav>/s.exec(text)?.[0] ?? '').matchAll(/href="([^"]+)"/g)].map(
    (found) => found[1] ?? '',
  );

describe('the operator’s pages', () => {
  it('are all offered to the operator, and open in both languages', async () => {
    const links = offered(await look('/operator'));
    expect(links.length).toBe(15);
    for (const link of links) {
      for (const lang of ['zh', 'en']) {
        const page = await look(`${link}?lang=${lang}`);
        expect(page.status, link).toBe(200);
        // A route's own braces are data.
        const words = mainOf(page).replaceAll(/<span class="id wrap">.*?<\/span>/g, '');
        expect(words, link).not.toMatch(/\{[a-z]+\}|undefined|NaN|\[object/);
      }
    }
  });

  it('are the form to sign in to nobody, and a refusal to a provider', async () => {
    const provider = await cookieOf(hexiao, tenant.token);
    for (const link of offered(await look('/operator'))) {
      const nobody = await look(link, {});
      expect(nobody.text).toContain('action="/sign-in"');
      const theirs = await look(link, provider);
      expect(theirs.status, link).toBe(403);
      expect(theirs.text).toContain('此页给运营方看');
      const sent = await send(link, { act: 'add-token', name: 'x', grant: 'operator' }, provider);
      expect([303, 200]).not.toContain(sent.status);
    }
  });

  it('show to whoever has one permission no more than that one allows', async () => {
    for (const scope of PERMISSIONS) {
      const body = { name: scope, scopes: [scope] };
      const { token } = await hexiao.call<{ token: string }>('POST', '/v1/tokens', body);
      const headers = await cookieOf(hexiao, token);
      for (const link of offered(await look('/operator/audit', headers))) {
        // Offered by its own permission; what else it shows, the API may refuse, in words.
        expect([200, 403], `${scope} ${link}`).toContain((await look(link, headers)).status);
      }
      const made = await send(
        '/operator/people',
        { act: 'add-token', name: 'x', grant: 'operator' },
        headers,
      );
      expect(made.status, scope).toBe(403);
    }
  });

  it('take no form of another site', async () => {
    const reply = await send(
      '/operator/people',
      { act: 'add-token', name: 'x', grant: 'viewer' },
      { ...operator, 'sec-fetch-site': 'cross-site' },
    );
    expect(reply.status).toBe(403);
  });
});

describe('a list', () => {
  const namesIn = ({ text }: Reply) =>
    [...text.matchAll(/小(?:甲|乙|丙)/g)]
      .map(([name]) => name)
      .filter((name, at, all) => all.indexOf(name) === at);
  const PEOPLE = '/operator/people?list=tokens';

  beforeAll(async () => {
    for (const name of ['小乙', '小甲', '小丙']) {
      await hexiao.call('POST', '/v1/tokens', { name, scopes: ['audit:read'] });
    }
  });

  it('is searched and sorted over all its rows, with its state in the address', async () => {
    expect(namesIn(await look(`${PEOPLE}&q=${encodeURIComponent('小甲')}`))).toEqual(['小甲']);
    const none = await look(`${PEOPLE}&q=nobody-of-this-name&lang=en`);
    expect(mainOf(none)).toContain('No row has &quot;nobody-of-this-name&quot;.');
    const [up, down] = await Promise.all(
      ['asc', 'desc'].map((order) =>
        look(`${PEOPLE}&sort=name&order=${order}&q=${encodeURIComponent('小')}`),
      ),
    );
    const sorted = ['小丙', '小乙', '小甲'];
    expect(namesIn(up as Reply)).toEqual(sorted);
    expect(namesIn(down as Reply)).toEqual(sorted.toReversed());
    expect((down as Reply).text).toMatch(/aria-sort="descending"><a href="[^"]*order=asc/);
    // Another list of the page is as it was.
    expect(mainOf(none)).toContain(tenant.providerId);
  });

  it('is a CSV or a workbook of its rows, with ids as texts and a trace', async () => {
    const q = encodeURIComponent('小乙');
    const csv = await look(`${PEOPLE}&q=${q}&file=csv`);
    expect(csv.headers.get('content-disposition')).toContain('people-tokens.csv');
    expect(csv.text.replace('\uFEFF', '').trim().split('\r\n')).toHaveLength(2);
    expect(csv.text).toContain('小乙');
    const book = await look(`/operator/people?list=providers&file=xlsx`);
    expect(book.headers.get('content-type')).toContain('spreadsheetml');
    const { entries } = await hexiao.call<{ entries: { call: string }[] }>(
      'GET',
      '/v1/audit?subject=people-tokens.csv',
    );
    expect(entries).toEqual([expect.objectContaining({ call: 'GET /operator/people' })]);
    expect((await look('/operator/people?list=nobody&file=csv')).status).toBe(400);
  });

  it('of days has the presets, which keep its filters', async () => {
    const audit = await look('/operator/audit?period=last-month&actor=x');
    expect(mainOf(audit)).toContain('href="/operator/audit?period=yesterday&amp;actor=x"');
    expect(mainOf(audit)).toContain(
      'period=last-month&amp;actor=x&amp;order=&amp;file=csv'.replace('&amp;order=', ''),
    );
    const days = await look('/operator/completeness?period=week&platform=douyin');
    expect(mainOf(days)).toContain(
      'href="/operator/completeness?period=today&amp;platform=douyin"',
    );
  });
});

describe('people and tokens', () => {
  const provider = () => ({ providerId: tenant.providerId });

  it('are made, shown once, and revoked, each with its trace', async () => {
    const name = fresh('程序');
    const reply = await send('/operator/people', {
      act: 'add-token',
      name,
      grant: 'viewer',
      ...provider(),
    });
    expect(reply.status).toBe(200);
    const token = /hxp_[\w-]{43}/.exec(reply.text)?.[0] ?? '';
    expect(token).not.toBe('');
    expect((await ask(hexiao, 'GET', '/v1/stores', { token })).status).toBe(200);
    const list = await look(`/operator/people?providerId=${tenant.providerId}`);
    expect(list.text).toContain(name);
    expect(list.text).not.toContain(token);
    const row = mainOf(list).slice(mainOf(list).indexOf(name));
    const tokenId = /name="tokenId" value="(\w+)"/.exec(row)?.[1] ?? '';
    const gone = await send('/operator/people', { act: 'revoke', tokenId, ...provider() });
    expect(gone.status).toBe(303);
    expect((await look(gone.headers.get('location') ?? '')).text).toContain(
      '已作废，几秒内处处失效',
    );
    expect((await ask(hexiao, 'GET', '/v1/stores', { token })).status).toBe(401);
    const trail = await hexiao.call<{ entries: { subject: string; call: string }[] }>(
      ...(['GET', `/v1/audit?subject=token/${tokenId}`] as const),
    );
    // The clock stands still, so the two are of one instant.
    expect(trail.entries.map(({ call }) => call).toSorted()).toEqual([
      'DELETE /v1/tokens/{tokenId}',
      'POST /v1/tokens',
    ]);
  });

  it('keep what was typed when something is wrong with it, and say what', async () => {
    const reply = await send('/operator/people', {
      ...{ act: 'add-member', name: '周岚', email: 'no address', role: 'operator', stores: '' },
    });
    expect(reply.status).toBe(400);
    expect(reply.text).toContain('填写有误：email');
    expect(reply.text).toContain('value="周岚"');
    expect(reply.text).toContain('value="no address"');
    const evil = await send('/operator/people', {
      act: 'put-provider',
      newId: EVIL,
      name: EVIL,
      kind: 'x',
    });
    expect(evil.status).toBe(400);
    expect(evil.text).not.toContain(EVIL);
  });

  it('of a team are its owner’s, and nobody else’s', async () => {
    const grant = { name: 'owner', role: 'owner', providerId: tenant.providerId };
    const { token } = await hexiao.call<{ token: string }>('POST', '/v1/tokens', grant);
    const owner = await cookieOf(hexiao, token);
    const added = await send(
      '/team',
      { act: 'add-member', name: '何敏', email: '', role: 'finance', stores: '' },
      owner,
    );
    expect(added.text).toMatch(/hxp_[\w-]{43}/);
    const page = await look('/team', owner);
    expect([page.status, page.text.includes('何敏')]).toEqual([200, true]);
    // Nobody gives more than they have, and another's tokens are not there.
    const more = await send(
      '/team',
      { act: 'add-token', name: 'x', grant: 'ledger:restate' },
      owner,
    );
    expect(more.status).toBe(403);
    const other = await makeTenant(hexiao);
    const tokens = await hexiao.call<{ tokens: { tokenId: string }[] }>(
      ...(['GET', `/v1/tokens?providerId=${other.providerId}`] as const),
    );
    const theirs = await send(
      '/team',
      { act: 'revoke', tokenId: tokens.tokens[0]?.tokenId ?? '' },
      owner,
    );
    expect(theirs.status).toBe(404);
    expect((await ask(hexiao, 'GET', '/v1/stores', { token: other.token })).status).toBe(200);
    const viewer = await cookieOf(hexiao, tenant.token);
    expect((await look('/team', viewer)).status).toBe(403);
    expect(offered(await look('/', viewer))).not.toContain('/team');
  });
});

describe('a session that ends in the middle of a form', () => {
  it('loses nothing that was typed', async () => {
    const fields = {
      act: 'add-token',
      name: '写到一半 "<b>',
      grant: 'pipeline:read',
      expiresOn: '',
      stores: '',
    };
    const over = await send('/operator/people', fields, {});
    expect(over.status).toBe(401);
    expect(over.text).toContain('登录已过期');
    const hidden = Object.fromEntries(
      [...over.text.matchAll(/type="hidden" name="(next|typed)" value="([^"]*)"/g)].map(
        ([, name = '', value = '']) => [name, unescaped(value)],
      ),
    );
    expect(hidden.next).toBe('/operator/people');
    // A wrong token first: still nothing is lost.
    const wrong = await send('/sign-in', { token: 'hxo_wrong', ...hidden }, {});
    expect([wrong.status, wrong.text.includes('name="typed"')]).toEqual([401, true]);
    const back = await send('/sign-in', { token: OPERATOR_TOKEN, ...hidden }, {});
    expect(back.status).toBe(200);
    expect(back.text).not.toContain('<b>');
    const cookie = back.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const kept = Object.fromEntries(
      [...mainOf(back).matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(
        ([, name = '', value = '']) => [name, unescaped(value)],
      ),
    );
    expect(kept).toEqual(fields);
    const done = await send('/operator/people', kept, { cookie });
    expect(done.text).toMatch(/hxo_[\w-]{43}/);
  });

  it('comes back to the page, and to no other site', async () => {
    const nobody = await look('/operator/audit?subject=token', {});
    expect(nobody.text).toContain('name="next" value="/operator/audit?subject=token"');
    const there = await send('/sign-in', { token: OPERATOR_TOKEN, next: '/operator/audit' }, {});
    expect(there.headers.get('location')).toBe('/operator/audit');
    for (const next of ['//evil.example', 'https://evil.example', '/\\evil', '/sign-out', 'x']) {
      const reply = await send('/sign-in', { token: OPERATOR_TOKEN, next }, {});
      expect(reply.headers.get('location'), next).toBe('/operator');
    }
  });
});

describe('what waits for the operator', () => {
  it('is read masked, and replayed', async () => {
    const deliveryId = 'ab'.repeat(32);
    const content = JSON.stringify({ order_id: 'order-1', buyer: { mobile: '13812345678' } });
    const body = new Uint8Array(Buffer.from(JSON.stringify({ event: 'x', content })));
    const receivedAt = toInstant(clock.ms);
    const delivery = { deliveryId, integration: 'douyin-life', appKey: 'app', receivedAt, body };
    const outcome = { outcome: 'quarantined', kind: 'k', why: 'odd: 13812345678' } as const;
    await putSetAside(hexiao.table, 'quarantined', delivery, outcome, clock.ms);
    await archiveDelivery(hexiao.table, delivery, outcome, clock.ms);
    const list = await look('/operator/set-aside?reason=quarantined');
    expect(list.text).toContain(`/operator/deliveries/${deliveryId}`);
    expect(list.text).not.toContain('13812345678');
    const one = await look(`/operator/deliveries/${deliveryId}`);
    expect(one.status).toBe(200);
    expect(one.text).toContain('个人信息已遮盖');
    expect(one.text).not.toContain('13812345678');
    const again = await send(`/operator/deliveries/${deliveryId}`, { act: 'replay' });
    expect(again.status).toBe(303);
    expect((await look(`/operator/deliveries/${'0'.repeat(64)}`)).status).toBe(404);
  });

  it('is dropped with a reason alone', async () => {
    const without = await send('/operator/dead-letters', {
      act: 'drop',
      queue: 'intake',
      type: 'delivery',
      reason: '',
    });
    expect(without.status).toBe(400);
    const done = await send('/operator/dead-letters', {
      act: 'drop',
      queue: 'intake',
      type: 'delivery',
      reason: 'a test',
    });
    expect(done.headers.get('location')).toContain('done=done.dropped');
    const redriven = await send('/operator/dead-letters', { act: 'redrive', queue: 'attribution' });
    expect(redriven.headers.get('location')).toContain('done=done.redriven');
  });

  it('is a restatement, tried first, with its progress', async () => {
    const days = {
      platform: 'douyin',
      merchantId: tenant.merchantId,
      from: '2025-10-01',
      to: '2025-10-09',
    };
    const begun = await send('/operator/restatements', {
      act: 'begin',
      ...days,
      reason: '补签',
      dryRun: 'yes',
    });
    const there = begun.headers.get('location') ?? '';
    expect(there).toMatch(/^\/operator\/restatements\?id=/);
    const page = await look(there);
    expect(page.text).toContain('已开始');
    expect(page.text).toContain('补签');
    expect(page.text).toContain('试算，没有入账');
    const wrong = await send('/operator/restatements', {
      act: 'begin',
      ...days,
      merchantId: 'nobody',
      reason: '补签',
    });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('这个商家没有登记');
    expect(wrong.text).toContain('value="nobody"');
  });

  it('is a reconciliation of an app, begun and stopped', async () => {
    const missing = await send('/operator/reconciliations', {
      act: 'begin',
      app: 'douyin-life/none',
      from: '2025-10-01',
      to: '2025-10-02',
    });
    expect(missing.status).toBe(404);
    await registerApp(hexiao);
    const app = `douyin-life/${APP_KEY}`;
    const apps = await look('/operator');
    expect(apps.text).toContain(`href="/operator/apps/${app}"`);
    expect(apps.text).toContain('没有投递');
    const own = await look(`/operator/apps/${app}`);
    expect(own.text).toContain(`value="http://localhost/webhooks/${app}"`);
    const [from, to] = ['2025-10-01', '2025-10-02'];
    const begun = await send('/operator/reconciliations', { act: 'begin', app, from, to });
    const there = begun.headers.get('location') ?? '';
    const page = await look(there);
    expect(page.text).toContain('进行中');
    const id = new URL(there, 'http://x').searchParams.get('id') ?? '';
    const stopped = await send('/operator/reconciliations', { act: 'cancel', id });
    expect((await look(stopped.headers.get('location') ?? '')).text).toContain('已停');
  });
});

describe('a page that is loaded when it is opened', () => {
  it('has the place and the forms that the list of rooms says', async () => {
    const lazy = ROOMS.filter((room) => 'load' in room) as (Room & { load: () => Promise<Room> })[];
    expect(lazy.length).toBeGreaterThan(3);
    for (const { path, is, needs, acts, load } of lazy) {
      const own = await load();
      const names = (all: object | undefined) => Object.keys(all ?? {});
      expect({ path, is, needs, acts: names(acts) }).toEqual({
        ...{ path: own.path, is: own.is, needs: own.needs, acts: names(own.acts) },
      });
    }
  });
});

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

describe('a set-aside delivery', () => {
  const TEXT =
    '{"event":"life_trade_certificate_notify","client_key":"k","content":{"action":"verify","poi_id":null}}';

  it('is tried as an edited copy: shown what it would be, booked nothing, and in the audit', async () => {
    const player = createPlayer('douyin-miniapp', {
      ...{ random: seededRandom(3), now: clock.now, nextId: idsSince(clock.ms) },
      merchants: playedMerchants('douyin-miniapp', idsSince(clock.ms)),
    });
    await hexiao.call('PUT', `/v1/apps/${player.integration}/${player.appKey}`, {
      ...{ secrets: player.secrets, settings: player.settings('https://miniapp.test') },
    });
    const [sold] = player.sell();
    const good = sold?.body ?? '';
    const merchant = player.merchants.find(({ merchantId }) => good.includes(merchantId));
    const { merchantId = '' } = merchant ?? player.merchants[0] ?? {};
    await hexiao.call('PUT', `/v1/merchants/douyin/${merchantId}`, { name: '山月火锅' });
    await hexiao.call('POST', '/v1/contracts', {
      ...{ providerId: tenant.providerId, platform: 'douyin', merchantId, mode: 'agency' },
      ...{ shareBp: 10_000, rateBp: 500, startsAt: '2025-01-01T00:00:00+08:00' },
    });
    const one = {
      ...{ deliveryId: 'cd'.repeat(32), integration: player.integration, appKey: player.appKey },
      ...{ receivedAt: toInstant(clock.ms), body: new Uint8Array(Buffer.from(TEXT)) },
    };
    const outcome = { outcome: 'quarantined', kind: 'k', why: 'poi_id: expected a text' } as const;
    await putSetAside(hexiao.table, 'quarantined', one, outcome, clock.ms);
    await archiveDelivery(hexiao.table, one, outcome, clock.ms);
    const path = `/operator/deliveries/${one.deliveryId}`;
    const itemsOf = async () =>
      (await scanAll(hexiao.emulators.database)).filter(
        ({ pk }) => !/^(AUDIT|SESSION|TOKEN|REPETITION)/.test(String(pk)),
      ).length;
    const before = await itemsOf();
    const opened = await send(path, { act: 'open' });
    expect(opened.status).toBe(200);
    expect(opened.text).toContain('<textarea name="text"');
    expect(opened.text).toContain('poi_id&quot;:null');
    const tried = await send(path, { act: 'try', text: good });
    expect([tried.status, mainOf(tried).includes('支付')]).toEqual([200, true]);
    expect(mainOf(tried)).toContain(`>${tenant.providerId}<`);
    expect(await itemsOf()).toBe(before);
    const trail = await hexiao.call<{ entries: { call: string }[] }>(
      ...(['GET', '/v1/audit?subject=delivery'] as const),
    );
    const calls = trail.entries.map(({ call }) => call);
    expect(calls.filter((call) => call.endsWith('/trial'))).toHaveLength(2);
  });

  it('that is nonsense once edited says so, and keeps what was typed', async () => {
    const path = `/operator/deliveries/${'cd'.repeat(32)}`;
    const tried = await send(path, { act: 'try', text: 'not <b>anything' });
    expect(tried.status).toBe(200);
    expect(tried.text).toContain('not &lt;b&gt;anything</textarea>');
    expect(mainOf(tried)).toContain('不会新记账');
  });

  it('is not opened by whoever may not read personal data', async () => {
    const scopes = { name: fresh('reader'), scopes: ['pipeline:read'] };
    const { token } = await hexiao.call<{ token: string }>('POST', '/v1/tokens', scopes);
    const reader = await cookieOf(hexiao, token);
    const path = `/operator/deliveries/${'cd'.repeat(32)}`;
    const page = await look(path, reader);
    expect([page.status, page.text.includes('value="open"')]).toEqual([200, false]);
    const refused = await send(path, { act: 'open' }, reader);
    expect([refused.status, refused.text.includes('textarea')]).toEqual([403, false]);
  });
});

describe('a file to compare', () => {
  const upload = (fields: Record<string, string>, file: File | null) => {
    const body = new FormData();
    for (const [name, value] of Object.entries({ act: 'upload', ...fields })) body.set(name, value);
    if (file !== null) body.set('file', file);
    const headers = { accept: 'text/html', ...operator };
    return hexiao.api.request('/operator/imports', { method: 'POST', headers, body });
  };
  const fields = () => ({
    ...{ providerId: tenant.providerId, profile: 'linke-merchants' },
    ...{ from: '2025-10-01', to: '2025-10-31' },
  });
  const csv = (rows: string) =>
    new File([`商家名称,商家ID,支付GMV,核销GMV,退款GMV,服务商预估佣金\n${rows}`], 'a.csv');

  it('is uploaded on the page, and what could not be read is shown by its line', async () => {
    const reply = await upload(
      fields(),
      csv('一店,7011,0.00,1.00,0.00,\n二店,7012,0.00,一元,0.00,\n'),
    );
    expect(reply.status).toBe(303);
    const shown = await look(reply.headers.get('location') ?? '');
    expect(mainOf(shown)).toContain('第 3 行');
    expect(mainOf(shown)).toMatch(/读出 \/ 行 \d \/ 2/);
  });

  it('is refused without one, and what was typed stays', async () => {
    const reply = await upload(fields(), null);
    expect(reply.status).toBe(400);
    const text = await reply.text();
    expect(text).toContain('role="alert"');
    expect(text).toContain('value="2025-10-31"');
  });

  it('that is only tried is kept nowhere', async () => {
    const list = () =>
      hexiao.call<{ imports: [] }>('GET', `/v1/imports?providerId=${tenant.providerId}`);
    const before = (await list()).imports.length;
    const reply = await upload({ ...fields(), dryRun: 'yes' }, csv('一店,7011,0.00,1.00,0.00,\n'));
    expect(reply.status).toBe(200);
    expect(await reply.text()).toContain('试读，未保存');
    expect((await list()).imports.length).toBe(before);
  });
});

describe('an app', () => {
  it('says when it was heard, how long that waited to be read, and until when it can be called', async () => {
    const app = { integration: 'douyin-life', appKey: 'aw0000000000well' };
    await hexiao.call('PUT', `/v1/apps/douyin-life/${app.appKey}`, {
      secrets: { clientSecret: 'secret_of_an_app_0001' },
      settings: { factsSince: '2025-01-01' },
    });
    const path = `/operator/apps/douyin-life/${app.appKey}?lang=en`;
    expect(mainOf(await look(path))).toContain('there is no token');
    const nowMs = clock.now();
    const receivedAt = toInstant(nowMs - 90_000);
    await new AppsHeard(hexiao.table).hear([{ ...app, receivedAt }], nowMs - 85_000);
    const day = 86_400_000;
    const token = { accessToken: 'SECRET-A', refreshToken: 'SECRET-R', renewAtMs: nowMs + day };
    const tokens = new PlatformTokens(hexiao.table);
    const ends = (days: number) => ({
      expiresAtMs: nowMs + day,
      refreshExpiresAtMs: nowMs + days * day,
    });
    const place = { ...app, secret: 'its secret' };
    await tokens.write({ ...place, scope: 'one' }, { ...token, ...ends(60) }, undefined);
    await tokens.write({ ...place, scope: 'two' }, { ...token, ...ends(3) }, undefined);
    const page = mainOf(await look(path));
    expect(page).toMatch(/Lag<\/dt><dd>5\.0 s/);
    expect(page).toContain('1 min ago');
    expect(page.match(/renewed by itself/g)).toHaveLength(2);
    expect(page.match(/Authorised until/g)).toHaveLength(1);
    expect(page.match(/have the app authorised again/g)).toHaveLength(1);
    expect(page).not.toContain('SECRET');
    expect(mainOf(await look('/operator?lang=en'))).toContain('5.0 s');
  });
});
