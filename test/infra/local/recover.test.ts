import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmulators, TABLE_NAME } from '../../../infra/local/emulators.ts';
import { noteStop, notifyOfRecent, takeStop } from '../../../infra/local/recover.ts';
import { recordEvent } from '../../../lib/store/ledger/events.ts';
import { Table } from '../../../lib/store/table.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { paid, redeemed, START_MS } from '../../lib/make.ts';
import { aroundCalls } from '../../support/around.ts';
import { Client } from '../../support/client.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
import { startProcess } from '../../support/process.ts';

const TOTAL = '/v1/gmv?from=2025-10-01&to=2025-10-31&providerId=unattributed';

const at = (ms: number) => ({ recordedAt: toInstant(ms) });

/** As a first start leaves it, before its table. */
function madeFolder(): string {
  const data = mkdtempSync(join(tmpdir(), 'hexiao-killed-'));
  const keys = { newest: randomBytes(32).toString('base64url'), older: [] };
  writeFileSync(join(data, 'body-keys.json'), JSON.stringify(keys));
  return data;
}

describe('a run that was killed', () => {
  it('has what it had read and not booked booked by the next start', async () => {
    // Prepare: the table as it is left when the queue is gone with its process
    const data = madeFolder();
    const emulators = await startEmulators(join(data, 'dynamodb'));
    const table = new Table(emulators.database, TABLE_NAME);
    await recordEvent(table, paid(at(START_MS)));
    await recordEvent(table, redeemed('act-1', at(START_MS)));
    await emulators.stop();
    // Act
    const env = { HEXIAO_DATA: data, HEXIAO_DEMO: 'off', HEXIAO_OPERATOR_TOKEN: OPERATOR_TOKEN };
    const hexiao = await startProcess(env);
    try {
      const client = new Client(hexiao.url);
      await client.idle();
      // Assess
      expect(await client.call('GET', TOTAL)).toMatchObject({ total: { redeemedCount: 1 } });
    } finally {
      hexiao.kill('SIGKILL');
      await hexiao.exited;
      rmSync(data, { recursive: true, force: true });
    }
  });
});

describe('a run that was killed between a day and its dimensions', () => {
  it('has them rolled up by the next start', async () => {
    // Prepare: facts that the first run books
    const data = madeFolder();
    const emulators = await startEmulators(join(data, 'dynamodb'));
    await recordEvent(new Table(emulators.database, TABLE_NAME), redeemed('act-1', at(START_MS)));
    await emulators.stop();
    const env = { HEXIAO_DATA: data, HEXIAO_DEMO: 'off', HEXIAO_OPERATOR_TOKEN: OPERATOR_TOKEN };
    const read = (client: Client, by: string) =>
      client.call<{ rows: object[] }>('GET', `${TOTAL}&by=${by}`);
    // Act: the day is there and what it is by channel is requested
    const first = await startProcess(env);
    const client = new Client(first.url);
    await expect
      .poll(async () => (await read(client, 'day')).rows, { timeout: 30_000, interval: 20 })
      .toHaveLength(1);
    const { rows } = await read(client, 'channel');
    first.kill('SIGKILL');
    await first.exited;
    expect(rows).toEqual([]);
    const second = await startProcess(env);
    try {
      const again = new Client(second.url);
      await again.idle();
      // Assess
      expect((await read(again, 'channel')).rows).toMatchObject([{ redeemedCount: 1 }]);
    } finally {
      second.kill('SIGKILL');
      await second.exited;
      rmSync(data, { recursive: true, force: true });
    }
  });
});

describe('what was recorded last', () => {
  let hexiao: HexiaoUnderTest;

  beforeEach(async () => {
    hexiao = await HexiaoUnderTest.start({ now: () => START_MS + 86_400_000 });
  });

  afterEach(() => hexiao?.stop());

  const recover = () => notifyOfRecent(hexiao.table, hexiao.attributeDeps.attribution);

  it('is added up where the entries stand already and their message was lost before the total', async () => {
    await recordEvent(hexiao.table, redeemed('act-1', at(START_MS)));
    const { database, sqs, queues } = hexiao.emulators;
    // Its worker books and dies before it rolls up, and the message goes with the run.
    let isDying = true;
    aroundCalls(database, (next, { input }) => {
      const place = JSON.stringify((input as { Key?: object }).Key ?? {});
      if (isDying && place.includes('ROLLUP#')) throw new Error('died here');
      return next();
    });
    expect(await recover()).toBe(1);
    await hexiao.step('attribution');
    isDying = false;
    await sqs.send(new PurgeQueueCommand({ QueueUrl: queues.attribution.url }));
    await hexiao.settle();
    expect(await hexiao.entries()).toHaveLength(1);
    expect(await hexiao.call('GET', TOTAL)).toMatchObject({ total: { redeemedCount: 0 } });

    expect(await recover()).toBe(1);
    await hexiao.settle();

    expect(await hexiao.call('GET', TOTAL)).toMatchObject({ total: { redeemedCount: 1 } });
    expect(await hexiao.entries()).toHaveLength(1);
  });

  it('is looked at again, and nothing of an hour before it', async () => {
    const { table } = hexiao;
    await recordEvent(table, paid({ eventId: 'a', orderId: 'o1', ...at(START_MS) }));
    await recordEvent(table, paid({ eventId: 'b', orderId: 'o2', ...at(START_MS + 1) }));
    await recordEvent(table, paid({ eventId: 'c', orderId: 'o3', ...at(START_MS + 3_600_001) }));
    expect(await recover()).toBe(2);
    await hexiao.settle();
    expect((await hexiao.entries()).map(({ orderId }) => orderId).sort()).toEqual(['o2', 'o3']);
  });

  it('is left alone after a run that stopped with empty queues, once', () => {
    const data = mkdtempSync(join(tmpdir(), 'hexiao-stop-'));
    expect(takeStop(data)).toBe(false);
    noteStop(data);
    expect(takeStop(data)).toBe(true);
    expect(takeStop(data)).toBe(false);
    rmSync(data, { recursive: true });
  });
});
