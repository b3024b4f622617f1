import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proofKeyOf } from '../../lib/proof/keys.ts';
import { proofLine } from '../../lib/proof/text.ts';
import { changeByte } from '../functions/api/proof/changes.ts';
import { splitFile } from '../functions/api/proof/checker.ts';
import { CHROMIUM, CHROMIUM_ARGUMENTS } from '../support/browser.ts';
import { madeProof } from '../support/made-proof.ts';

/** Its path is a number, where a list belongs. */
function lineProofWithNoPath(): string {
  const head = proofLine('head', '{"lines":1,"root":"x"}');
  return ['hexiao-proof 1', head, proofLine('path', '7'), 'end'].join('\n');
}

describe.runIf(CHROMIUM !== undefined)('a proof that is opened from a disk, offline', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hexiao-proof-'));
  let browser: Browser;
  let file: string;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: CHROMIUM_ARGUMENTS });
    file = Buffer.from(await madeProof(40), 'utf8').toString('latin1');
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function opened(of: string, locale = 'en'): Promise<Page> {
    const path = join(folder, 'proof.html');
    writeFileSync(path, Buffer.from(of, 'latin1'));
    const context = await browser.newContext({ locale, offline: true, acceptDownloads: true });
    const page = await context.newPage();
    await page.goto(pathToFileURL(path).href);
    return page;
  }

  async function verdictOf(page: Page, within = '#verdict') {
    const verdict = page.locator(`${within} [data-verdict]`);
    await verdict.waitFor();
    return { is: await verdict.getAttribute('data-verdict'), text: await verdict.innerText() };
  }

  it('says that all agrees, by the browser’s own ed25519 or without it', async () => {
    const page = await opened(file);
    expect(await verdictOf(page)).toMatchObject({ is: 'sound' });
    await page.evaluate(axe.source);
    const faults = await page.evaluate(
      "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes[0].html))",
    );
    expect(faults).toEqual([]);
    await page.context().close();
    const context = await browser.newContext({ locale: 'zh-CN', offline: true });
    await context.addInitScript(() => {
      const refuse = () => Promise.reject(new Error('NotSupportedError'));
      Object.defineProperty(SubtleCrypto.prototype, 'importKey', { value: refuse });
    });
    const old = await context.newPage();
    await old.goto(pathToFileURL(join(folder, 'proof.html')).href);
    const { is, text } = await verdictOf(old);
    expect([is, text]).toEqual(['sound', expect.stringContaining('全部对得上')]);
    await context.close();
  });

  it('names the byte that was changed in the proof it is', async () => {
    const { text, start } = splitFile(file);
    let state = 5;
    const random = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    for (let done = 0; done < 8; done += 1) {
      const change = changeByte(text, random);
      const page = await opened(
        file.slice(0, start) + change.file + file.slice(start + text.length),
      );
      const found = await verdictOf(page);
      expect([found.is, found.text]).toEqual([
        'changed',
        expect.stringContaining(`byte ${change.at + 1} was`),
      ]);
      await page.context().close();
    }
  });

  it('checks another file, with its page, and the proof of a line that it gave', async () => {
    const page = await opened(file);
    await verdictOf(page);
    const other = join(folder, 'other.html');
    const at = file.indexOf('font:');
    writeFileSync(other, Buffer.from(`${file.slice(0, at)}g${file.slice(at + 1)}`, 'latin1'));
    await page.setInputFiles('#file', other);
    const found = await verdictOf(page, '#other-verdict');
    expect([found.is, found.text]).toEqual(['changed', expect.stringContaining('The page itself')]);
    const [given] = await Promise.all([
      page.waitForEvent('download'),
      page.click('[data-take="7"]'),
    ]);
    const line = readFileSync((await given.path()) ?? '', 'utf8');
    expect(line.length).toBeLessThanOrEqual(2_048);
    await page.fill('#pasted', line);
    await page.click('#check');
    await expect
      .poll(async () => (await verdictOf(page, '#other-verdict')).text)
      .toContain('number 8 of 40');
    await page.context().close();
  });

  it('says in no green that another key signed the same statement, or one that it does not know', async () => {
    const stranger = proofKeyOf('the key of somebody who is not the hub');
    const page = await opened(file);
    expect((await verdictOf(page)).text).toContain('not the page around it');
    for (const [is, statement, heading] of [
      ['twin', '2025-10.p1', 'The same statement is signed with another key than this page’s'],
      ['stranger', '2025-10.p2', 'Signed with a key that this page does not know'],
    ] as const) {
      const other = join(folder, `${is}.html`);
      writeFileSync(other, await madeProof(40, stranger, statement));
      await page.setInputFiles('#file', other);
      const verdict = page.locator(`#other-verdict [data-verdict="${is}"]`);
      await verdict.waitFor();
      const text = await verdict.innerText();
      expect(text).toContain(heading);
      expect(text).toContain(
        'signed with a key that this page does not know: compare it with /v1/proof-keys',
      );
      expect(text).not.toContain('✓');
    }
    await page.setInputFiles('#file', join(folder, 'proof.html'));
    await page.locator('#other-verdict [data-verdict="sound"]').waitFor();
    expect((await verdictOf(page, '#other-verdict')).text).toContain('byte for byte');
    await page.context().close();
  });

  it('says what hindered it where a file cannot even be read', async () => {
    const page = await opened(file);
    await verdictOf(page);
    await page.fill('#pasted', lineProofWithNoPath());
    await page.click('#check');
    const found = await verdictOf(page, '#other-verdict');
    expect([found.is, found.text]).toEqual(['failed', expect.stringContaining('not be checked')]);
    await page.context().close();
  });

  it('says that it was not checked where its program was changed', async () => {
    const at = file.indexOf('function sha256');
    const page = await opened(`${file.slice(0, at)}(${file.slice(at + 1)}`);
    expect(await page.innerText('#verdict')).toContain('Not checked.');
    await page.context().close();
  });
});
