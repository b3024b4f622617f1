import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { isRight, LOSSES, lossSchema } from './play.ts';
import { WITH_RECORDS } from './run.ts';

const run = promisify(execFile);
const MAIN = join(import.meta.dirname, '../engine/main.ts');

/** Seen in a list before its message came, a refund is corrected by that: two lines more, and the same books. */
it('shows readers the same where a message is overtaken by the list that shows what it says', async () => {
  const options = ['--losses', '0', '--redemptions', '268', '--seed', '3'];
  const { stdout } = await run(process.execPath, [MAIN, ...options]);
  const figures = stdout
    .trim()
    .split('\n')
    .slice(0, -1)
    .map((line) => lossSchema.parse(JSON.parse(line)));
  expect(figures).toHaveLength(WITH_RECORDS.length);
  expect(figures.filter((one) => !isRight(one))).toEqual([]);
});

/** By the command, as people do: a process of its own has no clock but the world's. */
it('the books of lost, doubled and late webhooks are those without any loss, by a tenth more calls than the least', async () => {
  const options = ['--losses', LOSSES.join(','), '--redemptions', '2000', '--seed', '2'];
  const { stdout } = await run(process.execPath, [MAIN, ...options]).catch(
    (error: { stdout: string; stderr: string }) => {
      process.stderr.write(error.stderr);
      return error;
    },
  );
  const lines = stdout.trim().split('\n');
  expect(lines.pop()).toMatch(/^\d+ redemptions: 0 missing, 0 extra, 0 fen off$/);
  const figures = lines.map((line) => lossSchema.parse(JSON.parse(line)));
  expect(figures.filter((one) => !isRight(one))).toEqual([]);
  const names = figures.map(({ integration, lossPercent }) => `${integration} ${lossPercent}`);
  expect(names.toSorted()).toEqual(
    WITH_RECORDS.flatMap((name) => LOSSES.map((percent) => `${name} ${percent}`)).toSorted(),
  );
});
