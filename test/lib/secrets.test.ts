import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, describe, expect, test } from 'vitest';
import { silent } from '../../lib/log/log.ts';
import type { FetchVersion } from '../../lib/secrets/aws.ts';
import { versionFetcher } from '../../lib/secrets/aws.ts';
import { secretsReader } from '../../lib/secrets/secrets.ts';

const ID = 'hexiao/prod/apps/douyin-life/aw0';
const MINUTE_MS = 60_000;

/** Secrets Manager's two live versions, as far as a test sets them. */
function versions(first: Partial<Record<'AWSCURRENT' | 'AWSPREVIOUS', string>>) {
  const state = { live: first, asked: 0, isDown: false, nowMs: 0 };
  const fetchVersion: FetchVersion = async (_id, stage) => {
    state.asked += 1;
    if (state.isDown) throw new Error('out of reach');
    return state.live[stage];
  };
  const read = secretsReader({ fetchVersion, now: () => state.nowMs, log: silent });
  return { state, read };
}

describe('an app’s secrets', () => {
  test('are both live versions, the current one first, each once', async () => {
    const { read } = versions({
      AWSCURRENT: '{"clientSecret":["new","old"],"other":"one"}',
      AWSPREVIOUS: '{"clientSecret":"old","gone":"two"}',
    });
    expect(await read(ID)).toEqual({
      ...{ clientSecret: ['new', 'old'], other: ['one'], gone: ['two'] },
    });
  });

  test('need no previous version', async () => {
    const { read } = versions({ AWSCURRENT: '{"clientSecret":"first"}' });
    expect(await read(ID)).toEqual({ clientSecret: ['first'] });
  });

  test('are requested once a minute, however many want them at once', async () => {
    const { state, read } = versions({ AWSCURRENT: '{"clientSecret":"one"}' });

    await Promise.all([read(ID), read(ID), read(ID)]);
    expect(state.asked).toBe(2);
    state.live = { AWSCURRENT: '{"clientSecret":"two"}' };
    state.nowMs = MINUTE_MS - 1;
    expect(await read(ID)).toEqual({ clientSecret: ['one'] });
    state.nowMs = MINUTE_MS;
    expect(await read(ID)).toEqual({ clientSecret: ['two'] });
  });

  test('are remembered for an hour while nobody can be asked, and no longer', async () => {
    const { state, read } = versions({ AWSCURRENT: '{"clientSecret":"one"}' });
    await read(ID);
    state.isDown = true;
    state.nowMs = 60 * MINUTE_MS;

    expect(await read(ID)).toEqual({ clientSecret: ['one'] });
    await expect(read(`${ID}-other`)).rejects.toThrow('out of reach');
    state.nowMs += 1;
    await expect(read(ID)).rejects.toThrow('out of reach');
  });

  test.each(['not JSON s3cret', '"s3cret"', '[]', '{"a":""}', '{"a":[]}', '{"a":{"b":"s3cret"}}'])(
    'of another form are refused without being repeated: %s',
    async (text) => {
      const { read } = versions({ AWSCURRENT: text });
      const error = await read(ID).catch((thrown: unknown) => thrown);
      expect(String(error)).toContain(ID);
      expect(String(error)).not.toContain('s3cret');
    },
  );

  test('that are not there are missed by name', async () => {
    await expect(versions({}).read(ID)).rejects.toThrow(`no secret ${ID}`);
  });
});

describe('the AWS client', () => {
  let server: Server | undefined;
  afterEach(() => server?.close());

  test('asks for the stage, and takes a stage that no version has for none', async () => {
    const asked: unknown[] = [];
    server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      request.on('end', () => {
        const body = JSON.parse(text) as { VersionStage: string };
        asked.push([request.headers['x-amz-target'], body]);
        const isCurrent = body.VersionStage === 'AWSCURRENT';
        const none = '{"__type":"ResourceNotFoundException","Message":"no"}';
        response.writeHead(isCurrent ? 200 : 400, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(isCurrent ? '{"SecretString":"{}"}' : none);
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const fetch = versionFetcher(
      new SecretsManagerClient({
        endpoint: `http://127.0.0.1:${port}`,
        region: 'us-east-1',
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      }),
    );

    expect(await fetch(ID, 'AWSCURRENT')).toBe('{}');
    expect(await fetch(ID, 'AWSPREVIOUS')).toBeUndefined();
    expect(asked[0]).toEqual([
      'secretsmanager.GetSecretValue',
      { SecretId: ID, VersionStage: 'AWSCURRENT' },
    ]);
  });
});
