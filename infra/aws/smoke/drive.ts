import { spawn } from 'node:child_process';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { callRest, type Emulator } from './aws-calls.ts';

/**
 * Plays every platform against what was deployed, through its HTTP API, and compares every voucher: the
 * emulator runs the functions. @returns what `simulate` said, and whether all was right
 */
export async function drive(
  emulator: Emulator,
  apiId: string,
  operatorToken: string,
): Promise<{ readonly isRight: boolean; readonly said: string }> {
  const { apiEndpoint } = await callRest(emulator, 'apigateway', `/v2/apis/${apiId}`);
  const front = await serveAs(new URL(String(apiEndpoint)).host, emulator.endpoint);
  const { port } = front.address() as AddressInfo;
  try {
    const main = new URL('../../../lib/cli/main.ts', import.meta.url).pathname;
    const options = ['--url', `http://127.0.0.1:${port}`, '--operator', operatorToken];
    const load = ['--integration', 'all', '--rate', '2', '--seconds', '15', '--duplicate', '10%'];
    const child = spawn(process.execPath, [main, 'simulate', ...options, ...load]);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    }
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { isRight: code === 0, said };
  } finally {
    front.close();
  }
}

/** An emulator distinguishes APIs by the host requested, and such a host has no address here. */
async function serveAs(host: string, endpoint: string): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    const { method, url = '/', headers } = incoming;
    const onward = request(new URL(url, endpoint), {
      ...(method === undefined ? {} : { method }),
      headers: { ...headers, host },
    });
    onward.on('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    onward.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
