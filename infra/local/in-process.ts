import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/**
 * Hands a client's requests to a server of the same process, without the connection, whose two ends cost more than
 * what an emulator does for a request. Whoever is another process uses the server's port.
 */

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Answered {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

type Ask = (sent: Sent) => Promise<Answered>;

/** For a client's `requestHandler`. As of a connection, what is aborted may still be done. */
export function inProcess(ask: Ask): NonNullable<DynamoDBClientConfig['requestHandler']> {
  return {
    handle(
      { body = '', ...sent }: Omit<Sent, 'body'> & { readonly body?: string | Uint8Array },
      { abortSignal }: { readonly abortSignal?: AbortSignal } = {},
    ) {
      return new Promise<{ response: Answered }>((resolve, reject) => {
        const abort = () =>
          reject(Object.assign(new Error('Request aborted'), { name: 'AbortError' }));
        if (abortSignal?.aborted === true) return abort();
        abortSignal?.addEventListener('abort', abort, { once: true });
        // A turn of its own, as of a socket: a chain of calls holds up no timer and no other connection.
        setImmediate(() => {
          ask({ ...sent, body: bytesOf(body) }).then((response) => resolve({ response }), reject);
        });
      });
    },
  };
}

/**
 * The listener of a server that reads a request's method, path, headers and body, and answers with a status, headers
 * and one text.
 */
export function listenerOf(server: Server): Ask {
  return ({ method, path, headers, body }) =>
    new Promise((resolve, reject) => {
      if (!server.listening) return reject(new Error('the server has ended'));
      const request = Object.assign(new EventEmitter(), { method, url: path, headers });
      server.emit('request', request, new Answer(resolve));
      request.emit('data', body);
      request.emit('end');
    });
}

/** What a listener writes to. */
class Answer implements Answered {
  statusCode = 200;
  readonly headers: Record<string, string> = {};
  body: Uint8Array = new Uint8Array();
  private readonly done: (answer: Answered) => void;

  constructor(done: (answer: Answered) => void) {
    this.done = done;
  }

  setHeader(name: string, value: string | number): void {
    this.headers[name.toLowerCase()] = String(value);
  }

  end(text = ''): void {
    this.body = Buffer.from(text);
    this.done(this);
  }
}

const bytesOf = (body: string | Uint8Array): Buffer =>
  typeof body === 'string'
    ? Buffer.from(body)
    : Buffer.from(body.buffer, body.byteOffset, body.byteLength);
