import type { LookupFunction } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { callable } from '../../../lib/http/addresses.ts';
import { outgoing } from '../../../lib/http/outgoing.ts';
import { send } from '../../../lib/notices/send.ts';
import { wrongInUrl } from '../../../lib/notices/url.ts';
import { Receiver } from './receiver.ts';

let receiver: Receiver;
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(() => receiver?.stop());

const sender = { fetch: outgoing({ named: '127.0.0.1' }), now: Date.now };
const sending = (path = '/in') => ({
  url: `${receiver.url}${path}`,
  headers: { 'x-own': 'yes' },
  body: '{"type":"endpoint.test"}',
});

describe('one sending', () => {
  test('brings the body to the byte, and takes every 2xx for taken', async () => {
    const sent = await send(sending('/in?a=b'), sender);

    expect(sent).toMatchObject({ failure: null, status: 204, answer: '' });
    expect(receiver.told).toMatchObject([
      { path: '/in?a=b', body: '{"type":"endpoint.test"}', headers: { 'x-own': 'yes' } },
    ]);
  });

  test('follows no redirect, and does not reach what it leads to', async () => {
    receiver.behave = (response) => response.writeHead(307, { location: '/elsewhere' }).end();

    expect(await send(sending(), sender)).toMatchObject({ failure: 'redirect', status: 307 });
    expect(receiver.told.map(({ path }) => path)).toEqual(['/in']);
  });

  test('keeps a line of the answer, and nothing that has the form of a secret or a person', async () => {
    receiver.behave = (response) =>
      response
        .writeHead(500)
        .end(
          `no\n{"access_token":"abc-secret"} 13812345678 code 912345678901 ${'x'.repeat(9_000)}`,
        );
    const { answer, failure, status } = await send(sending(), sender);

    expect([failure, status, answer.length]).toEqual(['status', 500, 500]);
    expect(answer).toMatch(/^no \{"access_token":"\[secret\]"\} \[phone\] code \[digits\] x+$/);
  });

  test('does not wait for an answer without an end', async () => {
    receiver.behave = (response) => {
      response.writeHead(200);
      const more = () => response.write('y'.repeat(8_192), more);
      more();
    };
    expect(await send(sending(), sender, 5_000)).toMatchObject({ failure: null, status: 200 });
  });

  test('cuts who is slow', async () => {
    receiver.behave = () => undefined;
    expect(await send(sending(), sender, 50)).toMatchObject({ failure: 'timeout', status: null });
  });

  test('understands when somebody wants to be left alone', async () => {
    const after = ['120', new Date(Date.now() + 60_000).toUTCString(), 'soon'];
    const waits: (number | null)[] = [];
    for (const text of after) {
      receiver.behave = (response) => response.writeHead(429, { 'retry-after': text }).end();
      waits.push((await send(sending(), sender)).retryAfterMs);
    }
    expect(waits).toEqual([120_000, expect.any(Number), null]);
    expect(waits[1]).toBeGreaterThan(50_000);
    expect(waits[1]).toBeLessThanOrEqual(60_000);
  });

  test('does not reach a private address behind a name, whatever the name was before', async () => {
    // Prepare: a name that is public when somebody looks, and ours when somebody connects
    const turns = [['8.8.8.8'], ['127.0.0.1']];
    let asked = 0;
    const lookup: LookupFunction = (_name, _options, done) => {
      const turn = turns[Math.min(asked, 1)] ?? [];
      asked += 1;
      done(
        null,
        turn.map((address) => ({ address, family: 4 })),
      );
    };
    const { port } = new URL(receiver.url);
    const url = `https://rebinding.example:${port}/in`;
    expect(wrongInUrl(url, callable(''), 'hub.example')).toBeUndefined();
    await new Promise((resolve) => lookup('rebinding.example', {}, resolve));
    // Act
    const sent = await send({ ...sending(), url }, { ...sender, fetch: outgoing({ lookup }) });
    // Assess
    expect(sent).toMatchObject({ failure: 'address-refused', status: null });
    expect([receiver.told, asked]).toEqual([[], 2]);
  });
});

describe('the address of an endpoint', () => {
  const wrong = (url: string, named = '') => wrongInUrl(url, callable(named), 'hub.example');

  test.each([
    ...[
      'http://erp.example/in',
      'ftp://erp.example/',
      'erp.example',
      'https://hub.example/webhooks',
    ],
    ...[
      'https://10.0.0.7/',
      'https://169.254.169.254/latest',
      'https://[::1]/',
      'https://2130706433/',
    ],
    ...[
      'https://localhost/',
      'https://a.localhost./',
      'https://u:p@erp.example/',
      'http://127.0.0.1:9/',
    ],
    ...['https://erp.example/#here', `https://erp.example/${'x'.repeat(2_000)}`, 'http://8.8.8.8/'],
  ])('%s is refused on a deployed stage', (url) => {
    expect(wrong(url)).toEqual(expect.any(String));
  });

  test('on the public internet over TLS is taken, and on this machine where that is named', () => {
    expect([wrong('https://erp.example/in?a=1'), wrong('https://8.8.8.8/')]).toEqual([
      undefined,
      undefined,
    ]);
    const local = ['http://127.0.0.1:3000/in', 'http://localhost:3000/', 'http://[::1]:3000/'];
    expect(local.map((url) => wrong(url, '127.0.0.0/8,::1'))).toEqual(local.map(() => undefined));
    expect(wrong('http://erp.example/', '127.0.0.0/8')).toEqual(expect.any(String));
  });
});
