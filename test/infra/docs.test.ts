import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { costPage } from '../../infra/aws/cost/cost.ts';
import { readMeasured } from '../../infra/aws/cost/measured.ts';
import { REGIONS } from '../../infra/aws/regions.ts';
import { stageSettingsSchema } from '../../infra/aws/settings.ts';
import { integrationNames } from '../../lib/integrations/registry.ts';
import { benchmarksPage, readRecorded } from '../bench/report/benchmarks.ts';
import { alarmIds } from './alarm-ids.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const read = (name: string) => readFileSync(join(DOCS, name), 'utf8');

describe('docs/operating.md', () => {
  let ids: string[];
  beforeAll(() => {
    ids = alarmIds();
  });

  test('has a section for every alarm, and none for what is no alarm', () => {
    const titles = [...read('operating.md').matchAll(/^### (.*)$/gm)].flatMap(([, title = '']) =>
      [...title.matchAll(/`([^`]+)`/g)].map(([, id = '']) => id),
    );

    expect(ids.length).toBeGreaterThan(15);
    expect(titles.toSorted()).toEqual(ids.toSorted());
  });

  test('has as many alarms as docs/cost.md reckons with', () => {
    expect(readMeasured().alarms).toBe(ids.length);
  });
});

describe('docs/deploying.md', () => {
  const page = read('deploying.md');

  test('tells every integration’s operator where to paste the URL', () => {
    for (const name of integrationNames()) expect(page).toContain(`/webhooks/${name}/{appKey}`);
  });

  test('names every region and every setting of a stage', () => {
    for (const { name } of REGIONS) expect(page).toContain(`\`${name}\``);
    for (const name of Object.keys(stageSettingsSchema.shape))
      expect(page).toContain(`\`${name}\``);
  });
});

// Absent until both benches were run and their lines kept.
test.skipIf(!existsSync(join(DOCS, 'measured', 'bundles.json')))(
  'docs/cost.md is what its generator writes from what was measured',
  () => {
    expect(read('cost.md')).toBe(costPage(readMeasured()));
  },
);

test('docs/benchmarks.md is what its generator writes from what was recorded', () => {
  const recorded = readRecorded();
  for (const name of ['latency', 'fair', 'door', 'voucher', 'hot', 'app']) {
    expect(recorded.get(name)?.machine, name).toMatch(/ × .*GB$/);
  }
  expect(read('benchmarks.md')).toBe(benchmarksPage(recorded));
});

describe('ARCHITECTURE.md', () => {
  test('walks from a webhook’s bytes to a total in at most twelve files, which exist', () => {
    const section = readFileSync('ARCHITECTURE.md', 'utf8').split('What a newcomer reads first')[1];
    const walk = [...(section ?? '').matchAll(/^\d+\. `([^`]+)`/gm)].map(([, file = '']) => file);
    expect(walk.length).toBeGreaterThan(5);
    expect(walk.length).toBeLessThanOrEqual(12);
    expect(walk.filter((file) => !existsSync(file))).toEqual([]);
  });
});

describe('the worked examples', () => {
  // test:long runs them; this is what tells whoever renames something the same day.
  test.each(['adding-an-integration.md', 'adding-a-sealed-integration.md'])(
    '%s imports what the project has',
    (name) => {
      const page = read(name);
      const own = new Set([...page.matchAll(/^```\w+ (\S+)$/gm)].map(([, path = '']) => path));
      const missing = importsIn(page)
        .filter(({ path }) => !own.has(path) && !path.includes(`/${exampleIn(page)}/`))
        .filter(({ path, names }) => {
          const source = existsSync(path) ? readFileSync(path, 'utf8') : '';
          return source === '' || names.some((one) => !exportsName(source, one));
        });

      expect(importsIn(page).length).toBeGreaterThan(10);
      expect(missing).toEqual([]);
    },
  );

  test('name parts of the kit that stand', () => {
    const table = read('adding-an-integration.md').split('## 8. What the kit has')[1] ?? '';
    const rows = (table.split('\n## ')[0] ?? '').matchAll(/^\| (`[^|]+) \|/gm);
    const parts = [...rows].flatMap(([, cell = '']) => cell.match(/(?<=`)[\w./-]+(?=`)/g) ?? []);

    expect(parts.length).toBeGreaterThan(10);
    expect(parts.filter((part) => !existsSync(join('lib/integrations/kit', part)))).toEqual([]);
  });
});

/** The name of the integration that a page adds. */
function exampleIn(page: string): string {
  return /add-integration (\w+)/.exec(page)?.[1] ?? '';
}

/** What a page's blocks of TypeScript import from files, with the paths from the project's root. */
function importsIn(page: string): { path: string; names: string[] }[] {
  return [...page.matchAll(/^```ts (\S+)\n([\s\S]*?)\n```$/gm)].flatMap(
    ([, file = '', text = '']) =>
      [...text.matchAll(/^import (?:type )?\{([^}]+)\} from '(\.[^']+)';$/gm)].map(
        ([, names = '', from = '']) => ({
          path: join(dirname(file), from),
          names: names
            .split(',')
            .map(
              (one) =>
                one
                  .trim()
                  .replace(/^type /, '')
                  .split(' as ')[0] ?? '',
            )
            .filter((one) => one !== ''),
        }),
      ),
  );
}

function exportsName(source: string, name: string): boolean {
  const declared = new RegExp(`^export (?:async )?(?:\\w+ )+?${name}\\b`, 'm');
  const listed = new RegExp(`^export (?:type )?\\{[^}]*\\b${name}\\b[^}]*\\}`, 'm');
  return declared.test(source) || listed.test(source) || /^export \*/m.test(source);
}
