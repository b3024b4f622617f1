import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Client } from '../support/client.ts';
import { startProcess } from '../support/process.ts';

describe('npm start for the first time', () => {
  it('makes an operator token once, plays the demo, and stops with 0', async () => {
    const data = mkdtempSync(join(tmpdir(), 'hexiao-demo-'));
    const hexiao = await startProcess({ HEXIAO_DATA: data, HEXIAO_OPERATOR_TOKEN: '' });
    const operator = /hxo_[\w-]+/.exec(hexiao.said())?.[0] ?? '';
    await expect.poll(hexiao.said).toMatch(/Sandbox|sandbox/);
    const token = /hxp_[\w-]+/.exec(hexiao.said())?.[0] ?? '';
    const client = new Client(hexiao.url);

    const total = async () =>
      (await client.call<{ total: { redeemedCount: number } }>('GET', '/v1/gmv', undefined, token))
        .total;
    await expect.poll(async () => (await total()).redeemedCount).toBeGreaterThan(0);
    // The shops of the other platforms redeem at their own tills, which is another road.
    const platforms = async () => {
      const path = '/v1/gmv?by=platform';
      type Rows = { rows: { key: string; redeemedCount: number }[] };
      const { rows } = await client.call<Rows>('GET', path, undefined, token);
      return rows.filter((row) => row.redeemedCount > 0).map((row) => row.key);
    };
    await expect.poll(platforms).toContain('kuaishou');
    const { queues } = await client.call<{ queues: object }>(
      'GET',
      '/v1/pipeline',
      undefined,
      operator,
    );
    expect(queues).toHaveProperty('intake.dead', 0);

    hexiao.kill('SIGTERM');
    expect(await hexiao.exited).toBe(0);
    expect(statSync(join(data, 'demo-tokens.json')).mode & 0o077).toBe(0);
    const again = await startProcess({
      HEXIAO_DATA: data,
      HEXIAO_OPERATOR_TOKEN: '',
      HEXIAO_DEMO: 'off',
    });
    expect(again.said()).not.toContain('hxo_');
    await sleep(100);
    again.kill('SIGTERM');
    expect(await again.exited).toBe(0);
    rmSync(data, { recursive: true, force: true });
  });
});
