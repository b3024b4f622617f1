import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import type { Api } from './player.ts';

export interface ServedApi {
  /** `http://127.0.0.1:<port>`: an app's `settings.apiBaseUrl`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Serves a sandbox's API on this machine only, at any free port by default. */
export async function serveApi({ fetch }: Api, port = 0): Promise<ServedApi> {
  const hostname = '127.0.0.1';
  const server = await new Promise<ServerType>((resolve, reject) => {
    const started = serve({ fetch, hostname, port }, () => resolve(started));
    started.once('error', reject);
  });
  return {
    url: `http://${hostname}:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        if ('closeAllConnections' in server) server.closeAllConnections();
      }),
  };
}
