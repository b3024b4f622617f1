import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleFunctions } from '../../infra/bundle.ts';
import { type FunctionModule, type LocalHexiao, startHexiao } from '../../infra/local/hexiao.ts';
import type { FunctionName } from '../../infra/topology.ts';
import { sha256Hex } from '../../lib/crypto/hash.ts';
import { silent } from '../../lib/log/log.ts';
import { type HttpAnswer, httpEvent } from '../infra/runtime/events.ts';
import { Receiver } from '../lib/notices/receiver.ts';
import { TEST_BODY_KEYS_FILE } from '../support/body-keys-file.ts';
import { Client } from '../support/client.ts';
import { APP_KEY } from '../support/douyin.ts';
import { OPERATOR_TOKEN } from '../support/hexiao.ts';
import { sample, startSampleSandbox } from '../support/samples.ts';

describe('the bundles that are deployed', () => {
  const outDirectory = mkdtempSync(join(tmpdir(), 'hexiao-bundles-'));
  const functions = new Map<FunctionName, FunctionModule>();
  let hexiao: LocalHexiao;
  let receiver: Receiver;
  let secretOfEndpoint = '';
  let platform: Awaited<ReturnType<typeof startSampleSandbox>>;

  beforeAll(async () => {
    bundleFunctions({ outDirectory });
    platform = await startSampleSandbox();
    receiver = await Receiver.start();
    hexiao = await startHexiao({
      bodyKeysFile: TEST_BODY_KEYS_FILE,
      proofKeysFile: TEST_BODY_KEYS_FILE,
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
    await hexiao?.stop();
    await platform?.sandbox.stop();
    await receiver?.stop();
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
    const wanted = { url: `${receiver.url}/in`, types: ['voucher.redeemed'] };
    const made = await client.call<{ secret: string }>(
      ...(['POST', '/v1/webhook-endpoints', wanted, token] as const),
    );
    secretOfEndpoint = made.secret;
    platform.redeem();
    const { body, signature } = sample('certificate-verify');
    const webhook = (text: string, given: string) =>
      httpEvent({
        method: 'POST',
        path: `/webhooks/douyin-life/${APP_KEY}`,
        headers: { 'x-douyin-signature': given },
        body: text,
      });

    const refused = await invoke('ingest', webhook(`${body} `, signature));
    expect(refused.statusCode).toBe(401);
    const taken = await invoke('ingest', webhook(body, signature));
    expect(taken).toMatchObject({ statusCode: 200, body: '{"err_no":0,"err_tips":"success"}' });
    await client.idle();

    const query = '/v1/gmv?from=2025-10-01&to=2025-10-31';
    const answer = await invoke(
      'api',
      httpEvent({ method: 'GET', path: query, headers: { authorization: `Bearer ${token}` } }),
    );
    expect(JSON.parse(answer.body)).toMatchObject({
      total: { redeemedFen: 10_900, redeemedCount: 1 },
    });
  });

  it('tell its provider of it, signed', () => {
    const [{ body, headers } = { body: '', headers: {} }, ...others] = receiver.told;
    expect(others).toEqual([]);
    const told = new Webhook(secretOfEndpoint).verify(body, headers as Record<string, string>);
    expect(told).toMatchObject({ type: 'voucher.redeemed', data: { amountFen: 10_900 } });
  });

  it('run the schedule', async () => {
    const handler = functions.get('reconcile')?.handler as
      | ((event: object) => Promise<object>)
      | undefined;
    expect(await handler?.({})).toMatchObject({ hints: 0 });
  });
});
