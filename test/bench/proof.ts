import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../support/browser.ts';
import { madeProof } from '../support/made-proof.ts';

/**
 * How long a browser takes to check the proof of a month, from a file on the disk: `npm run bench -- proof
 * [lines=100000]`. `checkMs` is the page's own clock: from its text to the verdict; `openMs` from the opening of the file.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const lines = Number(options.lines ?? 100_000);
  if (CHROMIUM === undefined) throw new Error('There is no Chromium: HEXIAO_CHROMIUM says where.');
  const folder = mkdtempSync(join(tmpdir(), 'hexiao-proof-'));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
  try {
    const file = join(folder, 'proof.html');
    const text = await madeProof(lines);
    writeFileSync(file, text);
    const page = await browser.newPage();
    const begunAt = performance.now();
    await page.goto(pathToFileURL(file).href);
    const verdict = page.locator('[data-verdict]');
    await verdict.waitFor({ timeout: 300_000 });
    const openMs = Math.round(performance.now() - begunAt);
    const found = await verdict.getAttribute('data-verdict');
    if (found !== 'sound') throw new Error(`the page says ${found}`);
    const checkMs = Number(await page.evaluate('document.body.dataset.ms'));
    const megabytes = Math.round(text.length / 1e4) / 100;
    return { lines, megabytes, checkMs, openMs, browser: `Chromium ${browser.version()}` };
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
