import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { encode } from 'uqr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf } from '../../lib/integrations/douyin-life/sandbox/endpoints/till.ts';
import { Faults } from '../../lib/integrations/douyin-life/sandbox/faults.ts';
import {
  countingIds,
  sandboxApp,
  World,
} from '../../lib/integrations/douyin-life/sandbox/index.ts';
import { MERCHANT_SETTINGS, STORE, Till } from '../functions/api/till/support.ts';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../support/browser.ts';
import { pdfPages } from '../support/pdf-text.ts';
import { signInTo } from './stage.ts';

/** A clerk with a phone and a queue of guests, in a real browser. */

const APP_KEY = 'aw0000000000page';

let world: World;
let till: Till;
let server: ReturnType<typeof createAdaptorServer>;
let url: string;
let clerk: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;

beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  world = new World({ clientKey: APP_KEY, now: Date.now, nextId: countingIds() });
  world.addMerchant({ accountId: 'm1', name: '商家' });
  world.addStore({ accountId: 'm1', poiId: STORE, name: STORE, city: '上海' });
  const product = { accountId: 'm1', name: '双人锅 168', priceFen: 16_800 };
  world.addProduct({ ...product, productId: 'p1' });
  world.addProduct({ ...product, productId: 'card', name: '双人锅 次卡', timesCount: 3 });
  const shop = {
    ...({ integration: 'douyin-life', platform: 'douyin', appKey: APP_KEY } as const),
    ...{ secrets: { clientSecret: 'secret-of-the-till' }, settings: MERCHANT_SETTINGS },
  };
  const faults = new Faults();
  till = await Till.open(
    shop,
    sandboxApp({ world, clientSecret: 'secret-of-the-till', limits: {}, faults }),
  );
  const { hexiao } = till;
  await hexiao.call('PUT', `/v1/stores/douyin/${STORE}`, { name: '山城老火锅', merchantId: 'm1' });
  const made = { providerId: 'p1', name: 'clerk', role: 'clerk', stores: [`douyin/${STORE}`] };
  clerk = (await hexiao.call<{ token: string }>('POST', '/v1/tokens', made)).token;
  server = createAdaptorServer({ fetch: till.hexiao.api.fetch });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const session = await signInTo(url, clerk);
  browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: CHROMIUM_ARGUMENTS });
  context = await browser.newContext({
    ...{ locale: 'zh-CN', viewport: { width: 390, height: 844 } },
  });
  await context.addCookies([{ name: 'hexiao_session', value: session, url }]);
});

afterAll(async () => {
  await browser?.close();
  await new Promise<void>((resolve) => server?.close(() => resolve()));
  await till?.close();
});

function sell(productId = 'p1') {
  const order = world.sell({ productId, platformDiscountFen: 0, channel: '直播' });
  world.takeOutbox();
  const [certificate] = order.certificates;
  if (certificate === undefined) throw new Error('nothing was sold');
  const { certificateId } = certificate;
  const uses = () => world.find(certificateId).state.standing.length;
  return { code: codeOf(certificate), uses };
}

const stateOf = () => page.getAttribute('body', 'data-state');

async function open(): Promise<void> {
  await page?.close();
  page = await context.newPage();
  await page.goto(`${url}/`);
  expect(new URL(page.url()).pathname).toBe('/till');
}

async function lookUp(code: string): Promise<void> {
  // A scanner gun types and ends with Enter. Keys that come before the field has the focus are nobody's.
  await expect.poll(() => page.evaluate('document.activeElement?.id')).toBe('code');
  await page.keyboard.type(code);
  await going('/till/find', () => page.keyboard.press('Enter'));
}

async function press(): Promise<void> {
  await going('/till/re*', () => page.click('[data-press]'));
}

async function going(path: string, act: () => Promise<void>): Promise<void> {
  await Promise.all([page.waitForURL(`**${path}`), act()]);
}

const shown = () => page.innerText('main');

describe.runIf(CHROMIUM !== undefined)('a clerk at the till', () => {
  it('sees what the guest holds, redeems it, takes it back, and finds both in the list of today', async () => {
    await open();
    expect(await stateOf()).toBe('enter');
    const { code } = sell();
    await lookUp(code);
    expect(await stateOf()).toBe('found');
    expect(await shown()).toContain('双人锅 168');
    expect(await page.innerText('[data-sum]')).toBe('168.00 元');
    expect(await page.content()).not.toContain(code);
    await press();
    expect(await stateOf()).toBe('done');
    expect(await shown()).toContain('1 张 · 168.00 元');
    // What was done lies in the list, once it is booked.
    await till.hexiao.settle();
    await going('/till?store*', () => page.click('.ft a'));
    expect(await page.locator('.acts li').count()).toBe(1);
    expect(await shown()).toContain('1 笔，168.00 元');
    await going('/till/undo', () => page.click('.acts button'));
    expect(await stateOf()).toBe('undo');
    await press();
    expect(await stateOf()).toBe('undone');
    await till.hexiao.settle();
    await open();
    expect(await page.locator('.acts li').count()).toBe(2);
    expect(await shown()).toContain('2 笔，0.00 元');
    expect(await page.locator('.acts button').count()).toBe(0);
  });

  it('uses a card as often as the guest says', async () => {
    await open();
    await lookUp(sell('card').code);
    expect(await shown()).toContain('还剩 3 次');
    await page.click('button[data-step="1"]');
    await press();
    expect(await stateOf()).toBe('done');
    expect(await page.locator('dl dt').count()).toBe(4);
  });

  it('has a receipt of 80 mm printed where the device prints them, with nothing of the guest on it', async () => {
    await open();
    expect(await shown()).toContain('本机不打印小票');
    await page.click('.sw a');
    expect(await shown()).toContain('本机打印小票');
    await page.addInitScript('window.printed = 0; window.print = () => { window.printed += 1; };');
    const { code } = sell();
    await lookUp(code);
    await press();
    await expect.poll(() => page.evaluate('window.printed')).toBe(1);
    const [paper = '', ...more] = pdfPages(await page.pdf({ preferCSSPageSize: true }));
    expect(more).toEqual([]);
    for (const word of ['山城老火锅', '核销小票', '双人锅168', '168.00', '1张']) {
      expect(paper).toContain(word);
    }
    for (const word of [code, '下一位', '撤销']) expect(paper).not.toContain(word);
    await page.click('[data-print]');
    await expect.poll(() => page.evaluate('window.printed')).toBe(2);
    await page.goto(`${url}/till`);
    await page.click('.sw a');
    expect(await shown()).toContain('本机不打印小票');
  });

  it('reads why a voucher that was used cannot be redeemed, and nothing is redeemed twice', async () => {
    const { code, uses } = sell();
    await open();
    await lookUp(code);
    await press();
    await open();
    await lookUp(code);
    expect(await stateOf()).toBe('refused');
    expect(await shown()).toContain('不能核销');
    expect(uses()).toBe(1);
  });

  it('two tabs with one voucher redeem it once, and each says the truth', async () => {
    const { code, uses } = sell();
    await open();
    await lookUp(code);
    const other = await context.newPage();
    await other.goto(`${url}/till`);
    await other.fill('#code', code);
    await other.press('#code', 'Enter');
    await other.waitForLoadState();
    await Promise.all([
      ...[page, other].map(async (tab) => {
        await tab.click('[data-press]');
        await tab.waitForURL('**/till/redeem');
      }),
    ]);
    const states = await Promise.all(
      [page, other].map((tab) => tab.getAttribute('body', 'data-state')),
    );
    expect(states.filter((state) => state === 'done')).toHaveLength(1);
    expect(uses()).toBe(1);
    await other.close();
  });

  it('whose platform does not answer is told to wait, and the page finds out by itself', async () => {
    await open();
    const { code, uses } = sell();
    await lookUp(code);
    till.loses = { what: 'answer', of: '/certificate/verify/' };
    try {
      await press();
      expect(await stateOf()).toBe('asking');
    } finally {
      till.loses = null;
    }
    await page.waitForSelector('body[data-state=done]', { timeout: 60_000 });
    expect(uses()).toBe(1);
  });

  it('whose browser keeps its clipboard is told to type, in both languages', async () => {
    for (const [lang, text] of [
      ['zh', '请长按输入框粘贴'],
      ['en', 'Press the field long to paste'],
    ] as const) {
      await open();
      await page.goto(`${url}/till?lang=${lang}`);
      expect(await page.isVisible('#no-paste')).toBe(false);
      // Nobody gave this browser the right to read it.
      await page.click('#paste');
      await page.waitForSelector('#no-paste:not([hidden])');
      expect(await page.textContent('#no-paste')).toContain(text);
      expect(await page.evaluate('document.activeElement.id')).toBe('code');
    }
    await page.goto(`${url}/till?lang=zh`);
  });

  it('scans with the camera where the browser reads no codes by itself, with a reader from our origin alone', async () => {
    const { code } = sell();
    const folder = mkdtempSync(join(tmpdir(), 'hexiao-camera-'));
    const film = join(folder, 'code.y4m');
    writeFileSync(film, filmOf(code));
    const own = await chromium.launch({
      executablePath: CHROMIUM ?? '',
      args: [
        ...CHROMIUM_ARGUMENTS,
        ...['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
        `--use-file-for-fake-video-capture=${film}`,
      ],
    });
    try {
      const phone = await own.newContext({
        locale: 'zh-CN',
        viewport: { width: 390, height: 844 },
      });
      await phone.addCookies(await context.cookies());
      const tab = await phone.newPage();
      const [loaded, wrong]: [string[], string[]] = [[], []];
      tab.on('request', (request) => void loaded.push(request.url()));
      tab.on('console', (said) => void (said.type() === 'error' && wrong.push(said.text())));
      await tab.goto(`${url}/till`);
      expect(await tab.evaluate('typeof BarcodeDetector')).toBe('undefined');
      expect(loaded.filter((address) => address.includes('scan'))).toEqual([]);
      await tab.click('#scan');
      await tab.waitForURL('**/till/find');
      expect(await tab.getAttribute('body', 'data-state')).toBe('found');
      expect(await tab.innerText('main')).toContain('双人锅 168');
      expect(wrong).toEqual([]);
      expect(loaded.filter((address) => /scan\.3-2-2\.(js|wasm)$/.test(address))).toHaveLength(2);
      expect(
        loaded.filter((address) => !address.startsWith(url) && !address.startsWith('blob:')),
      ).toEqual([]);
      const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as {
        dependencies: Record<string, string>;
      };
      expect(dependencies['barcode-detector']).toBe('3.2.2');
    } finally {
      await own.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('without a network has no form, keeps no code, and gets the page back by itself', async () => {
    await open();
    await page.fill('#code', '12345678');
    await context.setOffline(true);
    await page.waitForSelector('#offline:not([hidden])');
    expect(await page.isVisible('#screen')).toBe(false);
    await context.setOffline(false);
    await page.waitForSelector('#screen:not([hidden])');
    const kept = await page.evaluate('JSON.stringify({ ...localStorage, ...sessionStorage })');
    expect(kept).toBe('{}');
  });

  it('without a script does the same', async () => {
    const bare = await browser.newContext({ javaScriptEnabled: false });
    await bare.addCookies(await context.cookies());
    const tab = await bare.newPage();
    await tab.goto(`${url}/till`);
    await tab.fill('#code', sell().code);
    await tab.click('button[type=submit]');
    await tab.click('[data-press]');
    expect(await tab.getAttribute('body', 'data-state')).toBe('done');
    await bare.close();
  });

  it('sees no other page, and no other store', async () => {
    await open();
    for (const path of ['/stores', '/statements', '/till?store=douyin/6602']) {
      const reply = await page.goto(`${url}${path}`);
      expect(reply?.status(), path).toBeGreaterThanOrEqual(403);
    }
  });
});

describe.runIf(CHROMIUM !== undefined)('every screen of the till', () => {
  it.each(['zh', 'en'])('has no fault that axe finds, and fits a phone: %s', async (lang) => {
    const faults: string[] = [];
    const look = async (what: string) => {
      await page.evaluate(axe.source);
      const found = (await page.evaluate(
        "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))",
      )) as string[];
      const wide = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
      if (wide > 0) faults.push(`${what}: ${wide} px too wide`);
      faults.push(...found.map((one) => `${what}: ${one}`));
    };
    await open();
    await page.goto(`${url}/till?lang=${lang}`);
    await look('enter');
    await lookUp(sell('card').code);
    await look('found');
    await press();
    await look('done');
    await going('/till/undo', () => page.click('.ft form button'));
    await look('undo');
    await press();
    await look('undone');
    await page.goto(`${url}/till`);
    await lookUp('00000000');
    await look('refused');
    expect(faults).toEqual([]);
  });
});

/** What a camera sees of a code on a guest's phone: a film of two pictures, YUV4MPEG2. */
function filmOf(code: string): Uint8Array {
  const [width, height, scale] = [640, 480, 10];
  const { data, size } = encode(code, { border: 4 });
  const luma = Buffer.alloc(width * height, 255);
  const [left, top] = [width, height].map((side) => Math.floor((side - size * scale) / 2));
  for (let y = 0; y < size * scale; y += 1) {
    for (let x = 0; x < size * scale; x += 1) {
      const isDark = data[Math.floor(y / scale)]?.[Math.floor(x / scale)] === true;
      if (isDark) luma[((top ?? 0) + y) * width + (left ?? 0) + x] = 16;
    }
  }
  const picture = Buffer.concat([
    Buffer.from('FRAME\n'),
    luma,
    Buffer.alloc((width * height) / 2, 128),
  ]);
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`);
  return Buffer.concat([head, picture, picture]);
}
