import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildApp } from '../../infra/aws/app.ts';
import { type Template, templateSchema } from '../../infra/aws/checks/template.ts';
import { DEFAULT_REGION } from '../../infra/aws/regions.ts';
import { bundleFunctions } from '../../infra/bundle.ts';
import { TABLE_NAME } from '../../infra/local/emulators.ts';
import { sha256Hex } from '../../lib/crypto/hash.ts';
import type { BatchResponse } from '../../lib/queue/batch.ts';
import { keys } from '../../lib/store/keys.ts';
import { Table } from '../../lib/store/table.ts';
import { APP_KEY, CLIENT_SECRET } from '../support/douyin.ts';
import { OPERATOR_TOKEN } from '../support/hexiao.ts';
import { SAMPLE_MERCHANT, SAMPLE_STORE, sample, startSampleSandbox } from '../support/samples.ts';
import { Deployed } from './runtime/deployed.ts';
import { sqsEvent } from './runtime/events.ts';
import { Lambda } from './runtime/lambda.ts';
import { MAX_PAYLOAD_BYTES } from './runtime/runtime-api.ts';

const scratch = mkdtempSync(join(tmpdir(), 'hexiao-runtime-'));
const WEBHOOK = `/webhooks/douyin-life/${APP_KEY}`;
let template: Template;
let deployed: Deployed;
let platform: Awaited<ReturnType<typeof startSampleSandbox>>;

beforeAll(async () => {
  const bundlesDirectory = join(scratch, 'bundles');
  const assembly = join(scratch, 'out');
  bundleFunctions({ outDirectory: bundlesDirectory });
  // The platform's sandbox is on this machine.
  const stages = { prod: { privateAddresses: ['127.0.0.1'] } };
  const context = { region: DEFAULT_REGION, stage: 'prod', stages };
  const [stack] = buildApp({ bundlesDirectory, context, outdir: assembly }).synth().stacks;
  template = templateSchema.parse(stack?.template);
  const operatorTokenHash = sha256Hex(OPERATOR_TOKEN);
  deployed = await Deployed.start({ template, assembly, operatorTokenHash });
  platform = await startSampleSandbox();
});

afterAll(async () => {
  await deployed?.stop();
  await platform?.sandbox.stop();
  rmSync(scratch, { recursive: true, force: true });
});

async function call<T>(
  method: string,
  path: string,
  body?: object,
  token = OPERATOR_TOKEN,
): Promise<T> {
  const answer = await deployed.request({
    method,
    path,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (answer.statusCode >= 300)
    throw new Error(`${method} ${path}: ${answer.statusCode} ${answer.body}`);
  return JSON.parse(answer.body) as T;
}

const webhook = (body: string, signature: string, asText = false) =>
  deployed.request({
    method: 'POST',
    path: WEBHOOK,
    headers: { 'x-douyin-signature': signature, 'content-type': 'application/json' },
    body,
    asText,
  });

describe('the template at work', () => {
  let providerToken: string;

  beforeAll(async () => {
    await call('PUT', `/v1/apps/douyin-life/${APP_KEY}`, {
      secrets: { clientSecret: CLIENT_SECRET },
      settings: { apiBaseUrl: platform.sandbox.url, factsSince: '2025-01-01' },
    });
    await call('PUT', '/v1/providers/p1', { name: '星河代运营', kind: 'agency' });
    await call('PUT', `/v1/merchants/douyin/${SAMPLE_MERCHANT}`, { name: '山月火锅' });
    await call('PUT', `/v1/stores/douyin/${SAMPLE_STORE}`, {
      ...{ name: '山月火锅(静安店)', merchantId: SAMPLE_MERCHANT, city: '上海' },
    });
    await call('POST', '/v1/contracts', {
      ...{ providerId: 'p1', platform: 'douyin', merchantId: SAMPLE_MERCHANT, mode: 'agency' },
      ...{ shareBp: 10_000, rateBp: 500, startsAt: '2025-01-01T00:00:00+08:00' },
    });
    const made = await call<{ token: string }>('POST', '/v1/providers/p1/tokens', {
      role: 'owner',
    });
    providerToken = made.token;
  });

  test('takes a redemption from a webhook to its provider’s GMV, within what the roles allow', async () => {
    const { body, signature } = sample('certificate-verify');
    platform.redeem();

    expect((await webhook(`${body} `, signature)).statusCode).toBe(401);
    expect(await webhook(body, signature)).toMatchObject({
      statusCode: 200,
      body: '{"err_no":0,"err_tips":"success"}',
    });
    // The same in the other encoding: the HTTP API hands text on as it is.
    expect((await webhook(body, signature, true)).statusCode).toBe(200);
    await deployed.drain('intake');
    await deployed.drain('attribution');

    const query = '/v1/gmv?from=2025-10-01&to=2025-10-31';
    expect(await call('GET', query, undefined, providerToken)).toMatchObject({
      total: { redeemedFen: 10_900, redeemedCount: 1 },
    });
    expect(deployed.refused).toEqual([]);
    const table = new Table(deployed.emulators.database, TABLE_NAME);
    const heard = await table.get(keys.heard('douyin-life', APP_KEY));
    expect(heard?.heardAtMs).toEqual(expect.any(Number));
  });

  test('counts in its log what the alarms watch, and shows no secret there', () => {
    const lines = deployed
      .logOf('ingest')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const rejected = lines.find(({ what }) => what === 'signature-rejected');

    expect(rejected).toMatchObject({
      SignatureRejected: 1,
      integration: 'douyin-life',
      _aws: {
        CloudWatchMetrics: [{ Namespace: 'Hexiao/prod', Dimensions: [[], ['integration']] }],
      },
    });
    expect(deployed.logOf('ingest') + deployed.logOf('api')).not.toContain(CLIENT_SECRET);
    expect(deployed.logOf('api')).not.toContain(OPERATOR_TOKEN);
  });

  test('runs what the schedule targets', async () => {
    expect(await deployed.tick('reconcile')).toMatchObject({
      result: { hints: 0, silent: 0 },
    });
    expect(deployed.logOf('reconcile')).toContain('"AppSilent":0');
    expect(deployed.refused).toEqual([]);
  });

  test('answers 404 to what no route takes, without a function', async () => {
    const answer = await deployed.request({ method: 'PUT', path: '/nothing' });
    expect(answer).toEqual({ statusCode: 404, body: '{"message":"Not Found"}' });
  });

  test('says in words that nothing is where a browser looked', async () => {
    const answer = await deployed.request({ method: 'GET', path: '/nothing' });
    expect(answer.statusCode).toBe(404);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'not-found' });
  });

  test('fails only the messages of a batch that nobody can read', async () => {
    const event = sqsEvent(['not a message', '{"type":"unknown","v":1}']);
    const { result } = await deployed.invoke('normalize', event);

    expect((result as BatchResponse).batchItemFailures).toEqual([
      { itemIdentifier: 'message-0' },
      { itemIdentifier: 'message-1' },
    ]);
  });

  test('refuses a webhook near Lambda’s limit as too large, and lives on', async () => {
    // Base64 makes four bytes of three, and the event around it takes some.
    const body = 'x'.repeat(Math.floor((MAX_PAYLOAD_BYTES - 10_000) * 0.75));
    expect((await webhook(body, 'none')).statusCode).toBe(413);
    expect((await webhook('{}', 'none')).statusCode).toBe(401);
  });

  test('fails a request of a function outside its role', async () => {
    const narrowed = structuredClone(template);
    for (const resource of Object.values(narrowed.Resources)) {
      const text = JSON.stringify(resource.Properties);
      resource.Properties = JSON.parse(
        text.replaceAll('"APP"', '"NOBODY"').replaceAll('"APP#*"', '"NOBODY#*"'),
      );
    }
    const other = await Deployed.start({
      ...{ template: narrowed, assembly: join(scratch, 'out'), operatorTokenHash: '' },
    });
    try {
      const { body, signature } = sample('certificate-verify');
      const headers = { 'x-douyin-signature': signature };
      const answer = await other.request({ method: 'POST', path: WEBHOOK, headers, body });

      expect(answer.statusCode).toBeGreaterThanOrEqual(500);
      expect(other.refused).toEqual([`ingest dynamodb:GetItem APP#douyin-life#${APP_KEY}`]);
    } finally {
      await other.stop();
    }
  });
});

describe('this runtime', () => {
  const run = async (code: string) => {
    const directory = mkdtempSync(join(scratch, 'made-'));
    writeFileSync(join(directory, 'index.mjs'), code);
    return Lambda.start({
      directory,
      handler: 'index.handler',
      environment: {},
      timeoutMs: 10_000,
    });
  };

  test('hands an error on as Lambda does', async () => {
    const lambda = await run('export const handler = () => { throw new TypeError("no") }');
    const { error } = await lambda.invoke({});
    await lambda.stop();
    expect(error).toEqual({ errorType: 'TypeError', errorMessage: 'no' });
  });

  test('takes an answer of 6 MB and refuses a larger one', async () => {
    const lambda = await run('export const handler = ({ bytes }) => "x".repeat(bytes - 2)');
    const largest = await lambda.invoke({ bytes: MAX_PAYLOAD_BYTES });
    const larger = await lambda.invoke({ bytes: MAX_PAYLOAD_BYTES + 1 });
    await lambda.stop();

    expect(String(largest.result)).toHaveLength(MAX_PAYLOAD_BYTES - 2);
    expect(larger.error?.errorType).toBe('Function.ResponseSizeTooLarge');
  });

  test('refuses an event over 6 MB before the function sees it', async () => {
    const lambda = await run('export const handler = () => 1');
    await expect(lambda.invoke('x'.repeat(MAX_PAYLOAD_BYTES))).rejects.toThrow('413');
    await lambda.stop();
  });

  test('says what kept a function from starting', async () => {
    const lambda = await run('throw new Error("Set TABLE_NAME")');
    await expect(lambda.invoke({})).rejects.toThrow('Set TABLE_NAME');
    await lambda.stop();
  });

  test('gives a function nothing of the environment around it', async () => {
    const lambda = await run('export const handler = () => Object.keys(process.env).toSorted()');
    const { result } = await lambda.invoke({});
    await lambda.stop();
    expect(result).toEqual(['AWS_LAMBDA_RUNTIME_API', 'LAMBDA_TASK_ROOT', '_HANDLER']);
  });
});
