import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { pagesOf, THEMES, WIDTHS } from '../console/pages.ts';
import { signInTo, startStage, VIEWER } from '../console/stage.ts';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../support/browser.ts';
import { OPERATOR_TOKEN } from '../support/hexiao.ts';

/**
 * `npm run screenshots [-- page=overview,stores lang=zh theme=light width=1440]`: a picture of every page of the console in
 * both languages, themes and three widths, from the demo's city, in .build/screenshots.
 */
const OUT = join(import.meta.dirname, '../../.build/screenshots');
const DAYS = 61;

if (CHROMIUM === undefined) throw new Error('Chromium is needed: HEXIAO_CHROMIUM names it.');
const wanted = Object.fromEntries(process.argv.slice(2).map((text) => text.split('=', 2)));
const isWanted = (name: string, value: string) =>
  (wanted[name] ?? value).split(',').includes(value);

mkdirSync(OUT, { recursive: true });
const stage = await startStage(Number(wanted.days ?? DAYS));
/** Of whoever signed in as the demo's first provider. */
const session = await signInTo(stage.url, stage.tokens[VIEWER] ?? '');
const operators = await signInTo(stage.url, OPERATOR_TOKEN);
const browser = await chromium.launch({ executablePath: CHROMIUM, args: CHROMIUM_ARGUMENTS });
for (const { name, path, isOperators } of await pagesOf(stage)) {
  for (const lang of ['zh', 'en']) {
    for (const theme of THEMES) {
      for (const width of WIDTHS) {
        const isAsked = isWanted('page', name) && isWanted('lang', lang);
        if (!isAsked || !isWanted('theme', theme) || !isWanted('width', String(width))) continue;
        const context = await browser.newContext({
          viewport: { width, height: 900 },
          deviceScaleFactor: width < 600 ? 1.5 : 1,
          colorScheme: theme,
        });
        await context.addCookies([
          { name: 'hexiao_session', value: isOperators ? operators : session, url: stage.url },
          { name: 'hexiao_lang', value: lang, url: stage.url },
        ]);
        const page = await context.newPage();
        await page.goto(`${stage.url}${path}`);
        const file = join(OUT, `${name}-${lang}-${width}-${theme}.png`);
        await page.screenshot({ path: file, fullPage: true });
        process.stdout.write(`${file}\n`);
        await context.close();
      }
    }
  }
}
await browser.close();
await stage.stop();
