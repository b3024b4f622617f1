import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { Faults } from './faults.ts';
import type { IdSource } from './ids.ts';
import { createSender, type SenderOptions } from './sender.ts';
import { type AppOptions, sandboxApp } from './server.ts';
import { type Stock, stock } from './stock.ts';
import { IssuedTokens } from './tokens.ts';
import { World } from './world.ts';

export type { Fault } from './faults.ts';
export { Faults } from './faults.ts';
export { countingIds, type IdSource } from './ids.ts';

export type { WebhookMessage } from './messages.ts';
export type * from './model.ts';
export { seededRandom } from './random.ts';
export { REVERSAL_WINDOW_PASSED, Refusal } from './refusal.ts';

export { createSender, type SenderOptions } from './sender.ts';
export { type AppOptions, sandboxApp } from './server.ts';

export { signSpi, signSpiTheOldWay, signWebhook } from './sign.ts';
export { type SpiCaller, spiCaller } from './spi.ts';
export { type Stock, stock } from './stock.ts';
export { IssuedTokens } from './tokens.ts';
export { World } from './world.ts';

export interface SandboxOptions extends Pick<AppOptions, 'limits' | 'limitAnswer' | 'sleep'> {
  readonly clientKey: string;
  readonly clientSecret: string;
  /** Any free one by default. */
  readonly port?: number;
  /** Only this machine by default: the controls ask nobody for a password. */
  readonly host?: string;
  /** Epoch ms. */
  readonly now?: () => number;
  readonly nextId?: IdSource;
  readonly tokenLifetimeMs?: number;
  /** Where the messages go that people make under /sandbox; without it they stay in the outbox. */
  readonly webhook?: Omit<SenderOptions, 'clientSecret'>;
}

export interface Sandbox {
  /** `http://127.0.0.1:<port>`, to be used for `https://open.douyin.com`. */
  readonly url: string;
  readonly world: World;
  readonly faults: Faults;
  readonly tokens: IssuedTokens;
  /** Puts a merchant, stores and products into the world, to begin with. */
  stock(): Stock;
  stop(): Promise<void>;
}

/** A fake of the Douyin life-services platform that listens on this machine. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { clientKey, clientSecret, webhook, now = Date.now, host = '127.0.0.1' } = options;
  const world = new World({ clientKey, now, ...(options.nextId && { nextId: options.nextId }) });
  const faults = new Faults();
  const tokens = new IssuedTokens(now, options.tokenLifetimeMs);
  const sender = webhook && createSender({ ...webhook, clientSecret });
  const app = sandboxApp({
    ...options,
    world,
    faults,
    tokens,
    ...(sender && { deliver: async () => ({ ...(await sender.send(world.takeOutbox())) }) }),
  });
  const server = await listen(app.fetch, host, options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${port}`,
    world,
    faults,
    tokens,
    stock: () => stock(world),
    stop: () => close(server),
  };
}

function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  hostname: string,
  port: number,
): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname, port }, () => resolve(server));
    server.once('error', reject);
  });
}

function close(server: ServerType): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
}
