import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keep } from '../../../infra/local/lock.ts';
import { Client } from '../../support/client.ts';
import { OPERATOR_TOKEN } from '../../support/hexiao.ts';
import { startProcess } from '../../support/process.ts';

const START = fileURLToPath(new URL('../../../infra/local/start.ts', import.meta.url));

describe('a directory of data', () => {
  let data: string;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'hexiao-lock-'));
  });
  afterEach(() => rmSync(data, { recursive: true, force: true }));

  it('is kept by one at a time, however long its path is', async () => {
    const deep = join(data, 'x'.repeat(200));
    const giveBack = await keep(deep);
    await expect(keep(deep)).rejects.toThrow(/in use by another Hexiao.*HEXIAO_DATA/);
    await (await keep(data))();
    await giveBack();
    await (await keep(deep))();
  });

  it('in use is told to whoever starts there, and is free again once its process was killed', async () => {
    // Prepare
    const env = { HEXIAO_DATA: data, HEXIAO_DEMO: 'off', HEXIAO_OPERATOR_TOKEN: OPERATOR_TOKEN };
    const first = await startProcess(env);
    // Act
    const second = spawn(process.execPath, [START], {
      env: { ...process.env, PORT: '0', ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const exited = new Promise((resolve) => second.once('exit', resolve));
    const said = await textOf(second.stderr);
    // Assess
    expect(await exited).toBe(1);
    expect(said).toBe(
      `Hexiao did not start: ${data} is in use by another Hexiao: stop that one, or set HEXIAO_DATA to another directory.\n`,
    );
    expect(await new Client(first.url).call('GET', '/healthz')).toEqual({ status: 'ok' });
    first.kill('SIGKILL');
    await first.exited;
    const again = await startProcess(env);
    expect(await new Client(again.url).call('GET', '/healthz')).toEqual({ status: 'ok' });
    again.kill('SIGKILL');
    await again.exited;
  });
});
