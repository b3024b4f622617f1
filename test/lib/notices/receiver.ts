import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as textOf } from 'node:stream/consumers';

/** What came to a receiver of our notices. */
export interface Told {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Behaviour = (response: ServerResponse, told: Told) => void;

/** Somebody who is told: it keeps what came, and answers as `behave` says. */
export class Receiver {
  readonly told: Told[] = [];
  behave: Behaviour = (response) => response.writeHead(204).end();
  readonly #server = createServer((request, response) => {
    textOf(request)
      .then((body) => {
        const told = { path: request.url ?? '', headers: request.headers, body };
        this.told.push(told);
        this.behave(response, told);
      })
      .catch(() => response.destroy());
  });

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    const server = receiver.#server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
