import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type IngestDeps, ingestApp } from '../../functions/ingest/app.ts';
import type { App } from '../../lib/integrations/kit/app.ts';
import type { Receiver } from '../../lib/integrations/kit/integration.ts';
import { silent } from '../../lib/log/log.ts';

/** A console that checks the address by a signed GET: the signature covers token, timestamp and nonce. */

const APP: App = {
  ...{ integration: 'made', appKey: 'app-1', secrets: { token: ['AAAAA'] } },
  settings: { enrichment: 'none' },
};

const sha1 = (parts: readonly string[]) =>
  createHash('sha1')
    .update([...parts].sort().join(''))
    .digest('hex');

const plain: Receiver = {
  name: 'made',
  platform: 'douyin',
  verify: () => false,
  // A repetition is encrypted anew: its identity is what the app's key opens.
  signedBytes: ({ body }, { appKey }) => Buffer.from(`${appKey} ${body.byteLength}`),
  acknowledge: () => ({ status: 200, headers: {}, body: 'success' }),
};

const made: Receiver = {
  ...plain,
  checkUrl: ({ query }, { secrets }) => {
    const [timestamp = '', nonce = ''] = ['timestamp', 'nonce'].map(
      (name) => query.get(name) ?? '',
    );
    const isSigned = (secrets.token ?? []).some(
      (token) => sha1([token, timestamp, nonce]) === query.get('signature'),
    );
    const body = query.get('echostr');
    return isSigned && body !== null ? { status: 200, headers: {}, body } : undefined;
  },
};

const deps: IngestDeps = {
  findApp: async (_integration, appKey) => (appKey === APP.appKey ? APP : undefined),
  openCallbackRecords: () => ({ toNotify: new Set() }) as never,
  sendToIntake: async () => {},
  ...{ now: () => 0, log: silent, receiverOf: () => made },
};

/** The official page's own example, with an `echostr`. */
const CHECK =
  'signature=f464b24fc39322e44b38aa78f5edd27bd1441696&timestamp=1714036504&nonce=1514711492&echostr=4375120948345356249';

describe('a console’s signed check of the address', () => {
  const get = (path: string, receiver: Receiver = made) =>
    ingestApp({ ...deps, receiverOf: () => receiver }).request(path);

  test('is answered with what it asks to be repeated', async () => {
    const response = await get(`/webhooks/made/app-1?${CHECK}`);
    expect([response.status, await response.text()]).toEqual([200, '4375120948345356249']);
  });

  test('is refused alike for a wrong signature and for an app that nobody has', async () => {
    const wrong = await get(`/webhooks/made/app-1?${CHECK.replace('=f464', '=f465')}`);
    const nobody = await get(`/webhooks/made/app-2?${CHECK}`);
    const [a, b] = [await wrong.json(), await nobody.json()] as { code: string; detail: string }[];
    expect([wrong.status, nobody.status]).toEqual([401, 401]);
    expect(a).toMatchObject({ code: 'signature-invalid' });
    expect(b).toMatchObject({ code: a?.code, detail: a?.detail });
  });

  test('is no browser’s look at the address, and asks nothing of who makes no such check', async () => {
    expect(await (await get('/webhooks/made/app-1')).text()).toContain('Hexiao is here');
    const response = await get(`/webhooks/made/app-1?${CHECK}`, plain);
    expect(await response.text()).toContain('Hexiao is here');
  });

  test('and a delivery’s identity may be what the app’s keys open', async () => {
    const ids: string[] = [];
    const ingest = ingestApp({
      ...deps,
      receiverOf: () => ({ ...made, verify: () => true }),
      sendToIntake: async (message) => {
        ids.push((message as { deliveryId: string }).deliveryId);
      },
    });
    for (const body of ['sealed-1', 'sealed-2']) {
      await ingest.request('/webhooks/made/app-1', { method: 'POST', body });
    }
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });
});
