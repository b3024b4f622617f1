import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../support/browser.ts';
import { OPERATOR_TOKEN } from '../support/hexiao.ts';
import { pdfPages } from '../support/pdf-text.ts';
import { type Stage, signInTo, startStage, VIEWER } from './stage.ts';

/** Pictures go here where somebody wants to look at them. */
const PICTURES = process.env.PICTURES;

describe.runIf(CHROMIUM !== undefined)('a statement in a real browser', () => {
  let stage: Stage;
  let browser: Browser;
  let finance: Page;
  let operator: Page;

  beforeAll(async () => {
    stage = await startStage(3, 0.5);
    browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: CHROMIUM_ARGUMENTS });
    const body = { name: '财务', role: 'finance', providerId: VIEWER };
    const { token } = await stage.hexiao.call<{ token: string }>('POST', '/v1/tokens', body);
    finance = await signedIn(token);
    operator = await signedIn(OPERATOR_TOKEN);
  });

  afterAll(async () => {
    await browser?.close();
    await stage?.stop();
  });

  async function signedIn(token: string): Promise<Page> {
    const context: BrowserContext = await browser.newContext({ locale: 'zh-CN' });
    const value = await signInTo(stage.url, token);
    await context.addCookies([{ name: 'hexiao_session', value, url: stage.url }]);
    return context.newPage();
  }

  const operators = () => `${stage.url}/operator/statements/2026-10.${VIEWER}`;

  it('is disputed by finance, answered by the operator, confirmed, invoiced and paid', async () => {
    // Finance disputes a line.
    await finance.goto(`${stage.url}/statements/2026-10`);
    expect(await finance.textContent('.due')).toContain('结账不等于付款');
    await finance.click('.lines .fold summary >> nth=0');
    await finance.fill('.lines .fold[open] input[name=reason]', '这笔已退款');
    await finance.click('.lines .fold[open] button');
    await finance.waitForSelector('[role=status]:has-text("异议已提出")');
    expect(await finance.textContent('.life')).toContain('1 条有异议');
    // It cannot be confirmed by a page that was open before.
    expect(await finance.locator('button:text-is("确认本单")').count()).toBe(0);
    // The operator answers.
    await operator.goto(`${stage.url}/operator/statements`);
    await operator.click(`main a[href="/operator/statements/2026-10.${VIEWER}"]`);
    await operator.waitForSelector('input[name=verdict][value=refuse]', { state: 'attached' });
    const form = operator.locator('form:has(input[name=verdict][value=refuse])');
    await form.locator('input[name=reason]').fill('平台记录为已核销');
    await form.locator('button').click();
    await operator.waitForSelector('[role=status]:has-text("已答复")');
    // Finance confirms, and records the invoice.
    await finance.goto(`${stage.url}/statements/2026-10`);
    expect(await finance.textContent('main')).toContain('平台记录为已核销');
    await finance.click('button:text-is("确认本单")');
    await finance.waitForSelector('[role=status]:has-text("都不等于付款")');
    const due = (await finance.textContent('.due .big >> nth=0')) ?? '';
    await finance.click('summary:text-is("登记发票")');
    await finance.fill('input[name=number]', '26502000000013774208');
    await finance.fill('input[name=date]', '2026-11-06');
    await finance.fill('input[name=yuan]', `${due}9`);
    await finance.click('.acts form button:text-is("登记")');
    // What is wrong is said, and what was typed stays.
    await finance.waitForSelector('[role=alert]');
    expect(await finance.inputValue('input[name=number]')).toBe('26502000000013774208');
    await finance.fill('input[name=yuan]', due);
    await finance.click('.acts form button:text-is("登记")');
    await finance.waitForSelector('[role=status]:has-text("发票已登记")');
    // The operator pays.
    await operator.goto(operators());
    await operator.click('summary:text-is("登记付款")');
    await operator.fill('form:has(input[value=pay]) input[name=reference]', 'CMB-1120-88317');
    await operator.fill('form:has(input[value=pay]) input[name=date]', '2026-11-20');
    await operator.fill('form:has(input[value=pay]) input[name=yuan]', '1.00');
    await operator.click('form:has(input[value=pay]) button');
    await operator.waitForSelector('[role=status]:has-text("付款已登记")');
    expect(await operator.textContent('.life')).toContain('部分已付');
    expect(await operator.textContent('.due')).toContain('CMB-1120-88317');
  });

  it.each([
    ['light', 1440, 'zh'],
    ['dark', 390, 'en'],
    ['light', 390, 'zh'],
    ['dark', 1440, 'en'],
  ] as const)(
    'has no fault for assistive technology, and fits: %s at %d in %s',
    async (theme, width, lang) => {
      for (const [page, path] of [
        [finance, '/statements/2026-10'],
        [operator, `/operator/statements/2026-10.${VIEWER}`],
        [operator, '/operator/statements'],
      ] as const) {
        await page.setViewportSize({ width, height: 900 });
        await page.emulateMedia({ colorScheme: theme, media: 'screen' });
        await page.goto(`${stage.url}${path}?lang=${lang}`);
        await page.evaluate(axe.source);
        const { violations } = (await page.evaluate('axe.run()')) as axe.AxeResults;
        expect(
          violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
          path,
        ).toEqual([]);
        const over = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        expect(over, path).toBeLessThanOrEqual(0);
        if (PICTURES !== undefined) {
          const name = `${path.replaceAll(/\W+/g, '-')}-${lang}-${width}-${theme}.png`;
          await page.screenshot({ path: `${PICTURES}/${name}`, fullPage: true });
        }
      }
    },
  );

  it('prints whole on A4: all lines, every column on the paper', async () => {
    await finance.setViewportSize({
      width: Math.floor(((210 - 2 * 12) * 96) / 25.4),
      height: 1_000,
    });
    await finance.goto(`${stage.url}/statements/2026-10.print?lang=zh`);
    await finance.emulateMedia({ media: 'print', colorScheme: 'dark' });
    const cells =
      (await finance.evaluate(`[...document.querySelectorAll('main th, main td')].map((cell) => {
      const { right, width } = cell.getBoundingClientRect();
      return { right, width, over: cell.scrollWidth - cell.clientWidth };
    })`)) as { right: number; width: number; over: number }[];
    const paper = (await finance.evaluate('document.documentElement.clientWidth')) as number;
    expect(cells.length).toBeGreaterThan(50);
    for (const { right, width, over } of cells) {
      expect(right).toBeLessThanOrEqual(paper + 0.5);
      expect(width).toBeGreaterThan(0);
      expect(over).toBeLessThanOrEqual(1);
    }
    const heads = await finance.locator('.lines th').allTextContents();
    for (const head of ['佣金（元）', '合同', '份额', '基数（元）']) expect(heads).toContain(head);
    const reply = await stage.hexiao.call<{
      totals: { entryCount: number };
      adjustments: { entryCount: number };
    }>(...(['GET', `/v1/statements/2026-10.${VIEWER}`] as const));
    const all = reply.totals.entryCount + reply.adjustments.entryCount;
    expect(await finance.locator('.lines tbody tr').count()).toBe(all);
    const pdf = await finance.pdf({ preferCSSPageSize: true });
    // What the paper says, read back from it: each column's head, and a line's amount from the first to the last.
    const papers = pdfPages(pdf);
    const text = papers.join('');
    const said = (cell: string) => cell.normalize('NFKC').replaceAll(/\s/g, '');
    for (const head of heads) expect(text, head).toContain(said(head));
    const cellsOf = (row: 'first' | 'last') =>
      finance.locator('.lines tbody tr')[row]().locator('td').allInnerTexts();
    for (const cell of [...(await cellsOf('first')), ...(await cellsOf('last'))]) {
      for (const word of cell.split(/\s+/)) expect(text, cell).toContain(said(word));
    }
    expect(papers.length).toBeGreaterThan(1);
    if (PICTURES !== undefined)
      await finance.screenshot({ path: `${PICTURES}/print.png`, fullPage: true });
  });
});
