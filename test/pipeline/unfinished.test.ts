import { PurgeQueueCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweepUnfinished } from '../../functions/reconcile/sweep-unfinished.ts';
import { unfinishedWork } from '../../lib/store/deliveries/unfinished.ts';
import { deleteHint, putHint, readHint } from '../../lib/store/deliveries/waiting-hints.ts';
import { aroundCalls } from '../support/around.ts';
import {
  type DouyinUnderTest,
  postAll,
  registerApp,
  SAMPLE_TIME,
  startDouyin,
} from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';

const MINUTE_MS = 60_000;

let hexiao: HexiaoUnderTest;
let douyin: DouyinUnderTest;
let nowMs: number;
/** Writes to partitions that begin so fail, as while the table refuses them. */
let refused: string | null;
/** The partitions of every write, up to the first `#`. */
let written: string[];

beforeEach(async () => {
  nowMs = SAMPLE_TIME;
  refused = null;
  written = [];
  douyin = startDouyin();
  hexiao = await HexiaoUnderTest.start({ fetch: douyin.fetch, now: () => nowMs });
  aroundCalls(hexiao.emulators.database, async (next, { command, input }) => {
    const isWrite = /^(Put|Update|Delete)Item/.test(command);
    const item = input as { Item?: { pk?: { S?: string } }; Key?: { pk?: { S?: string } } };
    const pk = item.Item?.pk?.S ?? item.Key?.pk?.S ?? '';
    if (isWrite) written.push(pk.split('#')[0] ?? '');
    if (isWrite && refused !== null && pk.startsWith(refused)) throw new Error('refused');
    return next();
  });
  await registerApp(hexiao);
});

afterEach(() => hexiao?.stop());

/** A sale and its redemption: two messages. */
function story() {
  const { world } = douyin;
  const { accountId } = world.addMerchant({ name: '商家' });
  const { poiId } = world.addStore({ accountId, name: '店', city: '成都' });
  const { productId } = world.addProduct({ accountId, name: '券', priceFen: 1_000 });
  const { certificates } = world.sell({ productId });
  world.redeem(certificates[0]?.certificateId ?? '', poiId);
  return world.takeOutbox();
}

interface Pipeline {
  readonly unfinished: number;
  readonly idle: boolean;
  readonly queues: { readonly attribution: { readonly dead: number } };
}
const pipeline = () => hexiao.call<Pipeline>('GET', '/v1/pipeline');

const kinds = async () => (await hexiao.entries()).map(({ kind }) => kind).sort();

const sweep = () => {
  const { table, attributeDeps } = hexiao;
  return sweepUnfinished({ ...attributeDeps, table, now: () => nowMs });
};

async function purge(queueUrl: string): Promise<void> {
  await hexiao.emulators.sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl }));
}

describe('what was read and whose message to attribution got lost', () => {
  it('is booked when the platform repeats itself, though the delivery is archived', async () => {
    // Prepare
    const messages = story();
    await postAll(hexiao, messages);
    await hexiao.step('intake');
    await purge(hexiao.emulators.queues.attribution.url);
    await hexiao.settle();
    expect(await kinds()).toEqual([]);
    // Act
    await postAll(hexiao, messages);
    await hexiao.settle();
    // Assess
    expect(await kinds()).toEqual(['payment', 'redemption']);
    const booked = JSON.stringify(await hexiao.entries());
    written = [];
    await postAll(hexiao, messages);
    await hexiao.settle();
    expect(JSON.stringify(await hexiao.entries())).toBe(booked);
    expect(written).toEqual([]);
  });

  it('is found after a purge of the dead letters, and booked when reconcile sends it again', async () => {
    // Prepare: the ledger refuses entries until every message is given up
    refused = 'LEDGER';
    await postAll(hexiao, story());
    await hexiao.settle();
    // The order's and the voucher's: the order is told of once, by its payment's own delivery.
    expect(await pipeline()).toMatchObject({ queues: { attribution: { dead: 2 } }, idle: false });
    await purge(hexiao.emulators.queues.attribution.deadLetterUrl);
    expect(await pipeline()).toMatchObject({
      ...{ queues: { attribution: { dead: 0 } }, unfinished: 2, idle: false },
    });
    refused = null;
    // Act: not at once, for its own message may still be tried
    expect(await sweep()).toBe(0);
    nowMs += 5 * MINUTE_MS;
    expect(await sweep()).toBe(2);
    expect(await sweep()).toBe(0);
    await hexiao.settle();
    // Assess
    expect(await kinds()).toEqual(['payment', 'redemption']);
    expect(await pipeline()).toMatchObject({ unfinished: 0, idle: true });
  });

  it('is found also when it is a total that was to be added up', async () => {
    await postAll(hexiao, story());
    await hexiao.step('intake');
    refused = 'ROLLUP';
    await hexiao.settle();
    expect(await kinds()).toEqual(['payment', 'redemption']);
    await purge(hexiao.emulators.queues.attribution.deadLetterUrl);
    expect((await pipeline()).unfinished).toBeGreaterThan(0);
    refused = null;
    nowMs += 5 * MINUTE_MS;
    await sweep();
    await hexiao.settle();
    expect(await pipeline()).toMatchObject({ unfinished: 0, idle: true });
    const day = '2025-10-09';
    const gmv = await hexiao.call('GET', `/v1/gmv?from=${day}&to=${day}&providerId=unattributed`);
    expect(gmv).toMatchObject({ total: { redeemedFen: 1_000 } });
  });

  it('is sent less and less often while it cannot succeed, and once a day at least', async () => {
    refused = 'LEDGER';
    await postAll(hexiao, story());
    await hexiao.settle();
    const waits: number[] = [];
    for (let times = 0; times < 12; times += 1) {
      const all = await Array.fromAsync(unfinishedWork(hexiao.table));
      const dueAtMs = Math.max(...all.map((work) => work.dueAtMs));
      waits.push((dueAtMs - nowMs) / MINUTE_MS);
      nowMs = dueAtMs;
      expect(await sweep()).toBe(2);
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 1_280, 1_440, 1_440, 1_440]);
  });
});

describe('the mark of unfinished work', () => {
  it('costs nothing where nothing fails twice', async () => {
    await postAll(hexiao, story());
    await hexiao.settle();
    expect(written).toContain('LEDGER');
    expect(written).not.toContain('UNFINISHED');
  });

  it('goes when a later try succeeds', async () => {
    refused = 'LEDGER';
    await postAll(hexiao, story());
    await hexiao.step('intake');
    for (let tries = 0; tries < 3; tries += 1) await hexiao.step('attribution');
    expect(await pipeline()).toMatchObject({ unfinished: 2, idle: false });
    refused = null;
    await hexiao.settle();
    expect(await pipeline()).toMatchObject({ unfinished: 0, idle: true });
  });

  it('stays while its message is lost with the worker', async () => {
    await postAll(hexiao, story());
    await hexiao.step('intake');
    // Handed out three times, and each worker died with it.
    for (let deaths = 0; deaths < 3; deaths += 1) {
      const messages = await hexiao.takeBatch('attribution');
      refused = 'LEDGER';
      await hexiao.workOn('attribution', messages);
      await hexiao.giveBack('attribution', messages);
    }
    refused = null;
    await purge(hexiao.emulators.queues.attribution.url);
    expect(await pipeline()).toMatchObject({ unfinished: 2, idle: false });
  });
});

describe('a hint that waited', () => {
  it('is still there when the worker dies at the archive, which comes first', async () => {
    await postAll(hexiao, story());
    const [message] = await hexiao.takeBatch('intake').then((all) => all.slice(-1));
    const body = JSON.parse(message?.Body ?? '{}');
    const { deliveryId, integration, appKey, receivedAt } = body;
    const delivery = {
      ...{ deliveryId, integration, appKey, receivedAt },
      body: new Uint8Array(Buffer.from(body.body, 'base64')),
    };
    const waiting = { attempt: 1, failures: 1, answers: 0, dueAtMs: nowMs, why: 'not yet' };
    await putHint(hexiao.table, { ...delivery, ...waiting }, 0);
    refused = 'DELIVERY';
    await hexiao.normalizeDeps.intake.send({ type: 'hint', v: 1, deliveryId });
    await hexiao.step('intake');
    expect(await readHint(hexiao.table, deliveryId)).toMatchObject({ deliveryId });

    refused = null;
    await hexiao.settle();
    expect(await readHint(hexiao.table, deliveryId)).toBeUndefined();
    await deleteHint(hexiao.table, deliveryId);
  });
});
