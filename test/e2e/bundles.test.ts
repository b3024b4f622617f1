import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../../infra/bundle.ts';
import { type FunctionModule, type LocalHexiao, startHexiao } from '../../infra/local/hexiao.ts';
import type { FunctionName } from '../../infra/topology.ts';
import { sha256Hex } from '../../lib/crypto/hash.ts';
import { silent } from '../../lib/log/log.ts';
import { Client } from '../support/client.ts';
import { APP_KEY } from '../support/douyin.ts';
import { OPERATOR_TOKEN } from '../support/hexiao.ts';
import { sample, startSampleSandbox } from '../support/samples.ts';

/** An API Gateway HTTP API event, payload format 2.0, as far as a function reads it. */
function httpEvent(method: string, path: string, headers: Record<string, string>, body?: string) {
  const [rawPath = '', rawQueryString = ''] = path.split('?');
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: { host: 'api.test', ...headers },
    requestContext: {
      domainName: 'api.test',
      stage: '$default',
      requestId: 'request-1',
      http: {
        method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'test',
      },
    },
    isBase64Encoded: body !== undefined,
    ...(body === undefined ? {} : { body: Buffer.from(body, 'utf8').toString('base64') }),
  };
}

interface HttpAnswer {
  readonly statusCode: number;
  readonly body: string;
}

describe('the bundles that are deployed', () => {
  const outDirectory = mkdtempSync(join(tmpdir(), 'hexiao-bundles-'));
  const functions = new Map<FunctionName, FunctionModule>();
  let hexiao: LocalHexiao;
  let platform: Awaited<ReturnType<typeof startSampleSandbox>>;

  beforeAll(async () => {
    bundleFunctions({ outDirectory });
    platform = await startSampleSandbox();
    hexiao = await startHexiao({
      port: 0,
      operatorTokenHash: sha256Hex(OPERATOR_TOKEN),
      log: silent,
      async loadFunction(name) {
        const file = pathToFileURL(join(outDirectory, name, 'index.mjs')).href;
        const module = (await import(/* @vite-ignore */ file)) as FunctionModule;
        functions.set(name, module);
        return module;
      },
    });
  });

  afterAll(async () => {
    await hexiao.stop();
    await platform.sandbox.stop();
    rmSync(outDirectory, { recursive: true, force: true });
  });

  const invoke = async (name: FunctionName, event: object): Promise<HttpAnswer> => {
    const handler = functions.get(name)?.handler as
      | ((event: object) => Promise<HttpAnswer>)
      | undefined;
    if (handler === undefined) throw new Error(`there is no bundle of ${name}`);
    return handler(event);
  };

  it('take a redemption from a base64 API Gateway event to the GMV of its provider', async () => {
    const client = new Client(hexiao.url);
    const token = await client.registerSamples(platform.sandbox.url);
    platform.redeem();
    const { body, signature } = sample('certificate-verify');
    const path = `/webhooks/douyin-life/${APP_KEY}`;

    const refused = await invoke(
      'ingest',
      httpEvent('POST', path, { 'x-douyin-signature': signature }, `${body} `),
    );
    expect(refused.statusCode).toBe(401);
    const taken = await invoke(
      'ingest',
      httpEvent('POST', path, { 'x-douyin-signature': signature }, body),
    );
    expect(taken).toMatchObject({ statusCode: 200, body: '{"err_no":0,"err_tips":"success"}' });
    await client.idle();

    const query = '/v1/gmv?from=2025-10-01&to=2025-10-31';
    const answer = await invoke(
      'api',
      httpEvent('GET', query, { authorization: `Bearer ${token}` }),
    );
    expect(JSON.parse(answer.body)).toMatchObject({
      total: { redeemedFen: 10_900, redeemedCount: 1 },
    });
  });

  it('run the schedule', async () => {
    const handler = functions.get('reconcile')?.handler as
      | ((event: object) => Promise<number>)
      | undefined;
    expect(await handler?.({})).toBe(0);
  });
});
