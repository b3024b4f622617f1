import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START_MS } from '../../lib/make.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
import {
  ask,
  book,
  Clock,
  cookieOf,
  expectProblem,
  fresh,
  lineOf,
  makeProvider,
  makeTenant,
  type Reply,
  redemptionAt,
  type Tenant,
  WINDOW,
} from './support.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const EVIL = '<script>alert("店")</script>';

let hexiao: HexiaoUnderTest;
let tenant: Tenant;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: new Clock().now });
  tenant = await makeTenant(hexiao);
  const body = { name: EVIL, merchantId: tenant.merchantId };
  await ask(hexiao, 'PUT', '/v1/stores/douyin/evil', { body });
  await book(hexiao, [
    redemptionAt(tenant, 'evil', { fen: 123_456 }),
    redemptionAt(tenant, '"><img src=x>', { fen: 1 }),
    redemptionAt(tenant, 'a#b/c?d', { fen: 2 }),
  ]);
});

afterAll(() => hexiao?.stop());

function signIn(token: string, headers: Record<string, string> = {}): Promise<Reply> {
  const body = new URLSearchParams({ token }).toString();
  return ask(hexiao, 'POST', '/sign-in', { token: null, body, headers: { ...FORM, ...headers } });
}

async function look(path: string, token: string | null, headers: Record<string, string> = {}) {
  const cookie = token === null ? {} : await cookieOf(hexiao, token);
  return ask(hexiao, 'GET', path, { token: null, headers: { ...cookie, ...headers } });
}

function expectPage(reply: Reply, status: number): void {
  expect(reply.status).toBe(status);
  expect(reply.headers.get('content-type')).toMatch(/^text\/html; charset=utf-8$/i);
  const policy = reply.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("form-action 'self'");
  expect(policy).toContain("base-uri 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
  // Scripts and styles are files of ours by their hash: nothing inline runs or colours anything.
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("style-src 'self';");
  expect(policy).not.toContain('unsafe');
  expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
  expect(reply.headers.get('referrer-policy')).toBe('no-referrer');
  expect(reply.headers.get('cache-control')).toBe('no-store');
  const withoutOurs = reply.text.replaceAll(
    /<script src="\/assets\/\w+\.[0-9a-f]{12}\.js" type="module"><\/script>/g,
    '',
  );
  expect(withoutOurs).not.toMatch(/<script|<style|<img|javascript:|\son\w+=|\sstyle=/i);
}

describe('signing in', () => {
  it('with a provider’s token sets a cookie that no script and no other site can use', async () => {
    const reply = await signIn(tenant.token);
    expect([reply.status, reply.headers.get('location')]).toEqual([303, '/']);
    const cookies = reply.headers.getSetCookie();
    expect(cookies).toHaveLength(1);
    const parts = (cookies[0] ?? '').split('; ');
    expect(parts[0]).toMatch(/^hexiao_session=hxs_[\w-]{43}$/);
    expect(cookies[0]).not.toContain(tenant.token);
    expect(parts).toEqual(expect.arrayContaining(['HttpOnly', 'SameSite=Strict', 'Path=/']));
    expect(parts.some((part) => /^Max-Age=\d+$/.test(part))).toBe(true);
    expect(parts.some((part) => part.startsWith('Domain='))).toBe(false);
    expectPage(await look('/', tenant.token), 200);
  });

  it('over HTTPS keeps the cookie to HTTPS', async () => {
    const body = new URLSearchParams({ token: tenant.token }).toString();
    const secure = await ask(hexiao, 'POST', 'https://hexiao.test/sign-in', {
      token: null,
      body,
      headers: FORM,
    });
    expect(secure.headers.getSetCookie()[0]).toMatch(/; Secure(;|$)/);
    expect((await signIn(tenant.token)).headers.getSetCookie()[0]).not.toMatch(/Secure/);
  });

  it('passes over spaces around a pasted token', async () => {
    expect((await signIn(`  ${tenant.token}\n`)).status).toBe(303);
  });

  it.each([
    ['nothing', ''],
    ['a space', ' '],
    ['a word', 'nobody-has-this'],
    ['the prefix of one', 'hxp_'],
    ['a script', EVIL],
    ['Chinese', '令牌'],
    ['60,000 letters', 'x'.repeat(60_000)],
  ])(
    'with %s for a token is refused in plain words, sets no cookie, and does not repeat it',
    async (_what, token) => {
      const reply = await signIn(token);
      expectPage(reply, 401);
      expect(reply.headers.getSetCookie()).toEqual([]);
      expect(reply.text).toContain('令牌无效');
      if (token.length > 4) expect(reply.text).not.toContain(token);
    },
  );

  it('with the operator’s token leads to the operator’s pages, and never shows the token', async () => {
    const reply = await signIn(OPERATOR_TOKEN);
    expect([reply.status, reply.headers.get('location')]).toEqual([303, '/operator']);
    const page = await look('/operator', OPERATOR_TOKEN);
    expectPage(page, 200);
    expect(page.text).not.toContain(OPERATOR_TOKEN);
  });

  it('is refused to a form of another site, whoever’s token is in it', async () => {
    for (const site of ['cross-site', 'same-site', 'nonsense']) {
      for (const token of [tenant.token, 'wrong']) {
        const reply = await signIn(token, { 'sec-fetch-site': site });
        expectProblem(reply, 403, 'role-forbidden');
        expect(reply.headers.getSetCookie()).toEqual([]);
      }
    }
    for (const site of ['same-origin', 'none']) {
      expect((await signIn(tenant.token, { 'sec-fetch-site': site })).status).toBe(303);
    }
  });

  it.each([
    'multipart/form-data',
    'multipart/form-data; boundary=q',
    'application/json',
    'text/plain',
    '',
  ])('with a form that cannot be read is the sender’s mistake, not ours: %s', async (type) => {
    const asking = { token: null, body: 'token', headers: { 'content-type': type } };
    const reply = await ask(hexiao, 'POST', '/sign-in', asking);
    expect([400, 401]).toContain(reply.status);
    expect(reply.headers.getSetCookie()).toEqual([]);
  });

  it('with a form over 64 KiB is refused', async () => {
    expectProblem(await signIn('x'.repeat(65_536)), 413, 'body-too-large');
  });

  it('takes no token from the address', async () => {
    const reply = await ask(hexiao, 'POST', `/sign-in?token=${tenant.token}`, { token: null });
    expect(reply.headers.getSetCookie()).toEqual([]);
    expect((await look(`/?token=${tenant.token}`, null)).text).toContain('action="/sign-in"');
  });
});

describe('signing out', () => {
  it('takes the cookie away', async () => {
    const headers = await cookieOf(hexiao, tenant.token);
    const reply = await ask(hexiao, 'POST', '/sign-out', { token: null, headers });
    expect([reply.status, reply.headers.get('location')]).toEqual([303, '/']);
    expect(reply.headers.getSetCookie()[0]).toMatch(/^hexiao_session=; Max-Age=0;/);
    const after = await ask(hexiao, 'GET', '/', { token: null, headers });
    expect(after.text).toContain('action="/sign-in"');
  });

  it('is refused to a form of another site', async () => {
    const cookie = await cookieOf(hexiao, tenant.token);
    const headers = { ...cookie, 'sec-fetch-site': 'cross-site' };
    const reply = await ask(hexiao, 'POST', '/sign-out', { token: null, headers });
    expectProblem(reply, 403, 'role-forbidden');
    expect(reply.headers.getSetCookie()).toEqual([]);
  });
});

describe('the pages', () => {
  it('are the sign-in form for whoever is no provider', async () => {
    for (const token of [null, '', 'wrong']) {
      for (const path of ['/', '/stores', '/stores/douyin/evil']) {
        const reply = await look(path, token);
        expectPage(reply, 200);
        expect(reply.text).toContain('action="/sign-in"');
        expect(reply.text).not.toContain('alert');
      }
    }
    // The operator has pages of its own.
    const home = await look('/', OPERATOR_TOKEN);
    expect([home.status, home.headers.get('location')]).toEqual([303, '/operator']);
    const refused = await look('/stores', OPERATOR_TOKEN);
    expectPage(refused, 403);
    expect(refused.text).toContain('此页给服务商看');
  });

  it('do not take a bearer token, as the API does not take the cookie', async () => {
    const reply = await ask(hexiao, 'GET', '/', { token: tenant.token });
    expect(reply.text).toContain('action="/sign-in"');
  });

  it('show names and ids as text, whatever is in them, and money in yuan', async () => {
    for (const path of ['/', '/stores']) {
      const reply = await look(`${path}?${WINDOW}`, tenant.token);
      expectPage(reply, 200);
      expect(reply.text).toContain('&lt;script&gt;alert(&quot;店&quot;)&lt;/script&gt;');
      expect(reply.text).toContain('&quot;&gt;&lt;img src=x&gt;');
      expect(reply.text).toContain('1,234.56');
      expect(reply.text).not.toContain(tenant.token);
    }
  });

  it('show a provider’s own name as text', async () => {
    const token = await makeProvider(hexiao, fresh('provider'), EVIL);
    const reply = await look('/', token);
    expectPage(reply, 200);
    expect(reply.text).toContain('&lt;script&gt;');
  });

  it('link to the page of every store, whatever its id', async () => {
    const { text } = await look(`/stores?${WINDOW}`, tenant.token);
    const links = [...text.matchAll(/href="(\/stores\/[^"]+)"/g)].map((found) => found[1] ?? '');
    expect(links).toHaveLength(3);
    for (const link of links) {
      const reply = await look(link.replaceAll('&amp;', '&'), tenant.token);
      expectPage(reply, 200);
      expect(reply.text).toContain('voucher-act-');
    }
  });

  it('show nothing of another provider’s, not even the name of its store', async () => {
    const stranger = await makeProvider(hexiao, fresh('provider'));
    for (const path of ['/', '/stores']) {
      for (const more of ['', `&providerId=${tenant.providerId}`]) {
        const reply = await look(`${path}?${WINDOW}${more}`, stranger);
        expectPage(reply, 200);
        expect(reply.text).not.toContain('alert');
        expect(reply.text).not.toContain('voucher-act-');
        expect(reply.text).toContain('这段时间没有核销');
      }
    }
  });

  it.each([
    ['/?from=x', '日期有误：写成'],
    ['/?to=2025-02-30', '日期有误：写成'],
    ['/?period=never', '日期有误：写成'],
    [`/?from=${encodeURIComponent(EVIL)}`, '日期有误：写成'],
    ['/?from=2025-10-02&to=2025-10-01', '开始的一天在结束之后'],
    ['/?from=2024-01-01&to=2025-10-01', '最多看 400 天'],
    ['/stores?cursor=x', '翻页的位置读不懂'],
    ['/stores?platform=weixin', '地址里的&quot;platform&quot;没有这个选项'],
    ['/stores?sort=name', '地址里的&quot;sort&quot;没有这个选项'],
    ['/?by=minute', '地址里的&quot;by&quot;没有这个选项'],
    ['/contracts?state=x', '地址里的&quot;state&quot;没有这个选项'],
    [`/search?q=${'x'.repeat(129)}`, '查找的内容太长'],
    ['/stores/weixin/s', '地址里的平台或编号不对'],
    [`/stores/douyin/${'s'.repeat(129)}`, '地址里的平台或编号不对'],
  ])('say what of %s they cannot read', async (path, words) => {
    const reply = await look(path, tenant.token);
    expectPage(reply, 400);
    expect(reply.text).toContain(words);
    expect(reply.text).not.toContain('alert("');
  });

  it('say to somebody who is signed in that a page is not for them, and offer what is', async () => {
    const asking = ['POST', '/v1/tokens'] as const;
    const made = (body: object) =>
      hexiao.call<{ token: string }>(...asking, { ...body, providerId: tenant.providerId });
    const { token: finance } = await made({ name: 'one scope', scopes: ['statements:read'] });
    const { token: clerk } = await made({ name: 'no page', scopes: ['audit:read'] });
    for (const [token, path] of [
      [finance, '/'],
      [finance, '/stores/douyin/evil'],
      [finance, '/contracts'],
      [clerk, '/statements'],
    ] as const) {
      const reply = await look(`${path}?${WINDOW}`, token);
      expectPage(reply, 403);
      expect(reply.text).toContain('你已登录，但这个令牌或角色不能看此页');
      expect(reply.text).toContain('action="/sign-out"');
      expect(reply.text).not.toContain('action="/sign-in"');
    }
    const offered = (text: string) =>
      [...(/<nav class="side".*?<\/nav>/s.exec(text)?.[0] ?? '').matchAll(/href="([^"]+)"/g)].map(
        (found) => found[1],
      );
    expect(offered((await look('/statements', finance)).text)).toEqual(['/statements']);
    expect(offered((await look('/', clerk)).text)).toEqual([]);
    // Whatever is offered opens, to each role.
    for (const role of ['owner', 'finance', 'operations', 'viewer']) {
      const { token } = await made({ name: role, role });
      const links = offered((await look('/', token)).text);
      expect(links.length).toBeGreaterThan(8);
      for (const link of links) expectPage(await look(link ?? '', token), 200);
    }
  });

  it('of a period before the first entry lead to its day, and of an empty one to another, in both languages', async () => {
    const first = new Date(START_MS + 8 * 3_600_000).toISOString().slice(0, 10);
    const words = {
      zh: ['在它之前', '请换个时间段'],
      en: ['lies before it', 'Choose another one'],
    };
    for (const [lang, [before = '', empty = '']] of Object.entries(words)) {
      for (const path of ['/', '/stores']) {
        const early = await look(
          `${path}?from=2020-01-01&to=2020-01-31&lang=${lang}`,
          tenant.token,
        );
        expectPage(early, 200);
        expect(early.text).toContain(before);
        expect(early.text).toContain(`href="${path}?from=${first}&amp;to=`);
        const late = await look(`${path}?from=2031-01-01&to=2031-01-31&lang=${lang}`, tenant.token);
        expect(late.text).toContain(empty);
        expect(late.text).not.toContain(before);
      }
    }
  });

  it('of a store are only of one’s own: with lines, or under a contract', async () => {
    const { providerId, merchantId, token } = await makeTenant(hexiao);
    const named = { name: '还没有核销的店', merchantId };
    await ask(hexiao, 'PUT', '/v1/stores/douyin/still-empty', { body: named });
    const own = await look(`/stores/douyin/still-empty?${WINDOW}`, token);
    expectPage(own, 200);
    expect(own.text).toContain('还没有核销的店');
    for (const path of ['/stores/douyin/nobodys', '/stores/kuaishou/still-empty']) {
      const none = await look(`${path}?${WINDOW}`, token);
      expectPage(none, 404);
      expect(none.text).not.toContain('class="live"');
      expect(none.text).toContain(lineOf(providerId));
    }
    const theirs = await look(`/stores/douyin/still-empty?${WINDOW}`, tenant.token);
    expectPage(theirs, 404);
    expect(theirs.text).not.toContain('还没有核销的店');
  });

  it('are pages when they lead nowhere, for a browser; and a problem for a program', async () => {
    const accept = { accept: 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.8' };
    for (const path of [
      '/nowhere',
      '/stores/',
      '/v1/nowhere',
      '/v1/statements/2025-10.nobody.html',
    ]) {
      const reply = await look(path, tenant.token, accept);
      expectPage(reply, 404);
      expect(reply.text).toContain('没有此页');
      // In the frame of whoever is signed in; to anybody else without one.
      expect(reply.text).toContain('action="/sign-out"');
      // The API asks first who it is.
      if (path.endsWith('.html')) continue;
      const nobody = await look(path, null, accept);
      expectPage(nobody, 404);
      expect(nobody.text).not.toContain('action="/sign-out"');
    }
    expectProblem(await look('/nowhere', tenant.token), 404, 'not-found');
    expectProblem(await look('/nowhere', tenant.token, { accept: '*/*' }), 404, 'not-found');
  });

  it('can be read with the keyboard, by a screen reader, and in the dark', async () => {
    for (const path of ['/', '/stores', '/stores/douyin/evil', '/statements']) {
      const { text } = await look(`${path}?${WINDOW}`, tenant.token);
      expect(text).not.toMatch(/<th(?![^>]*scope=)[ >]/);
      for (const [scroll] of text.matchAll(/<div class="scroll"[^>]*>/g)) {
        expect(scroll).toMatch(/tabindex="0" role="region" aria-label="[^"]+"/);
      }
      expect(text).toContain('<meta name="color-scheme" content="light dark">');
      expect(text).toContain('<a class="skip" href="#main">');
    }
  });

  it('of stores is searched, sorted over all rows, and taken along as a file', async () => {
    const some = await makeTenant(hexiao);
    const ids = Array.from({ length: 20 }, (_, index) => `list-${String(index).padStart(2, '0')}`);
    await book(
      hexiao,
      ids.map((storeId, index) => redemptionAt(some, storeId, { fen: 100 + index })),
    );
    const namesOf = (text: string) =>
      [...text.matchAll(/>(list-\d\d)</g)].map((one) => one[1] ?? '');
    const first = await look(`/stores?${WINDOW}`, some.token);
    expect(namesOf(first.text)).toEqual(ids.toReversed().slice(0, 16));
    expect(first.text).toContain('第 1–16 项，共 20 项');
    const second = await look(`/stores?${WINDOW}&page=2`, some.token);
    expect(namesOf(second.text)).toEqual(ids.slice(0, 4).toReversed());
    const least = await look(`/stores?${WINDOW}&order=asc`, some.token);
    expect(namesOf(least.text)).toEqual(ids.slice(0, 16));
    const found = await look(`/stores?${WINDOW}&q=LIST-07`, some.token);
    expect(namesOf(found.text)).toEqual(['list-07']);
    // A sum beside what a search left would look like the whole.
    expect(found.text).not.toContain('<tfoot');
    const none = await look(`/stores?${WINDOW}&q=nothing`, some.token);
    expect(none.text).toContain('没有');
    const file = await look(`/stores?${WINDOW}&file=csv&order=asc`, some.token);
    const lines = file.text.trim().split('\r\n');
    expect(lines).toHaveLength(21);
    expect(lines[1]).toContain('list-00');
    const trail = await hexiao.call<{ entries: { subject: string }[] }>('GET', '/v1/audit');
    expect(trail.entries.map(({ subject }) => subject)).toContainEqual(
      expect.stringMatching(/^stores-.*csv$/),
    );
  });

  it('of a store’s lines is searched by an id’s end, and taken along as a file', async () => {
    const some = await makeTenant(hexiao);
    await book(hexiao, [redemptionAt(some, 'tail'), redemptionAt(some, 'tail')]);
    const path = `/stores/douyin/tail?${WINDOW}`;
    const whole = await look(path, some.token);
    const ids = [...whole.text.matchAll(/href="\/vouchers\/douyin\/([^"]+)"/g)].map(
      (one) => one[1] ?? '',
    );
    expect(new Set(ids).size).toBe(2);
    const [wanted = '', other = ''] = [...new Set(ids)];
    const end = wanted.slice(-4);
    expect(other.endsWith(end)).toBe(false);
    const found = await look(`${path}&tail=${end}`, some.token);
    expect([found.text.includes(wanted), found.text.includes(other)]).toEqual([true, false]);
    const none = await look(`${path}&tail=zzzz`, some.token);
    expect(none.text).toContain('没有符合筛选的行');
    const file = await look(`${path}&tail=${end}&file=csv`, some.token);
    expect(file.text.trim().split('\r\n')).toHaveLength(2);
    expect(file.text).toContain(wanted);
    const theirs = await look(`${path}&file=csv`, tenant.token);
    expect([theirs.status, theirs.text.includes(wanted)]).toEqual([404, false]);
  });

  it('of stores goes on over pages of 50, each store once', async () => {
    const many = await makeTenant(hexiao);
    const ids = Array.from({ length: 60 }, (_, index) => `page-${index}-`);
    await book(
      hexiao,
      ids.map((storeId, index) => redemptionAt(many, storeId, { fen: index + 1 })),
    );
    const seen: string[] = [];
    let href: string | undefined = `/stores?${WINDOW}`;
    for (let pages = 0; href !== undefined && pages < 5; pages += 1) {
      const { text }: Reply = await look(href, many.token);
      seen.push(...[...text.matchAll(/>(page-\d+-)</g)].map((found) => found[1] ?? ''));
      href = /href="(\/stores\?[^"]*cursor=[^"]*)" rel="next"/
        .exec(text)?.[1]
        ?.replaceAll('&amp;', '&');
    }
    // The largest first, over both pages.
    expect(seen).toEqual(ids.toReversed());
  });
});

describe('the language of a page', () => {
  it('is Chinese unless the browser prefers English', async () => {
    const zh = await look('/', null);
    expect(zh.text).toContain('<html lang="zh-CN">');
    expect(zh.text).toContain('登录');
    const en = await look('/', null, { 'accept-language': 'en-US,en;q=0.9,zh;q=0.8' });
    expect(en.text).toContain('<html lang="en">');
    expect(en.text).toContain('Sign in');
    expect(en.text).not.toContain('登录');
    expectPage(en, 200);
    const german = await look('/', null, { 'accept-language': 'de' });
    expect(german.text).toContain('<html lang="zh-CN">');
  });

  it('is the one that was chosen, and is remembered in a cookie no script can read', async () => {
    const chosen = await look(`/?${WINDOW}&lang=en`, tenant.token);
    expect(chosen.text).toContain('Redeemed GMV');
    const cookie = chosen.headers.getSetCookie()[0] ?? '';
    expect(cookie).toMatch(/^hexiao_lang=en; .*HttpOnly.*SameSite=Strict/);
    const later = await look('/', null, { cookie: 'hexiao_lang=en', 'accept-language': 'zh' });
    expect(later.text).toContain('Sign in');
  });

  it('is none that nobody speaks', async () => {
    for (const lang of ['de', '__proto__', '"><script>']) {
      const reply = await look(`/?lang=${encodeURIComponent(lang)}`, null);
      expectPage(reply, 200);
      expect(reply.text).toContain('<html lang="zh-CN">');
      expect(reply.headers.getSetCookie()).toEqual([]);
    }
  });

  it('changes by a link that keeps what is looked at', async () => {
    const { text } = await look(`/stores/douyin/evil?${WINDOW}`, tenant.token);
    expect(text).toContain(
      `href="/stores/douyin/evil?${WINDOW.replaceAll('&', '&amp;')}&amp;lang=en"`,
    );
  });

  it('is English for a refusal too', async () => {
    const headers = { 'accept-language': 'en' };
    expect((await signIn('wrong', headers)).text).toContain('No such token');
  });
});
