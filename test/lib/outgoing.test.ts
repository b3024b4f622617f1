import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, test } from 'vitest';
import { callable } from '../../lib/http/addresses.ts';
import { AddressRefused, outgoing } from '../../lib/http/outgoing.ts';
import { exchange } from '../../lib/integrations/kit/http.ts';
import { failureOf } from '../support/platform-fetch.ts';

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** A platform that keeps what it was asked. */
async function serve(
  host = '127.0.0.1',
  answer: { status?: number; headers?: Record<string, string>; body?: string | Buffer } = {},
  port = 0,
) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    textOf(request)
      .then((body) => {
        const { method = '', url: path = '', headers } = request;
        seen.push({ method, path, headers, body });
        response.writeHead(answer.status ?? 200, answer.headers);
        response.end(answer.body ?? '{"ok":true}');
      })
      .catch(() => response.destroy());
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  return { seen, port: (server.address() as AddressInfo).port };
}

/** Names that resolve to each of these in turn, and to the last from then on. */
function resolvingTo(...turns: string[][]): LookupFunction & { asked: number } {
  const lookup = (_name: string, _options: object, done: Parameters<LookupFunction>[2]) => {
    const turn = turns[Math.min(lookup.asked, turns.length - 1)] ?? [];
    lookup.asked += 1;
    done(
      null,
      turn.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  lookup.asked = 0;
  return lookup;
}

const causeOf = async (asking: Promise<unknown>): Promise<unknown> =>
  asking.then(
    () => 'nothing failed',
    (error: unknown) => error,
  );

describe('which addresses may be called', () => {
  const PRIVATE = [
    ...['127.0.0.1', '127.8.8.8', '0.0.0.0', '10.0.0.1', '172.16.0.1', '172.31.255.255'],
    ...['192.168.1.1', '169.254.169.254', '100.100.100.200', '198.18.0.1', '224.0.0.1'],
    ...['255.255.255.255', '240.0.0.1', '192.0.2.1', '::', '::1', 'fe80::1', 'fec0::1', 'fd00::1'],
    ...['fd00:ec2::254', 'ff02::1', '::ffff:127.0.0.1', '::ffff:a9fe:a9fe', '::7f00:1'],
    ...['64:ff9b::7f00:1', '2002:7f00:1::', '2001::1', '2001:db8::1', '3fff::1', '4000::1'],
  ];
  const PUBLIC = [
    ...['8.8.8.8', '1.1.1.1', '172.15.255.255', '172.32.0.0', '100.63.255.255', '100.128.0.0'],
    ...['169.253.255.255', '198.20.0.0', '223.255.255.255', '2606:4700::1111', '2400:3200::1'],
  ];

  test.each(PRIVATE)('%s may not, encrypted or not', (address) => {
    expect([callable('')(address, true), callable('')(address, false)]).toEqual([false, false]);
  });

  test.each(PUBLIC)('%s may, over TLS', (address) => {
    expect([callable('')(address, true), callable('')(address, false)]).toEqual([true, false]);
  });

  test('a named one may, over anything, and its neighbour may not', () => {
    const may = callable('10.1.0.0/16, ::1 ,192.168.7.7');
    expect(['10.1.255.1', '::1', '192.168.7.7'].every((one) => may(one, false))).toBe(true);
    expect(['10.2.0.1', '::2', '192.168.7.8'].some((one) => may(one, true))).toBe(false);
  });

  test.each(['loopback', '10.0.0.0/33', '10.0.0.0/', 'fd00::/129', '10.0.0.0/8/8', '10.0.0/8'])(
    'a setting of %s is refused at the start',
    (named) => {
      expect(() => outgoing({ named })).toThrow(/is no address and no range/);
    },
  );
});

describe('a call', () => {
  test('brings its method, headers and body, and the answer’s bytes and headers', async () => {
    const { seen, port } = await serve('127.0.0.1', { headers: { 'retry-after': '7' } });
    const fetch = outgoing({ named: '127.0.0.1' });
    const response = await fetch(`http://127.0.0.1:${port}/a?b=1`, {
      method: 'POST',
      headers: { 'access-token': 't' },
      body: new URLSearchParams({ c: '核销' }),
    });
    expect(await response.json()).toEqual({ ok: true });
    expect([response.status, response.headers.get('retry-after')]).toEqual([200, '7']);
    expect(seen).toMatchObject([
      { method: 'POST', path: '/a?b=1', body: `c=${encodeURIComponent('核销')}` },
    ]);
    expect(seen[0]?.headers).toMatchObject({
      ...{ 'access-token': 't', 'accept-encoding': 'identity' },
      'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
    });
  });

  test.each(['127.0.0.1', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]', '[::1]', 'localhost'])(
    'to %s is refused before anything is sent, unless it is named',
    async (host) => {
      const { seen, port } = await serve();
      const refused = await causeOf(outgoing({})(`http://${host}:${port}/`));
      expect(refused).toBeInstanceOf(AddressRefused);
      expect(seen).toEqual([]);
    },
  );

  test('to a name that resolves to another address the second time does not reach it', async () => {
    // Prepare: one port at two addresses of this machine; only the first may be called
    const first = await serve('127.0.0.1', { headers: { connection: 'close' } });
    const second = await serve('127.0.0.2', {}, first.port);
    const lookup = resolvingTo(['127.0.0.1'], ['127.0.0.2']);
    const fetch = outgoing({ named: '127.0.0.1', lookup });
    const url = `http://platform.test:${first.port}/`;
    // Act
    expect((await fetch(url)).status).toBe(200);
    const again = await causeOf(fetch(url));
    // Assess: each connection asked once, and the answer that was checked is the one that counts
    expect(again).toBeInstanceOf(AddressRefused);
    expect([first.seen.length, second.seen.length, lookup.asked]).toEqual([1, 0, 2]);
  });

  test.each([[['127.0.0.1', '127.0.0.2']], [['127.0.0.2', '127.0.0.1']], [[]]])(
    'to a name of which one address may not be called is refused: %j',
    async (addresses) => {
      const { seen, port } = await serve();
      const fetch = outgoing({ named: '127.0.0.1', lookup: resolvingTo(addresses) });
      expect(await causeOf(fetch(`http://platform.test:${port}/`))).toBeInstanceOf(AddressRefused);
      expect(seen).toEqual([]);
    },
  );

  test('does not follow a redirect', async () => {
    const { seen: elsewhere, port: other } = await serve();
    const { port } = await serve('127.0.0.1', {
      status: 302,
      headers: { location: `http://127.0.0.1:${other}/` },
    });
    const response = await outgoing({ named: '127.0.0.1' })(`http://127.0.0.1:${port}/`);
    expect([response.status, elsewhere.length]).toEqual([302, 0]);
  });

  test('takes no answer in an encoding that it did not ask for', async () => {
    const { port } = await serve('127.0.0.1', { headers: { 'content-encoding': 'gzip' } });
    const failed = await causeOf(outgoing({ named: '127.0.0.1' })(`http://127.0.0.1:${port}/`));
    expect(String(failed)).toMatch(/encoding/);
  });

  test.each([204, 304])('takes an answer without a body: %i', async (status) => {
    const { port } = await serve('127.0.0.1', { status, body: '' });
    const response = await outgoing({ named: '127.0.0.1' })(`http://127.0.0.1:${port}/`);
    expect([response.status, await response.text()]).toEqual([status, '']);
  });

  test('ends with its signal, in the middle of an answer too', async () => {
    // Prepare: a platform that answers half
    const { promise: isHungUp, resolve: hangUp } = Promise.withResolvers<void>();
    const server = createServer((request, response) => {
      request.socket.once('close', () => hangUp());
      response.writeHead(200, { 'content-length': '10' });
      response.write('{"ok"');
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const controller = new AbortController();
    const fetch = outgoing({ named: '127.0.0.1' });
    // Act
    const response = await fetch(`http://127.0.0.1:${port}/`, { signal: controller.signal });
    const reading = causeOf(response.text());
    controller.abort();
    // Assess
    expect(await reading).toBeInstanceOf(Error);
    await isHungUp;
  });

  test('that is refused makes a platform that is down, and says which setting names it', async () => {
    const asking = exchange(
      'certificate/query',
      { url: 'http://169.254.169.254/latest/meta-data/', init: {} },
      { fetch: outgoing({}), now: () => 0 },
    );
    const error = await failureOf(asking);
    expect(error).toMatchObject({ retryable: true, down: true });
    expect(error.message).toMatch(/^certificate\/query was not called: .*PRIVATE_ADDRESSES/);
  });
});

describe('a call that nobody answers', () => {
  test('ends at its time, whatever the collector takes meanwhile', async () => {
    const server = createServer(() => undefined);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const fetch = outgoing({ named: '127.0.0.1' });
    const url = `http://127.0.0.1:${port}/`;
    const asked = [1, 2, 3, 4].map(() =>
      fetch(url, { method: 'POST', body: '{}', signal: AbortSignal.timeout(300) }).then(
        () => 'answered',
        (error: Error) => error.name,
      ),
    );
    for (let n = 0; n < 4; n += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      collect();
    }
    expect(await Promise.all(asked)).toEqual(asked.map(() => 'AbortError'));
  });
});

/** Collects what nobody holds, as a busy process does by itself. */
function collect(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}
