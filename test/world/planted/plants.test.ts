import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pageOf, type Results } from './page.ts';
import { withPlant } from './plant.ts';
import { PLANTS } from './plants.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const results = JSON.parse(read('test/world/planted/results.json')) as Results;

describe('a planted bug', () => {
  test.each(PLANTS)('$name stands for a text that is there once', (plant) => {
    const source = read(plant.file);
    expect(withPlant(source, plant)).not.toBe(source);
  });

  test.each(PLANTS.filter(({ name }) => name in results))(
    '$name was noticed by something when it was tried',
    ({ name }) => {
      expect(results[name]?.by).toMatch(/^(world|suite|types|lint)$/);
    },
  );

  test('has a name of its own, and there are at least 30', () => {
    const names = PLANTS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(30);
  });

  test('whose text is not there is told to be stale', () => {
    const plant = { name: 'old', what: '', file: 'a.ts', find: 'x', put: 'y', suite: [] };
    expect(() => withPlant('z', plant)).toThrow('stale: its text stands 0 times in a.ts');
    expect(() => withPlant('xx', plant)).toThrow('2 times');
  });
});

test('docs/planted-bugs.md is the page of the last results', () => {
  expect(read('docs/planted-bugs.md')).toBe(pageOf(PLANTS, results));
});
