import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { MemoryTable } from '../store/table.ts';
import { shrink } from './shrink.ts';
import { tableOf } from './table.ts';
import { runWorld } from './world.ts';

const run = promisify(execFile);
const MAIN = join(import.meta.dirname, 'main.ts');

describe('one seed', () => {
  it('is the same run each time: its history, its faults and every byte of the ledger', async () => {
    const one = await runWorld({ seed: 9 });
    await runWorld({ seed: 10 });
    const again = await runWorld({ seed: 9 });
    expect(one.entries).toBeGreaterThan(5);
    expect(one.faults.length).toBeGreaterThan(5);
    expect(again).toEqual(one);
  });

  it('is the same run in another process', async () => {
    const here = await runWorld({ seed: 9 });
    const { stdout } = await run(process.execPath, [MAIN, '--seed', '9', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ ledgerHash: here.ledgerHash, steps: here.steps, requests: here.requests },
    });
  });

  it('differs from another', async () => {
    const [one, other] = [await runWorld({ seed: 9 }), await runWorld({ seed: 10 })];
    expect(one.ledgerHash).not.toBe(other.ledgerHash);
  });
});

describe('a platform that is down for an hour', () => {
  // Of seeds 1 to 300 the ones that find a hint which waits for more than ten minutes after it, if one may.
  it.each([183, 214])(
    'is waited for, and known ten minutes after it is back, in seed %i',
    async (seed) => {
      const { drawn, wrong, acknowledgedInOutage, entries } = await runWorld({ seed });
      expect(drawn.outage).not.toBeNull();
      expect(acknowledgedInOutage).toBeGreaterThan(10);
      expect(entries).toBeGreaterThan(10);
      expect(wrong).toEqual([]);
    },
  );
});

/** Takes one entry out of the ledger. */
function loseAnEntry(table: MemoryTable): void {
  const [entry] = table.all('LEDGER#').filter(({ kind }) => kind === 'payment');
  if (entry !== undefined) table.items.get(entry.pk)?.delete(entry.sk);
}

describe('a world whose books are wrong', () => {
  it('says what is wrong, and shrinks to the acts that it takes', async () => {
    const options = { seed: 9, tamper: loseAnEntry };
    const verdict = await runWorld(options);
    expect(verdict.wrong.join('\n')).toMatch(/paidFen is \d+, and the entries come to \d+/);
    const least = await shrink(options, verdict);
    expect(verdict.acts.length).toBe(30);
    expect(least.acts.length).toBeLessThanOrEqual(3);
    expect(least.faults).toEqual([]);
    const table = tableOf(least);
    expect(table).toMatch(
      /^2026-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} {2}[\w-]+ {2}sell: act \d+\n[\s\S]*WRONG /,
    );
  });

  it('is told from a right one by each rollup too', async () => {
    const tamper = (table: MemoryTable) => {
      const [day] = table.all('PROVIDER#').filter(({ sk }) => sk.startsWith('DAY#'));
      if (day !== undefined) table.items.get(day.pk)?.delete(day.sk);
    };
    const { wrong } = await runWorld({ seed: 9, tamper });
    expect(wrong.join('\n')).toMatch(
      /by day, 2026-\d\d-\d\d: paidFen is 0, and the entries come to/,
    );
  });

  it('fails the command, which prints how to see it again', async () => {
    const failed = await run(process.execPath, [MAIN, '--seeds', 'nonsense']).catch(
      (error: { code: number }) => error,
    );
    expect(failed).toMatchObject({ code: 1 });
  });
});
