import { chromium } from 'playwright-core';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../support/browser.ts';
import { withLocal } from './cloud/local.ts';
import { percentiles } from './support/percentiles.ts';

/**
 * How long after its webhook a redemption is a line on the page of its store that somebody has open in Chromium, in the
 * local run as `npm start` starts it, one after the other: `npm run bench -- page [vouchers=20]`. This machine's time.
 */
export async function run({ vouchers = '20' }: Readonly<Record<string, string>>): Promise<object> {
  if (CHROMIUM === undefined) throw new Error('Chromium is needed: HEXIAO_CHROMIUM names it.');
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
  try {
    const waits = await withLocal(async ({ url, poiId, call, sell }) => {
      const body = { name: 'bench', providerId: 'p1', role: 'viewer' };
      const { token } = (await call('POST', '/v1/tokens', body)) as { token: string };
      const signedIn = await fetch(`${url}/sign-in`, {
        ...{ method: 'POST', redirect: 'manual', body: new URLSearchParams({ token }) },
      });
      const session = /hexiao_session=([^;]+)/.exec(signedIn.headers.get('set-cookie') ?? '')?.[1];
      const context = await browser.newContext();
      await context.addCookies([{ name: 'hexiao_session', value: session ?? '', url }]);
      const page = await context.newPage();
      await (await sell())();
      const path = `${url}/stores/douyin/${poiId}?period=today`;
      // The page's policy lets no text be run, so what stands there is awaited as an element.
      const newest = () => page.locator('tr[data-key]').first().getAttribute('data-key');
      // Until something is booked there, nobody's page has it.
      while ((await page.goto(path))?.status() !== 200) await page.waitForTimeout(200);
      const found: number[] = [];
      for (let index = 0; index < Number(vouchers); index += 1) {
        const redeem = await sell();
        const before = await newest();
        const sentMs = performance.now();
        await redeem();
        await page.waitForSelector(`tr[data-key]:first-child:not([data-key="${before}"])`);
        found.push(performance.now() - sentMs);
      }
      return found;
    });
    return { targetP99Ms: TARGET_MS, rows: [percentiles(waits)] };
  } finally {
    await browser.close();
  }
}

const TARGET_MS = 3_000;
