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
import { expect } from 'vitest';

/** Follows a page of docs in a copy of the project, so that no other test sees an integration come and go. */

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What a walk needs of the project. */
const NEEDED = [
  ...['lib', 'functions', 'package.json', 'tsconfig.json', 'biome.json', 'vitest.config.ts'],
  ...['test/integrations/suite.ts', 'test/integrations/matrix.ts', 'test/integrations/context.ts'],
  ...['test/lib/make.ts', 'test/support/shared-process.ts', '.gitignore'],
];

export interface Run {
  readonly code: number;
  readonly output: string;
}

export class Walk {
  readonly place = mkdtempSync(join(realpathSync(tmpdir()), 'hexiao-walk-'));
  readonly page: string;
  private readonly name: string;

  /** @param page below docs/ @param name the integration's */
  constructor(page: string, name: string) {
    for (const path of NEEDED) {
      mkdirSync(dirname(join(this.place, path)), { recursive: true });
      cpSync(join(ROOT, path), join(this.place, path), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(this.place, 'node_modules'));
    this.page = readFileSync(join(ROOT, 'docs', page), 'utf8');
    this.name = name;
  }

  end(): void {
    rmSync(this.place, { recursive: true, force: true });
  }

  /** The page's code blocks of a language, with the file that their fence names. */
  blocksOf(language: string): { readonly path: string; readonly text: string }[] {
    const fence = new RegExp(`^\`\`\`${language}(?: (\\S+))?\\n([\\s\\S]*?)\\n\`\`\`$`, 'gm');
    return [...this.page.matchAll(fence)].map(([, path = '', text = '']) => ({ path, text }));
  }

  /** Writes the page's files, and changes those that its `diff` blocks change. */
  write(): void {
    for (const { path, text } of [...this.blocksOf('ts'), ...this.blocksOf('json')]) {
      writeFileSync(join(this.place, path), `${text}\n`);
    }
    for (const { path, text } of this.blocksOf('diff')) patch(join(this.place, path), text);
  }

  /** @param line `npm run hexiao -- …`, as a page has it */
  runVerb(line: string): Promise<Run> {
    const args = /^npm run hexiao -- (.+)$/.exec(line)?.[1]?.split(' ') ?? [];
    return this.#run([join(this.place, 'lib/cli/main.ts'), ...args]);
  }

  /** @param line as a page has it: the integration's own tests */
  runSuite(line: string): Promise<Run> {
    expect(line).toBe(`npx vitest run test/integrations/${this.name}`);
    return this.runTests(`test/integrations/${this.name}`, './test/integrations/matrix.ts');
  }

  runTests(path: string, reporter: string, ...more: readonly string[]): Promise<Run> {
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    return this.#run([vitest, 'run', path, `--reporter=${reporter}`, ...more]);
  }

  /** What the types and the format say of the integration and of the lists. */
  async check(name = this.name): Promise<Run[]> {
    const folders = [`lib/integrations/${name}`, `test/integrations/${name}`];
    const lists = ['receivers', 'registry', 'sandboxes'].map(
      (list) => `lib/integrations/${list}.ts`,
    );
    const include = [...folders, ...lists];
    const config = join(this.place, 'tsconfig.walk.json');
    writeFileSync(config, JSON.stringify({ extends: './tsconfig.json', include }));
    const bin = (path: string) => join(ROOT, 'node_modules', path);
    return [
      await this.#run([bin('typescript/bin/tsc'), '-p', config]),
      await this.#run([bin('@biomejs/biome/bin/biome'), 'check', ...include]),
    ];
  }

  #run(args: readonly string[]): Promise<Run> {
    const { VITEST: _vitest, HEXIAO_LONG: _long, ...env } = process.env;
    return new Promise((resolve) => {
      const options = { cwd: this.place, env, maxBuffer: 64 * 1024 * 1024 };
      execFile(process.execPath, [...args], options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, output: `${stdout}${stderr}` });
      });
    });
  }
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
