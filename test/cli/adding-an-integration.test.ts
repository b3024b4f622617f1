import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What the walk needs of the project. */
const NEEDED = [
  ...['lib', 'functions', 'docs/adding-an-integration.md', 'package.json', 'tsconfig.json'],
  ...['test/integrations/suite.ts', 'test/integrations/matrix.ts', 'test/lib/make.ts'],
  'vitest.config.ts',
];

describe('docs/adding-an-integration.md', () => {
  const place = mkdtempSync(join(realpathSync(tmpdir()), 'hexiao-walk-'));
  let page: string;

  beforeAll(() => {
    // Prepare: a copy, so that no other test sees an integration come and go
    for (const path of NEEDED) {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      cpSync(join(ROOT, path), join(place, path), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'));
    page = readFileSync(join(place, 'docs/adding-an-integration.md'), 'utf8');
  });

  afterAll(() => rmSync(place, { recursive: true, force: true }));

  it('leads from a skeleton that fails to an integration that keeps every promise', async () => {
    // Act: the first block, then what it says to run
    const [first = '', last = ''] = blocksOf(page, 'sh').map(({ text }) => text);
    expect(first.split('\n')).toHaveLength(2);
    const made = await runVerb(first.split('\n')[0] ?? '');
    expect(made.output).toContain('lib/integrations/zhihe/verify.ts');
    const before = await runSuite(first.split('\n')[1] ?? '');

    // Assess: it fails for what is not written, and not because it cannot run
    expect(before.code).toBe(1);
    expect(before.output).toMatch(/takes what the platform signed\s+failed/);
    expect(before.output).toMatch(/refuses a body with a byte more or less\s+passed/);

    // Act: every other block of the page
    for (const { path, text } of [...blocksOf(page, 'ts'), ...blocksOf(page, 'json')]) {
      writeFileSync(join(place, path), `${text}\n`);
    }
    for (const { path, text } of blocksOf(page, 'diff')) patch(join(place, path), text);
    const after = await runSuite(last);

    // Assess
    expect(after.output).toMatch(/takes what the platform signed\s+passed/);
    expect(after.output).not.toMatch(/\bfailed\b/);
    expect(after.code).toBe(0);
  });

  it('is refused a name that is taken, and one that is none', async () => {
    const taken = await runVerb('npm run hexiao -- add-integration meituan --platform meituan');
    expect([taken.code, taken.output]).toEqual([2, expect.stringContaining('is there already')]);
    const none = await runVerb('npm run hexiao -- add-integration ../x --platform meituan');
    expect([none.code, none.output]).toEqual([2, expect.stringContaining('Give one NAME')]);
  });

  const runVerb = (line: string) => {
    const args = /^npm run hexiao -- (.+)$/.exec(line)?.[1]?.split(' ') ?? [];
    return runNode([join(place, 'lib/cli/main.ts'), ...args], place);
  };

  const runSuite = (line: string) => {
    expect(line).toBe('npx vitest run test/integrations/zhihe');
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const reporter = '--reporter=./test/integrations/matrix.ts';
    return runNode([vitest, 'run', 'test/integrations/zhihe', reporter], place);
  };
});

/** The page's code blocks of a language, with the file that their fence names. */
function blocksOf(page: string, language: string): { path: string; text: string }[] {
  const fence = new RegExp(`^\`\`\`${language}(?: (\\S+))?\\n([\\s\\S]*?)\\n\`\`\`$`, 'gm');
  return [...page.matchAll(fence)].map(([, path = '', text = '']) => ({ path, text }));
}

/** Replaces each run of `-` lines by the `+` lines behind it. */
function patch(path: string, diff: string): void {
  let text = readFileSync(path, 'utf8');
  const hunks = diff.match(/(?:^-.*\n?)+(?:^\+.*\n?)+/gm) ?? [];
  expect(hunks.length).toBeGreaterThan(0);
  for (const hunk of hunks) {
    const lines = (sign: string) =>
      hunk
        .split('\n')
        .filter((line) => line.startsWith(sign))
        .map((line) => line.slice(1))
        .join('\n');
    expect(text).toContain(lines('-'));
    text = text.replace(lines('-'), () => lines('+'));
  }
  writeFileSync(path, text);
}

function runNode(args: string[], cwd: string): Promise<{ code: number; output: string }> {
  const { VITEST: _vitest, HEXIAO_LONG: _long, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd, env }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
}
