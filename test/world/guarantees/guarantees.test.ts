import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isRight, LOSSES } from '../losses/play.ts';
import { lossesRecord } from '../losses/record.ts';
import { WITH_RECORDS } from '../losses/run.ts';
import { pageOf, recordSchema } from './page.ts';
import { PROMISES } from './promises.ts';

const TOP = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(TOP, path), 'utf8');

describe('docs/guarantees.md', () => {
  it('is the page of the last run, in which no seed failed', () => {
    const run = recordSchema.parse(JSON.parse(read('test/world/guarantees/run.json')));
    expect(run.failed).toBe(0);
    expect(run.seeds).toBe(run.last - run.first + 1);
    expect(read('docs/guarantees.md')).toBe(pageOf(PROMISES, run, lossesRecord()));
  });

  it('has the books of every loss the same as without one, by a tenth more calls than the least', () => {
    const { runs, redemptions } = lossesRecord();
    expect(runs.filter((one) => !isRight(one))).toEqual([]);
    expect(new Set(runs.map(({ lossPercent }) => lossPercent))).toEqual(new Set(LOSSES));
    expect(new Set(runs.map(({ integration }) => integration))).toEqual(new Set(WITH_RECORDS));
    expect(redemptions).toBeGreaterThan(runs.length);
  });

  it.each(PROMISES)('names tests that are there: $what', ({ tests }) => {
    expect(tests.length).toBeGreaterThan(0);
    expect(tests.filter((path) => !existsSync(join(TOP, path)))).toEqual([]);
  });
});
