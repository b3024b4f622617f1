import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SIGN_IN_WORDS } from '../../../lib/i18n/sign-in-words.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  CLIENT_ID,
  CLIENT_SECRET,
  type Misdeeds,
  OidcIssuer,
  type Person,
} from '../../support/oidc-issuer.ts';
import { scanAll } from '../../support/scan.ts';
import { ask, Clock, fresh, MINUTE_MS, makeTenant, type Tenant } from './support.ts';

/** Signing in at an issuer of the tests: real HTTP, real signatures. Whatever is wrong lets nobody in. */

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let issuer: OidcIssuer;
let api: HexiaoUnderTest['api'];
let tenant: Tenant;
let networks = 0;
let network = '';

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  issuer = await OidcIssuer.start('RS256', clock.now);
  api = hexiao.another({ oidc: settingsOf(issuer.url) });
  tenant = await makeTenant(hexiao);
});

beforeEach(() => {
  issuer.misdeeds = {};
  // Wrong tries of one test hold up no other.
  networks += 1;
  network = `203.0.${networks}.7`;
});

afterAll(async () => {
  await issuer?.stop();
  await hexiao?.stop();
});

const settingsOf = (url: string) => ({
  ...{ issuer: url, clientId: CLIENT_ID },
  clientSecret: async () => CLIENT_SECRET,
});

/** One browser: its cookies, and what it is shown. */
class Browser {
  readonly cookies = new Map<string, string>();
  language = 'zh';

  async open(path: string, at = api) {
    const headers = {
      accept: 'text/html',
      'accept-language': this.language,
      cookie: [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
    };
    const env = { requestContext: { http: { sourceIp: network } } };
    const response = await at.request(path, { headers }, env);
    for (const set of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '' || /max-age=0/i.test(set)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  /** To the issuer and back. @returns the address that the issuer sends the browser to */
  async goThere(next = ''): Promise<string> {
    const begun = await this.open(`/sign-in/oidc${next === '' ? '' : `?next=${next}`}`);
    expect(begun.status, begun.text).toBe(302);
    const there = await fetch(begun.headers.get('location') ?? '', { redirect: 'manual' });
    return there.headers.get('location') ?? '';
  }

  async signIn(person: Person, misdeeds: Misdeeds = {}) {
    issuer.person = person;
    issuer.misdeeds = misdeeds;
    return this.open(await this.goThere());
  }

  get isSignedIn(): boolean {
    return this.cookies.has('hexiao_session');
  }
}

interface Made {
  readonly memberId: string;
  readonly email: string;
}

async function makeMember(role = 'finance', providerId = tenant.providerId): Promise<Made> {
  const email = `${fresh('who')}@example.com`.toLowerCase();
  const body = { providerId, name: 'somebody', email, role };
  const { memberId } = await hexiao.call<{ memberId: string }>('POST', '/v1/members', body);
  return { memberId, email };
}

const personOf = ({ email }: Made, sub = fresh('sub')): Person => ({
  ...{ sub, email, emailVerified: true },
});

/** Nobody is signed in, no session is written, and the page says why in both languages. */
async function expectRefused(
  reply: Awaited<ReturnType<Browser['open']>>,
  browser: Browser,
  word: keyof typeof SIGN_IN_WORDS,
  status = 401,
) {
  expect([reply.status, browser.isSignedIn]).toEqual([status, false]);
  const language = browser.language as 'zh' | 'en';
  expect(reply.text).toContain(SIGN_IN_WORDS[word][language].replaceAll("'", '&#39;'));
  expect(SIGN_IN_WORDS[word].zh).not.toBe(SIGN_IN_WORDS[word].en);
  const items = await scanAll(hexiao.emulators.database);
  return items.filter(({ pk }) => String(pk).startsWith('SESSION#')).length;
}

describe('the way to the issuer', () => {
  it('is shown only where one is configured', async () => {
    const browser = new Browser();
    expect((await browser.open('/', hexiao.api)).text).not.toContain('/sign-in/oidc');
    expect((await browser.open('/sign-in/oidc', hexiao.api)).status).toBe(404);
    const page = await browser.open('/?period=today');
    expect(page.text).toContain('/sign-in/oidc?next=%2F%3Fperiod%3Dtoday');
    expect(page.text).toContain(SIGN_IN_WORDS['oidc.button'].zh);
  });

  it.each(['RS256', 'ES256'] as const)(
    'lets a member in whose address is verified, by %s',
    async (algorithm) => {
      issuer.rotate(algorithm);
      const member = await makeMember();
      const browser = new Browser();
      const reply = await browser.signIn(personOf(member));
      expect(reply.status, reply.text).toBe(200);
      // A redirect would still be the issuer's link, for which our cookie is not sent.
      expect(reply.headers.get('refresh')).toBe('0; url=/');
      expect(reply.headers.getSetCookie().join()).toMatch(
        /hexiao_session=hxs_[^;]+;.*HttpOnly.*SameSite=Strict/,
      );
      const home = await browser.open('/');
      expect(home.text).not.toContain('action="/sign-in"');
      expect(home.status).toBe(200);
    },
  );

  it('goes on where one came from, and nowhere else', async () => {
    const browser = new Browser();
    issuer.person = personOf(await makeMember());
    const reply = await browser.open(await browser.goThere('/statements?x=1'));
    expect(reply.headers.get('refresh')).toBe('0; url=/statements?x=1');
    for (const next of ['//evil.example', 'https://evil.example', '/\\evil.example']) {
      const other = new Browser();
      const there = await other.open(await other.goThere(encodeURIComponent(next)));
      expect(there.headers.get('refresh')).toBe('0; url=/');
    }
  });

  it('takes the address from the endpoint for it, where the token has none', async () => {
    const browser = new Browser();
    const person = { ...personOf(await makeMember()), emailVerified: 'true' };
    expect((await browser.signIn(person, { isMailApart: true })).status).toBe(200);
    expect(browser.isSignedIn).toBe(true);
  });

  it('lets an operator in, to the pages of operators', async () => {
    const email = `${fresh('op')}@example.com`.toLowerCase();
    await hexiao.call('POST', '/v1/members', { name: 'op', email, role: 'operator' });
    const browser = new Browser();
    const reply = await browser.signIn({ sub: fresh('sub'), email, emailVerified: true });
    expect(reply.headers.get('refresh')).toBe('0; url=/operator');
    expect((await browser.open('/operator')).status).toBe(200);
  });

  it('leaves its trace, without the subject or the address', async () => {
    const member = await makeMember();
    const person = personOf(member);
    await new Browser().signIn(person);
    const { entries } = await hexiao.call<{ entries: { call: string; subject: string }[] }>(
      ...([
        'GET',
        `/v1/audit?from=2025-10-01&to=2025-12-31&actor=member/${member.memberId}`,
      ] as const),
    );
    expect(entries.map(({ call, subject }) => [call, subject])).toEqual([
      ['GET /sign-in/oidc/callback', `session/member/${member.memberId}`],
    ]);
    const text = JSON.stringify(await scanAll(hexiao.emulators.database));
    expect(text).not.toContain(person.sub);
  });
});

describe('a subject', () => {
  it('is the member’s from the first time on, whatever the address becomes there', async () => {
    const person = personOf(await makeMember());
    await new Browser().signIn(person);
    const browser = new Browser();
    const other = { ...person, email: 'another@example.com', emailVerified: false };
    expect((await browser.signIn(other)).status).toBe(200);
    expect(browser.isSignedIn).toBe(true);
  });

  it('that is another one with the same address is not that member', async () => {
    const member = await makeMember();
    await new Browser().signIn(personOf(member));
    const browser = new Browser();
    await expectRefused(await browser.signIn(personOf(member)), browser, 'oidc.another');
    // Until the owner gives the member an address anew.
    const path = `/v1/members/${member.memberId}`;
    await hexiao.call('PATCH', path, { email: `new-${member.email}` });
    const anew = { ...personOf(member), email: `new-${member.email}` };
    expect((await browser.signIn(anew)).status).toBe(200);
  });

  it('is never shown, nor is what it is kept as', async () => {
    const member = await makeMember();
    await new Browser().signIn(personOf(member));
    const listed = await ask(hexiao, 'GET', `/v1/members?providerId=${tenant.providerId}`);
    expect(listed.text).toContain(member.memberId);
    expect(listed.text).not.toContain('subject');
  });
});

describe('nobody is let in', () => {
  const wrong: [string, Misdeeds][] = [
    ['a nonce that is another’s', { claims: { nonce: 'another' } }],
    ['no nonce', { claims: { nonce: undefined } }],
    ['a token for another client', { claims: { aud: 'another-client' } }],
    ['a token of another issuer', { claims: { iss: 'https://evil.example' } }],
    ['a token that is over', { claims: { exp: 1_000 } }],
    ['a token that nobody signed (alg: none)', { signature: 'none' }],
    ['a token signed by a key that the issuer has not published', { signature: 'forged' }],
  ];
  it.each(wrong)('by %s', async (_what, misdeeds) => {
    const member = await makeMember();
    for (const language of ['zh', 'en']) {
      const browser = new Browser();
      browser.language = language;
      const before = await expectSessions();
      const reply = await browser.signIn(personOf(member), misdeeds);
      expect(await expectRefused(reply, browser, 'oidc.invalid')).toBe(before);
    }
    // The same person, when all is right.
    const browser = new Browser();
    await browser.signIn(personOf(member));
    expect(browser.isSignedIn).toBe(true);
  });

  const expectSessions = async () =>
    (await scanAll(hexiao.emulators.database)).filter(({ pk }) => String(pk).startsWith('SESSION#'))
      .length;

  it('by a state that is not this browser’s', async () => {
    issuer.person = personOf(await makeMember());
    const [one, two] = [new Browser(), new Browser()];
    const [ofOne, ofTwo] = [await one.goThere(), await two.goThere()];
    expect(ofOne).not.toBe(ofTwo);
    await expectRefused(await two.open(ofOne), two, 'oidc.elsewhere');
    // And the way back once more: it is over with the first answer.
    await expectRefused(await two.open(ofTwo), two, 'oidc.elsewhere');
    const nobody = new Browser();
    await expectRefused(await nobody.open(ofOne), nobody, 'oidc.elsewhere');
  });

  it('by a code that is over', async () => {
    issuer.person = personOf(await makeMember());
    const browser = new Browser();
    const back = await browser.goThere();
    issuer.expireCodes();
    await expectRefused(await browser.open(back), browser, 'oidc.expired');
  });

  it('who said no there', async () => {
    const browser = new Browser();
    const reply = await browser.signIn(personOf(await makeMember()), { isDenied: true });
    await expectRefused(reply, browser, 'oidc.denied');
  });

  it('by an address that nobody has verified', async () => {
    const member = await makeMember();
    for (const emailVerified of [false, 'false', undefined]) {
      const browser = new Browser();
      const person = { sub: fresh('sub'), email: member.email };
      const reply = await browser.signIn(
        emailVerified === undefined ? person : { ...person, emailVerified },
      );
      await expectRefused(reply, browser, 'oidc.unverified');
    }
  });

  it('who is no member, and none is made', async () => {
    const before = await hexiao.call('GET', `/v1/members?providerId=${tenant.providerId}`);
    const browser = new Browser();
    const person = { sub: fresh('sub'), email: 'stranger@example.com', emailVerified: true };
    await expectRefused(await browser.signIn(person), browser, 'oidc.unknown');
    const { email: _mail, ...without } = person;
    await expectRefused(await browser.signIn(without), browser, 'oidc.unknown');
    expect(await hexiao.call('GET', `/v1/members?providerId=${tenant.providerId}`)).toEqual(before);
  });

  it('who was removed, whose session is over too', async () => {
    const member = await makeMember();
    const person = personOf(member);
    const browser = new Browser();
    await browser.signIn(person);
    expect((await browser.open('/')).text).not.toContain('action="/sign-in"');
    await ask(hexiao, 'DELETE', `/v1/members/${member.memberId}`);
    expect((await browser.open('/')).text).toContain('action="/sign-in"');
    browser.cookies.clear();
    await expectRefused(await browser.signIn(person), browser, 'oidc.removed');
    // Added again with the address, they are let in again.
    const body = { providerId: tenant.providerId, name: 'x', email: member.email, role: 'viewer' };
    await hexiao.call('POST', '/v1/members', body);
    expect((await browser.signIn(person)).status).toBe(200);
  });

  it('whose address is of two members', async () => {
    const member = await makeMember();
    const other = await makeTenant(hexiao);
    const body = { providerId: other.providerId, name: 'x', email: member.email, role: 'viewer' };
    await hexiao.call('POST', '/v1/members', body);
    const browser = new Browser();
    await expectRefused(await browser.signIn(personOf(member)), browser, 'oidc.several');
  });

  it('while the issuer is out of reach, and nobody is held up for it', async () => {
    const down = await OidcIssuer.start('ES256', clock.now);
    const at = hexiao.another({ oidc: settingsOf(down.url) });
    const browser = new Browser();
    await down.stop();
    for (let tries = 0; tries < 25; tries += 1) {
      const reply = await browser.open('/sign-in/oidc', at);
      await expectRefused(reply, browser, 'oidc.down', 503);
    }
  });

  it('by a key that was changed, and whoever signs by the new one is', async () => {
    issuer.person = personOf(await makeMember());
    const [early, late] = [new Browser(), new Browser()];
    const back = await early.goThere();
    issuer.rotate('ES256');
    // Its token is signed when the code is used, so by the new key, which was published in between.
    expect((await early.open(back)).status).toBe(200);
    issuer.misdeeds = { signature: 'forged' };
    await expectRefused(await late.open(await late.goThere()), late, 'oidc.invalid');
  });

  it('who was wrong twenty times in ten minutes', async () => {
    const browser = new Browser();
    const member = await makeMember();
    for (let tries = 0; tries < 20; tries += 1) {
      expect((await browser.open('/sign-in/oidc/callback?code=x&state=y')).status).toBe(401);
      clock.ms += 1_000;
    }
    const refused = await browser.open('/sign-in/oidc');
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    clock.ms += 11 * MINUTE_MS;
    expect((await browser.signIn(personOf(member))).status).toBe(200);
  });
});
