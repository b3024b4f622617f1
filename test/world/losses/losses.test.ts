import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { IS_LONG } from '../../support/long.ts';
import { isRight, LOSSES, lossSchema } from './play.ts';
import { WITH_RECORDS } from './run.ts';

const run = promisify(execFile);
const MAIN = join(import.meta.dirname, '../engine/main.ts');

/** By the command, as people do: a process of its own has no clock but the world's. */
it('the books of lost, doubled and late webhooks are those without any loss, by a tenth more calls than the least', async () => {
  const losses = IS_LONG ? LOSSES : [100];
  const redemptions = IS_LONG ? 2_000 : 100;
  const options = ['--losses', losses.join(','), '--redemptions', `${redemptions}`, '--seed', '2'];
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
    WITH_RECORDS.flatMap((name) => losses.map((percent) => `${name} ${percent}`)).toSorted(),
  );
});
