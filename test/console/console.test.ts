import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_CITY, DEMO_PROVIDERS } from '../../infra/local/demo/city.ts';
import { DEMO_LEADS } from '../../infra/local/demo/leads.ts';
import { OTHER_MERCHANTS } from '../../infra/local/demo/others.ts';
import { DEMO_MEMBERS } from '../../infra/local/demo/people.ts';
import { DEMO_PROGRAMMES } from '../../infra/local/demo/programmes.ts';
import { DEMO_CATEGORIES } from '../../infra/local/demo/seed.ts';
import { amount } from '../../lib/i18n/format.ts';
import { rollUpEntries } from '../../lib/ledger/rollup.ts';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../support/browser.ts';
import { OPERATOR_TOKEN } from '../support/hexiao.ts';
import { runs } from '../support/long.ts';
import { type ConsolePage, pagesOf, THEMES, TIGHT_WIDTHS, WIDTHS } from './pages.ts';
import { type Stage, signInTo, startStage, VIEWER } from './stage.ts';

/** Enough for two periods of a week and a course by day. */
const DAYS = 9;

let stage: Stage;
let all: ConsolePage[];
let session: string;
let operators: string;

const sessionOf = ({ isOperators }: Pick<ConsolePage, 'isOperators'>) =>
  isOperators ? operators : session;

beforeAll(async () => {
  stage = await startStage(DAYS, 0.7);
  all = await pagesOf(stage);
  session = await signInTo(stage.url, stage.tokens[VIEWER] ?? '');
  operators = await signInTo(stage.url, OPERATOR_TOKEN);
});

afterAll(() => stage?.stop());

async function read(path: string, lang = 'zh', own = session): Promise<string> {
  const cookie = `hexiao_session=${own}; hexiao_lang=${lang}`;
  const reply = await stage.hexiao.api.request(path, { headers: { cookie, accept: 'text/html' } });
  expect(reply.status, path).toBe(path === '/nowhere' ? 404 : 200);
  return reply.text();
}

const textOf = (html: string) => html.replaceAll(/<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');

/** Yuan as a page has them → fen. */
const fenOf = (text: string) =>
  Math.round(Number(text.replaceAll(',', '').replace('\u2212', '-')) * 100);

/** The numbers of the cards at the top, as they are read. */
function figuresOf(html: string): string[] {
  return [...html.matchAll(/<span class="v">(.*?)<i>/g)].map((found) =>
    textOf(found[1] ?? '').replaceAll(' ', ''),
  );
}

describe('the sums of the demo', () => {
  it.each(['week', 'month'])(
    'agree on all pages, and with the ledger, over the %s',
    async (period) => {
      // Prepare: the ledger itself
      const from = period === 'week' ? '2026-11-30' : '2026-11-01';
      const own = (await stage.hexiao.entries()).filter(
        ({ providerId, businessDay }) => providerId === VIEWER && businessDay >= from,
      );
      const ledger = rollUpEntries(own);
      expect(ledger.redeemedCount).toBeGreaterThan(0);
      // The overview's figures are the ledger's.
      const overview = await read(`/?period=${period}`);
      const figures = figuresOf(overview);
      expect(figures).toEqual([
        amount(ledger.redeemedFen),
        amount(ledger.paidFen),
        String(ledger.redeemedCount),
        amount(ledger.refundedFen),
        amount(ledger.commissionFen),
      ]);
      // Each dimension of the shares comes to it.
      const groups = overview.slice(overview.indexOf('class="tb shares"')).split('<tbody').slice(1);
      expect(groups.length).toBe(3);
      for (const group of groups.map((one) => one.slice(0, one.indexOf('</tbody>')))) {
        const shares = [...group.matchAll(/<td role="cell" class="n">([\d,.\u2212]+)<\/td>/g)];
        expect(shares.reduce((sum, found) => sum + fenOf(found[1] ?? ''), 0)).toBe(
          ledger.redeemedFen,
        );
      }
      // The rows of the stores come to the same, and so does their last line.
      const stores = await read(`/stores?period=${period}`);
      const rows = [...stores.matchAll(/class="n m">([\d,.\u2212]+)<\/td>/g)].map((found) =>
        fenOf(found[1] ?? ''),
      );
      const total = rows.pop();
      expect(total).toBe(ledger.redeemedFen);
      expect(rows.reduce((sum, fen) => sum + fen, 0)).toBe(ledger.redeemedFen);
      // And the pages of the stores, each its row.
      const links = [...stores.matchAll(/href="(\/stores\/[^"]+)"/g)].map(
        (found) => found[1] ?? '',
      );
      // But for what is no store's, which stands last and leads nowhere.
      const isRest = stores.includes('未知门店的核销与阶梯结算');
      expect(links.length).toBe(rows.length - (isRest ? 1 : 0));
      for (const [at, link] of links.entries()) {
        const [redeemed = ''] = figuresOf(await read(link.replaceAll('&amp;', '&')));
        expect(fenOf(redeemed), link).toBe(rows[at]);
      }
    },
  );

  it('agree between the lines of a store and its figures', async () => {
    const html = await read('/stores/douyin/6600000000000001010?period=month');
    let [path, sum] = ['/stores/douyin/6600000000000001010?period=month', 0];
    for (let pages = 0; path !== '' && pages < 20; pages += 1) {
      const page = await read(path);
      const lines = [...page.matchAll(/class="n m">(.*?)<\/td>/g)];
      sum += lines.reduce((fen, found) => fen + fenOf(textOf(found[1] ?? '').trim()), 0);
      path = (/href="([^"]+)#rows" rel="next"/.exec(page)?.[1] ?? '').replaceAll('&amp;', '&');
    }
    expect(path).toBe('');
    expect(amount(sum)).toBe(figuresOf(html)[0]);
  });
});

describe('the words', () => {
  /** Data, which is not translated: names of merchants, stores and providers, cities, and what was typed of leads; the longest first. */
  const DATA = [
    ...DEMO_PROVIDERS.map(({ name }) => name),
    ...[...DEMO_CITY, ...OTHER_MERCHANTS.map(({ merchant }) => merchant)].flatMap(
      ({ name, stores, products }) => [
        ...stores.flatMap((store) => [store.name, store.city]),
        ...[...products.map((product) => product.name), name],
      ],
    ),
    ...DEMO_CATEGORIES,
    ...DEMO_MEMBERS.map(({ name }) => name),
    ...DEMO_PROGRAMMES.flatMap(({ name, tracks, tiers }) => [
      ...[name, ...tracks.flatMap((one) => [one.name, one.category, one.certificate])],
      ...tiers.flatMap((tier) => [tier.name, ...tier.benefits]),
    ]),
    ...DEMO_LEADS.flatMap(({ name, city, category, source }) => [name, city, category, source]),
  ].toSorted((a, b) => b.length - a.length);

  it('of an English page are English, but for names and the other language', async () => {
    const faults: string[] = [];
    for (const one of all) {
      const { name, path } = one;
      let html = (await read(path, 'en', sessionOf(one)))
        .replaceAll('中文</a>', '</a>')
        .replaceAll('核销 Hexiao', '')
        .replaceAll('Hexiao 核销', '');
      for (const own of DATA) html = html.replaceAll(own, '');
      const chinese = html.match(/[^<>"]*[\u3000-\u9fff\uff00-\uffef][^<>"]*/g) ?? [];
      // A Chinese face draws curly quotes full-width.
      const curly = html.match(/[\u2018\u2019\u201c\u201d]/g) ?? [];
      faults.push(...[...chinese, ...curly].map((found) => `${name}: ${found}`));
    }
    expect(faults).toEqual([]);
  });

  it('have no hole that nothing filled, in either language', async () => {
    const faults: string[] = [];
    for (const lang of ['zh', 'en']) {
      for (const one of all) {
        const { name, path } = one;
        const page = await read(path, lang, sessionOf(one));
        // A route's own braces are data.
        const text = textOf(page.replaceAll(/<span class="id wrap">.*?<\/span>/g, ''));
        const holes = text.match(/\{[a-z]+\}|undefined|NaN|\[object/g) ?? [];
        faults.push(...holes.map((hole) => `${name} in ${lang}: ${hole}`));
      }
    }
    expect(faults).toEqual([]);
  });
});

// Where there is no Chromium the pages are still tested as HTML.
describe.runIf(CHROMIUM !== undefined)('the console in a real browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: CHROMIUM_ARGUMENTS });
  });

  afterAll(() => browser?.close());

  /** A page of somebody, in a browser that is signed in as they are. */
  async function become(context: BrowserContext, one: ConsolePage): Promise<void> {
    await context.addCookies([{ name: 'hexiao_session', value: sessionOf(one), url: stage.url }]);
  }

  async function open(lang: string, theme: (typeof THEMES)[number]): Promise<BrowserContext> {
    const context = await browser.newContext({ colorScheme: theme, reducedMotion: 'reduce' });
    await context.addCookies([
      { name: 'hexiao_session', value: session, url: stage.url },
      { name: 'hexiao_lang', value: lang, url: stage.url },
    ]);
    return context;
  }

  /** Rules that are most of what axe costs. */
  const COLOURS = ['color-contrast', 'link-in-text-block'];

  /**
   * Both themes have the same page in other colours, and both languages the same colours with other words: what one
   * has shown is not looked at again in the other, but in a run twice as long as the long one (HEXIAO_LONG=2).
   */
  const RULES: Readonly<Record<string, object | undefined>> = {
    'zh light': {},
    'zh dark': { runOnly: COLOURS },
    'en light': { rules: Object.fromEntries(COLOURS.map((id) => [id, { enabled: false }])) },
    'en dark': undefined,
  };

  async function violations(page: Page, look: string): Promise<string[]> {
    const rules = runs(1) > 1 ? {} : RULES[look];
    if (rules === undefined) return [];
    const options = JSON.stringify({ ...rules, resultTypes: ['violations'] });
    const found = (await page.evaluate(
      `axe.run(document, ${options}).then(({ violations }) =>
        violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map((node) => node.html).join(' | ')))`,
    )) as string[];
    return found;
  }

  describe.each([
    ['zh', THEMES],
    ['en', THEMES],
  ] as const)('in %s', (lang, themes) => {
    it.each(themes)(
      'and %s has no page that axe objects to, that is wider than the screen, or that breaks its policy',
      async (theme) => {
        const context = await open(lang, theme);
        const page = await context.newPage();
        const complaints: string[] = [];
        page.on('console', (message) => {
          // An address that leads nowhere is a page with its status.
          const isMissing = message.text().includes('404') && page.url().endsWith('/nowhere');
          if (message.type() === 'error' && !isMissing) complaints.push(message.text());
        });
        page.on('pageerror', (error) => complaints.push(String(error)));
        // All bad pages are named at once: the first would hide the others.
        const faults: string[] = [];
        for (const one of all) {
          const { name, path } = one;
          await become(context, one);
          await page.goto(`${stage.url}${path}`);
          await page.evaluate(axe.source);
          for (const width of [...WIDTHS, ...TIGHT_WIDTHS]) {
            await page.setViewportSize({ width, height: 900 });
            const wider = Number(
              await page.evaluate('document.documentElement.scrollWidth - innerWidth'),
            );
            if (!(wider <= 0)) faults.push(`${name} at ${width}: ${wider} px too wide`);
            if (!WIDTHS.some((own) => own === width)) continue;
            for (const found of await violations(page, `${lang} ${theme}`))
              faults.push(`${name} at ${width}: ${found}`);
          }
        }
        expect(faults).toEqual([]);
        expect(complaints).toEqual([]);
        await context.close();
      },
    );
  });

  it('opens its navigation on a phone, by keyboard, and goes where it says', async () => {
    const context = await open('zh', 'light');
    const page = await context.newPage();
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto(`${stage.url}/`);
    expect(await page.isVisible('#nav')).toBe(false);
    await page.focus('#menu');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#nav', { state: 'visible' });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${stage.url}/stores`);
    await context.close();
  });

  it('turns dark by its switch, without a flash of light, and back', async () => {
    const context = await open('zh', 'light');
    const page = await context.newPage();
    const colour = 'getComputedStyle(document.body).backgroundColor';
    await page.goto(`${stage.url}/stores?period=week`);
    const light = await page.evaluate(colour);
    await page.click('header a[href*="theme=dark"]');
    await page.waitForSelector('html[data-theme=dark]');
    expect(page.url()).toBe(`${stage.url}/stores?period=week`);
    expect(await page.evaluate(colour)).not.toBe(light);
    await page.click('header a[href*="theme=light"]');
    await page.waitForSelector('html[data-theme=light]');
    expect(await page.evaluate(colour)).toBe(light);
    await context.close();
  });

  it('shifts nothing while it loads', async () => {
    const context = await open('zh', 'light');
    const page = await context.newPage();
    await page.addInitScript(`window.shifts = 0;
      new PerformanceObserver((list) => { for (const one of list.getEntries()) window.shifts += one.value; })
        .observe({ type: 'layout-shift', buffered: true });`);
    for (const one of all) {
      const { name, path } = one;
      await become(context, one);
      // What moves by itself moves at each load; a parser that paused on a busy machine does not.
      let least = Number.POSITIVE_INFINITY;
      for (let load = 0; load < 3 && least > 0; load += 1) {
        await page.goto(`${stage.url}${path}`, { waitUntil: 'networkidle' });
        least = Math.min(least, Number(await page.evaluate('window.shifts')));
      }
      expect(least, name).toBe(0);
    }
    await context.close();
  });

  it("takes a contract from its form through a dry run to the operator's signature", async () => {
    const context = await open('zh', 'light');
    const page = await context.newPage();
    const merchantId = '7300000000000001020';
    const path = `${stage.url}/operator/contracts`;
    await become(context, { name: 'operator', path: '/operator', isOperators: true });
    await page.goto(path);
    const form = 'form:has(input[name=act][value=try])';
    await page.selectOption(`${form} select[name=providerId]`, 'demo-qingteng');
    await page.selectOption(`${form} select[name=mode]`, 'special');
    const fields = {
      merchantId,
      startsAt: '2026-11-24',
      share: '100',
      rate: '3',
      channels: 'live',
    };
    for (const [name, value] of Object.entries(fields)) {
      await page.fill(`${form} input[name=${name}]`, value);
    }
    await page.click(`${form} button`);
    await page.waitForURL(/trial=/);
    // The page follows its dry run, and then offers to sign what was tried.
    const sign = page.locator('form:has(input[name=act][value=sign]) button');
    await stage.hexiao.settleUntil(() => sign.isVisible());
    const rows = await page.locator('[data-live=trial] tbody tr').allTextContents();
    expect(rows.length).toBe(2);
    expect(rows.find((row) => row.includes('demo-qingteng'))).toContain('+');
    expect(rows.find((row) => row.includes(VIEWER))).toContain('\u2212');
    const contractsOf = async () => {
      const at = `/v1/contracts?platform=douyin&merchantId=${merchantId}`;
      type Answer = { contracts: { providerId: string; rateBp: number }[] };
      const { contracts } = await stage.hexiao.call<Answer>('GET', at);
      return contracts.filter(({ providerId }) => providerId === 'demo-qingteng');
    };
    expect(await contractsOf()).toEqual([]);
    await sign.click();
    await page.waitForURL(/merchantId=/);
    expect(await contractsOf()).toMatchObject([{ rateBp: 300 }]);
    expect(await page.textContent('main')).toContain('2.douyin.7300000000000001020');
    await context.close();
  });

  it("takes a dispute from a provider's voucher to the operator's answer, and back", async () => {
    const own = (await stage.hexiao.entries()).filter(({ providerId }) => providerId === VIEWER);
    // Another one than the voucher of the pages' own dispute.
    const { voucherId } =
      own.findLast(({ kind, loop }) => kind === 'redemption' && loop === 'closed') ?? {};
    const context = await open('zh', 'light');
    const page = await context.newPage();
    await page.goto(`${stage.url}/vouchers/douyin/${voucherId}`);
    const raise = 'form:has(input[name=act][value=raise])';
    await page.fill(`${raise} input[name=reason]`, '主播当天在我方直播间');
    await page.click(`${raise} button`);
    await page.waitForURL(/disputes\?id=/);
    expect(await page.textContent('main')).toContain('等运营方答复');
    const id = new URL(page.url()).searchParams.get('id') ?? '';

    const operator = await open('zh', 'light');
    await become(operator, { name: 'operator', path: '/operator', isOperators: true });
    const other = await operator.newPage();
    await other.goto(`${stage.url}/operator/disputes`);
    await other.click(`a[href*="${encodeURIComponent(id)}"]`);
    const refuse = 'form:has(input[name=act][value=refuse])';
    await other.fill(`${refuse} input[name=reason]`, '那天的直播不在合同范围内');
    await other.click(`${refuse} button`);
    await other.waitForURL(/id=/);

    // The provider's page is still open, and follows.
    await page.getByText('那天的直播不在合同范围内').first().waitFor();
    expect(await page.textContent('main')).toContain('已拒');
    await operator.close();
    await context.close();
  });

  it('ends a dispute that the operator accepts in a restatement, which both sides see', async () => {
    const CLAIMANT = 'demo-qingteng';
    const entries = await stage.hexiao.entries();
    const { voucherId, merchantId, storeId, amountFen } =
      entries.find(
        (one) =>
          one.providerId === VIEWER &&
          one.kind === 'redemption' &&
          one.loop === 'closed' &&
          one.occurredAt > '2026-11-2' &&
          !one.merchantId.endsWith('1020') &&
          one.storeId !== '6600000000000001010',
      ) ?? {};
    const fenOf = async (providerId: string) =>
      (await stage.hexiao.entries())
        .filter((one) => one.providerId === providerId && one.voucherId === voucherId)
        .filter(({ kind }) => kind === 'redemption')
        .reduce((sum, one) => sum + one.amountFen, 0);
    expect([await fenOf(VIEWER), await fenOf(CLAIMANT)]).toEqual([amountFen, 0]);
    // What makes it theirs was signed long after.
    await stage.hexiao.call('POST', '/v1/contracts', {
      ...{ providerId: CLAIMANT, platform: 'douyin', merchantId, mode: 'special' },
      ...{ shareBp: 10_000, rateBp: 300, scope: { stores: [storeId] } },
      startsAt: '2026-11-01T00:00:00+08:00',
    });
    const claimant = await open('zh', 'light');
    const value = await signInTo(stage.url, stage.tokens[CLAIMANT] ?? '');
    await claimant.addCookies([{ name: 'hexiao_session', value, url: stage.url }]);
    const page = await claimant.newPage();
    await page.goto(`${stage.url}/vouchers/douyin/${voucherId}`);
    const raise = 'form:has(input[name=act][value=raise])';
    await page.fill(`${raise} input[name=reason]`, '这家店十一月起归我们');
    await page.click(`${raise} button`);
    await page.waitForURL(/disputes\?id=/);
    const id = new URL(page.url()).searchParams.get('id') ?? '';

    const operator = await open('zh', 'light');
    await become(operator, { name: 'operator', path: '/operator', isOperators: true });
    const other = await operator.newPage();
    await other.goto(`${stage.url}/operator/disputes?state=open`);
    await other.click(`a[href*="${encodeURIComponent(id)}"]`);
    const accept = 'form:has(input[name=act][value=accept])';
    await other.fill(`${accept} input[name=reason]`, '合同补签，从十一月起');
    await other.click(`${accept} button`);
    const done = (seen: Page) => seen.getByText('已接受，账目已更正').first();
    await stage.hexiao.settleUntil(() => done(page).isVisible());

    // Both pages follow by themselves, and say the same.
    for (const seen of [page, other]) {
      await done(seen).waitFor();
      const trail = await seen.locator('[data-live=dispute] tbody tr').allTextContents();
      expect(trail.join('\n')).toMatch(/提出[\s\S]*接受[\s\S]*重述完成/);
    }
    expect([await fenOf(VIEWER), await fenOf(CLAIMANT)]).toEqual([0, amountFen]);
    // Whose it is now sees the voucher with what it was worth.
    await page.goto(`${stage.url}/vouchers/douyin/${voucherId}`);
    expect(await page.textContent('main')).toContain(((amountFen ?? 0) / 100).toFixed(2));
    await operator.close();
    await claimant.close();
  });

  it('looks into a chart, with what that needs loaded by the press alone, and back', async () => {
    const context = await open('zh', 'light');
    const page = await context.newPage();
    const loaded: string[] = [];
    page.on('response', (response) => loaded.push(new URL(response.url()).pathname));
    await page.goto(stage.url);
    const zoom = page.getByRole('button', { name: '放大' });
    await zoom.waitFor();
    expect(loaded.filter((path) => path.includes('uplot'))).toEqual([]);
    await zoom.press('Enter');
    const drawn = page.locator('.zoomed canvas');
    await drawn.waitFor();
    expect(loaded.filter((path) => path.includes('uplot'))).toHaveLength(2);
    expect(await page.locator('.ch').isVisible()).toBe(false);
    const axis = () =>
      drawn.evaluate((own) => (own as { toDataURL(): string } & object).toDataURL());
    const whole = await axis();
    await page.locator('.zoomed').press('+');
    await page.waitForTimeout(100);
    expect(await axis()).not.toBe(whole);
    await zoom.press('Enter');
    expect(await page.locator('.ch').isVisible()).toBe(true);
    await context.close();
  });

  it('puts a redemption on an open page by itself, marked as new', async () => {
    const context = await open('zh', 'light');
    const page = await context.newPage();
    await page.goto(`${stage.url}/stores/douyin/6600000000000001010?period=today`);
    const before = await page.textContent('.fig .v');
    await stage.redeem('6600000000000001010');
    await page.waitForSelector('tr.new');
    expect(await page.textContent('tr.new')).toContain('268.00');
    expect(await page.textContent('.fig .v')).not.toBe(before);
    await context.close();
  });
});
