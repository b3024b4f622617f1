import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import config, { ALONE, MORE_IN_LONG, ONLY_LONG } from '../vitest.config.ts';

const ROOT = join(import.meta.dirname, '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const FILES = globSync('test/**/*.test.ts', { cwd: ROOT }).map((path) =>
  path.replaceAll('\\', '/'),
);

describe('the two runs', () => {
  test('leave no file to nobody: what npm test lacks is in the long run', () => {
    const run = config.test?.projects?.flatMap((one) =>
      typeof one === 'object' && 'test' in one ? (one.test?.include ?? []) : [],
    );

    expect(FILES).toEqual(expect.arrayContaining([...ONLY_LONG, ...MORE_IN_LONG, ...ALONE]));
    expect([...new Set([...(run ?? []), ...ONLY_LONG])].toSorted()).toEqual(FILES.toSorted());
    expect(new Set(run).size).toBe(run?.length);
    expect(packageJson.scripts['test:long']).toMatch(/^HEXIAO_LONG=\S+ vitest run$/);
    expect(read('.ci/run')).toMatch(/^npm test$[\s\S]*^npm run test:long$/m);
  });

  test('agree on which files try more in the long one', () => {
    const askers = FILES.filter(
      (path) => !ONLY_LONG.includes(path) && /from '[./]+\/support\/long\.ts'/.test(read(path)),
    );

    expect(askers.toSorted()).toEqual(MORE_IN_LONG.toSorted());
  });

  test('are told apart in one place', () => {
    const readers = FILES.filter((path) => /process\.env\.HEXIAO_LONG/.test(read(path)));

    expect(readers).toEqual([]);
  });
});

describe('what ends a file', () => {
  // `hexiao.stop()` of a hexiao that never started is an error of its own, above the one that says why.
  test.each(FILES)('does not hide why it never began: %s', (path) => {
    const source = read(path);
    const started = [...source.matchAll(/^\s*let (\w+): [^=\n]+;$/gm)].map(([, name]) => name);
    const endings = [
      ...source.matchAll(
        /^( *)after(?:All|Each)\((?:async )?\(\) =>(?: [^{].*| \{[\s\S]*?^\1\})\);$/gm,
      ),
    ].map(([text]) => text);
    const bare = new RegExp(`(?<![\\w.'])(?:${started.join('|')})\\.\\w+`, 'g');
    const hiding = started.length === 0 ? [] : endings.flatMap((text) => text.match(bare) ?? []);

    expect(hiding).toEqual([]);
  });
});
