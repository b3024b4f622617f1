import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../support/client.ts';
import { OPERATOR_TOKEN } from '../support/hexiao.ts';
import { type RunningHexiao, startProcess } from '../support/process.ts';
import { SAMPLE_STORE, SAMPLE_VOUCHER, sample, startSampleSandbox } from '../support/samples.ts';

const WINDOW = 'from=2025-10-01&to=2025-10-31';

describe('npm start with the documented samples', () => {
  const data = mkdtempSync(join(tmpdir(), 'hexiao-e2e-'));
  const env = { HEXIAO_DATA: data, HEXIAO_DEMO: 'off', HEXIAO_OPERATOR_TOKEN: OPERATOR_TOKEN };
  let hexiao: RunningHexiao;
  let client: Client;
  let token: string;
  let platform: Awaited<ReturnType<typeof startSampleSandbox>>;

  beforeAll(async () => {
    platform = await startSampleSandbox();
    hexiao = await startProcess(env);
    client = new Client(hexiao.url);
    token = await client.registerSamples(platform.sandbox.url);
  });

  afterAll(async () => {
    hexiao?.kill('SIGKILL');
    await platform?.sandbox.stop();
    rmSync(data, { recursive: true, force: true });
  });

  const gmv = () =>
    client.call<{ total: object; rows: object[] }>('GET', `/v1/gmv?${WINDOW}`, undefined, token);

  it('is healthy and on the loopback address only', async () => {
    expect(await client.call('GET', '/healthz')).toEqual({ status: 'ok' });
    const outside = Object.values(networkInterfaces())
      .flat()
      .filter((address) => address?.family === 'IPv4' && !address.internal);
    for (const address of outside) {
      const other = `http://${address?.address}:${new URL(hexiao.url).port}/healthz`;
      await expect(fetch(other, { signal: AbortSignal.timeout(2_000) })).rejects.toThrow();
    }
  });

  it('answers the handshake and books the payment on its day', async () => {
    expect(await client.postSample('challenge')).toBe('{"challenge":12345}');
    expect(await client.postSample('order-pay-success')).toBe('{"err_no":0,"err_tips":"success"}');
    await client.idle();
    expect((await gmv()).rows).toEqual([
      {
        key: '2025-10-09',
        paidFen: 9_900,
        redeemedFen: 0,
        reversedFen: 0,
        refundedFen: 0,
        redeemedCount: 0,
        commissionFen: 0,
      },
    ]);
  });

  it('shows the redemption, its reversal, the second one and its refund with exact fen', async () => {
    const first = platform.redeem();
    await client.postSample('certificate-verify');
    await client.idle();
    expect((await gmv()).total).toMatchObject({
      redeemedFen: 10_900,
      redeemedCount: 1,
      commissionFen: 545,
    });

    platform.cancel(first);
    await client.postSample('certificate-verify-cancel');
    await client.idle();
    expect((await gmv()).total).toMatchObject({
      redeemedFen: 0,
      redeemedCount: 0,
      reversedFen: 10_900,
    });

    platform.refund();
    await client.postSample('certificate-refund-success');
    await client.postSample('certificate-refund-success');
    await client.idle();
    expect((await gmv()).total).toEqual({
      paidFen: 0,
      redeemedFen: 0,
      reversedFen: 10_900,
      refundedFen: 0,
      redeemedCount: 0,
      commissionFen: 0,
    });

    const path = `/v1/stores/douyin/${SAMPLE_STORE}/redemptions?${WINDOW}`;
    const { redemptions } = await client.call<{ redemptions: object[] }>(
      'GET',
      path,
      undefined,
      token,
    );
    expect(redemptions).toMatchObject([
      { voucherId: SAMPLE_VOUCHER, status: 'reversed', amountFen: 10_900, channel: 'live' },
    ]);
  });

  it('keeps its data, stops with 0 and starts again where it was', async () => {
    const before = await gmv();

    hexiao.kill('SIGTERM');
    expect(await hexiao.exited).toBe(0);
    expect(hexiao.said()).toContain('Stopped.');
    hexiao = await startProcess(env);
    client = new Client(hexiao.url);

    expect(await gmv()).toEqual(before);
  });

  it('asks again, after a restart, about a hint that waited', async () => {
    platform.sandbox.faults.set('certificate.query', { mode: 'http500' });
    // The same redemption told a second later: other bytes, so another delivery.
    await client.postSigned(sample('certificate-verify').body.replace('1760000000', '1760000001'));
    const hints = async () => (await client.call<{ hints: number }>('GET', '/v1/pipeline')).hints;
    await expect.poll(hints).toBe(1);

    // The embedded queue is in memory, and this time it has no chance to drain.
    hexiao.kill('SIGKILL');
    await hexiao.exited;
    hexiao = await startProcess(env);
    client = new Client(hexiao.url);
    expect(await hints()).toBe(1);

    platform.sandbox.faults.clear();
    await client.idle();
    expect(await hints()).toBe(0);
    expect((await gmv()).total).toMatchObject({ redeemedFen: 0, reversedFen: 10_900 });

    hexiao.kill('SIGINT');
    expect(await hexiao.exited).toBe(0);
  });
});
