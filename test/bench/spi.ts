import { ingestApp } from '../../functions/ingest/app.ts';
import { lazyCallbackRecords } from '../../functions/ingest/lazy-records.ts';
import { startEmulators, TABLE_NAME } from '../../infra/local/emulators.ts';
import { importCodes, putCodePool } from '../../lib/callbacks/code-pools.ts';
import { signSpi } from '../../lib/integrations/douyin-life/sandbox/index.ts';
import { silent } from '../../lib/log/log.ts';
import type { IntakeMessage } from '../../lib/queue/messages.ts';
import { Queue } from '../../lib/queue/queue.ts';
import { putApp, readApp } from '../../lib/store/accounts/parties.ts';
import { Table } from '../../lib/store/table.ts';

/**
 * How long a platform waits for its codes: synchronous callbacks one after the other through the whole
 * receiver, over HTTP to the embedded table and queue. `npm run bench -- spi`
 */

const CALLS = 500;
const WARM_UP = 20;
const TARGET_P99_MS = 300;

const APP_KEY = 'aw0000000000test';
const SECRET = 'test_client_secret_0001';
const MERCHANT = '7300000000000000001';

export async function run(): Promise<object> {
  const emulators = await startEmulators();
  try {
    const table = new Table(emulators.database, TABLE_NAME);
    const intake = new Queue<IntakeMessage>(emulators.sqs, emulators.queues.intake.url);
    await prepare(table);
    const receiver = ingestApp({
      findApp: (integration, appKey) => readApp(table, integration, appKey),
      openCallbackRecords: (platform) => lazyCallbackRecords(table, platform, Date.now),
      sendToIntake: (message, delaySeconds) => intake.send(message, delaySeconds),
      now: Date.now,
      log: silent,
    });
    const timesMs: number[] = [];
    for (let call = 0; call < WARM_UP + CALLS; call += 1) {
      const request = issueRequest(`order-${call}`);
      const startedMs = performance.now();
      const response = await receiver.request(request);
      const text = await response.text();
      if (call >= WARM_UP) timesMs.push(performance.now() - startedMs);
      if (!/"result":1\b/.test(text)) throw new Error(`call ${call} was given no code: ${text}`);
    }
    timesMs.sort((a, b) => a - b);
    const p = (share: number) => Math.round((timesMs[Math.ceil(share * CALLS) - 1] ?? 0) * 10) / 10;
    return { calls: CALLS, p50Ms: p(0.5), p99Ms: p(0.99), targetP99Ms: TARGET_P99_MS };
  } finally {
    await emulators.stop();
  }
}

/** One merchant with more imported codes than calls. */
async function prepare(table: Table): Promise<void> {
  await putApp(table, {
    ...{ integration: 'douyin-life', appKey: APP_KEY, secrets: { clientSecret: [SECRET] } },
    settings: { enrichment: 'pull', merchantId: MERCHANT },
  });
  const name = { platform: 'douyin', merchantId: MERCHANT } as const;
  await putCodePool(table, name, { source: 'imported' });
  const codes = Array.from({ length: CALLS + WARM_UP + 100 }, (_, index) => `CODE-${index}`);
  await importCodes(table, name, codes);
}

function issueRequest(orderId: string): Request {
  const query = new URLSearchParams({ client_key: APP_KEY, timestamp: String(Date.now()) });
  const body = JSON.stringify({ order_id: orderId, count: 1, sku: { sku_id: '1805000000000001' } });
  const url = `http://hexiao.test/spi/douyin-life/${APP_KEY}/tripartite_code?${query}`;
  const headers = { 'x-life-sign': signSpi(SECRET, query, body) };
  return new Request(url, { method: 'POST', headers, body });
}
