import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../support/browser.ts';
import { Client } from '../support/client.ts';
import { OPERATOR_TOKEN } from '../support/hexiao.ts';
import { type RunningHexiao, startProcess } from '../support/process.ts';
import { startSampleSandbox } from '../support/samples.ts';

// Where there is no Chromium the pages are still tested as HTML, in test/functions/api.
describe.runIf(CHROMIUM !== undefined)('the page in a real browser', () => {
  const data = mkdtempSync(join(tmpdir(), 'hexiao-page-'));
  let hexiao: RunningHexiao;
  let browser: Browser;
  let token: string;
  let platform: Awaited<ReturnType<typeof startSampleSandbox>>;

  beforeAll(async () => {
    platform = await startSampleSandbox();
    hexiao = await startProcess({
      HEXIAO_DATA: data,
      HEXIAO_DEMO: 'off',
      HEXIAO_OPERATOR_TOKEN: OPERATOR_TOKEN,
    });
    const client = new Client(hexiao.url);
    token = await client.registerSamples(platform.sandbox.url);
    platform.redeem();
    await client.postSample('order-pay-success');
    await client.postSample('certificate-verify');
    await client.idle();
    browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: CHROMIUM_ARGUMENTS });
  });

  afterAll(async () => {
    await browser?.close();
    hexiao?.kill('SIGTERM');
    await hexiao?.exited;
    await platform?.sandbox.stop();
    rmSync(data, { recursive: true, force: true });
  });

  it('signs a provider in, shows its stores and, a click further, the redemptions', async () => {
    const page = await browser.newPage({ locale: 'zh-CN' });
    await page.goto(`${hexiao.url}/`);
    await page.fill('input[name=token]', 'hxp_wrong');
    await page.click('main button');
    expect(await page.textContent('[role=alert]')).toContain('令牌无效');

    await page.fill('input[name=token]', token);
    await page.click('main button');
    await page.waitForSelector('.figs');
    expect(await page.textContent('main')).toContain('这段时间没有账目，请换个时间段');
    await page.click('.seg a:text-is("自定义")');
    await page.fill('input[name=from]', '2025-10-01');
    await page.fill('input[name=to]', '2025-10-31');
    await page.click('main form button');
    await page.waitForSelector('.fig .v:has-text("109.00")');
    // The figure is a link to the rows that make it.
    await page.click('.fig >> nth=0');
    await page.waitForSelector('tbody tr');
    const cells = await page.locator('tbody tr').first().locator('th, td').allTextContents();
    expect(cells.toSpliced(2, 1)).toEqual([
      ...['山月火锅(静安店) 上海', '抖音', '109.00', '上期没有核销'],
      ...['1', '0.00', '5.45'],
    ]);

    await page.click('tbody a');
    await page.waitForSelector('h1:text-is("山月火锅(静安店)")');
    const line = await page.locator('tbody tr').first().locator('th, td').allTextContents();
    const [time, kind, , channel, , fen, commission, status] = line;
    expect([time, kind, channel]).toEqual(['10-09 16:53:20', '核销', '直播']);
    expect([fen, commission, status]).toEqual(['109.00', '5.45', '已确认']);
    // And the row leads to the voucher, which says why.
    await page.click('tbody a.id');
    await page.click('details summary');
    expect(await page.textContent('details[open] .why')).toContain('代运营合同');
    await page.goBack();
    await page.waitForSelector('tbody tr');

    await page.click('header a[lang]');
    expect(await page.textContent('caption')).toBe('Redemptions');
    await page.click('.side button');
    await page.waitForSelector('input[name=token]');
    expect(await page.context().cookies()).not.toContainEqual(
      expect.objectContaining({ name: 'hexiao_session' }),
    );
    await page.close();
  });

  it('leads to its statements, which download for who is signed in and fit the paper', async () => {
    // Prepare: a closed month
    const operator = { authorization: `Bearer ${OPERATOR_TOKEN}` };
    const closing = await fetch(`${hexiao.url}/v1/statements/2025-10/close`, {
      ...{ method: 'POST', headers: operator, body: '{}' },
    });
    expect(closing.status).toBe(200);
    const page = await browser.newPage({ locale: 'zh-CN' });
    await page.goto(`${hexiao.url}/`);
    await page.fill('input[name=token]', token);
    await page.click('main button');
    // Act: from the first page to the list, from there to the statement
    await page.click('.side a[href="/statements"]');
    await page.click('main tbody a[href^="/statements/"]');
    await page.waitForSelector('.lines table');
    // Assess: its files
    for (const name of ['CSV', 'XLSX']) {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.click(`main a:text-is("${name}")`),
      ]);
      expect(download.suggestedFilename()).toBe(`statement-2025-10.${name.toLowerCase()}`);
      expect(await download.failure()).toBeNull();
    }
    // A4 less the margins, in CSS pixels
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: Math.floor(((210 - 2 * 12) * 96) / 25.4), height: 1_000 });
    // Then with ids as long as any can be.
    const longer = `document.querySelectorAll('.lines td').forEach((cell) => {
      const link = cell.querySelector('.id');
      if (link !== null) link.textContent = '${'7'.repeat(128)}';
    })`;
    const overflowing = `[...document.querySelectorAll('th, td')].filter((cell) =>
      cell.getBoundingClientRect().right > document.documentElement.clientWidth
      || cell.scrollWidth > cell.clientWidth + 1).length
      + Math.max(0, document.documentElement.scrollWidth - window.innerWidth)`;
    expect(await page.evaluate(overflowing)).toBe(0);
    // Nothing that makes a commission is left out on paper.
    const heads = await page.locator('.lines thead th:visible').allTextContents();
    expect(heads).toEqual(
      expect.arrayContaining(['基数（元）', '份额', '费率', '佣金（元）', '合同']),
    );
    const figures = await page.locator('.lines tbody tr').first().locator('td.n').allTextContents();
    expect(figures.length).toBe(5);
    await page.evaluate(longer);
    expect(await page.evaluate(overflowing), 'with the longest ids').toBe(0);
    expect((await page.pdf({ preferCSSPageSize: true })).length).toBeGreaterThan(1_000);
    await page.close();
  });
});
