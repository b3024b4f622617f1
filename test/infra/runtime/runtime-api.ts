import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Lambda's limit on a request and on an answer. */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

export interface Answered {
  /** What the handler returned, when it did. */
  readonly result?: unknown;
  /** What it threw, when it did; or what Lambda says of an answer that is too large. */
  readonly error?: { readonly errorType: string; readonly errorMessage: string };
  /**
   * Microseconds of processor: loading the handler, the whole process until it was loaded, and until
   * this answer.
   */
  readonly importCpuMicros: number;
  readonly initCpuMicros: number;
  readonly cpuMicros: number;
}

interface Invocation {
  readonly id: string;
  readonly payload: string;
  readonly deadlineMs: number;
  readonly settle: (answered: Answered) => void;
}

/**
 * Lambda's side of the Runtime API for one function: hands out one invocation at a time and takes the
 * answers. Listens on the loopback address only.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
export class RuntimeApi {
  private readonly server: Server;
  private readonly waiting: Invocation[] = [];
  private readonly running = new Map<string, Invocation>();
  private asker: ServerResponse | undefined;
  private readonly onInitError: (error: Error) => void;

  private constructor(onInitError: (error: Error) => void) {
    this.onInitError = onInitError;
    this.server = createServer((request, response) => {
      this.serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  static async start(onInitError: (error: Error) => void): Promise<RuntimeApi> {
    const api = new RuntimeApi(onInitError);
    await new Promise<void>((resolve) => api.server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** @throws when the event is larger than Lambda takes */
  invoke(event: unknown, timeoutMs: number): Promise<Answered> {
    const payload = JSON.stringify(event);
    if (Buffer.byteLength(payload) > MAX_PAYLOAD_BYTES) {
      throw new Error(`an event has at most ${MAX_PAYLOAD_BYTES} bytes: Lambda answers 413`);
    }
    return new Promise((settle) => {
      const deadlineMs = Date.now() + timeoutMs;
      this.waiting.push({ id: randomUUID(), payload, deadlineMs, settle });
      this.handOut();
    });
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, , , ...path] = (request.url ?? '').split('/');
    const body = await bytesOf(request);
    const [what, id = '', outcome] = path;
    if (what === 'init') {
      const { errorMessage } = JSON.parse(body.toString('utf8')) as { errorMessage: string };
      this.onInitError(new Error(`the function did not start: ${errorMessage}`));
      response.writeHead(202).end();
    } else if (id === 'next') {
      this.asker = response;
      this.handOut();
    } else {
      this.finish(id, outcome === 'error', body, request);
      response.writeHead(202).end();
    }
  }

  private handOut(): void {
    const invocation = this.asker === undefined ? undefined : this.waiting.shift();
    if (invocation === undefined || this.asker === undefined) return;
    this.running.set(invocation.id, invocation);
    this.asker.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': invocation.id,
      'lambda-runtime-deadline-ms': String(invocation.deadlineMs),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:us-east-1:000000000000:function:local',
    });
    this.asker.end(invocation.payload);
    this.asker = undefined;
  }

  private finish(id: string, failed: boolean, body: Buffer, { headers }: IncomingMessage): void {
    const invocation = this.running.get(id);
    this.running.delete(id);
    const used = {
      importCpuMicros: Number(headers['x-import-cpu-micros'] ?? 0),
      initCpuMicros: Number(headers['x-init-cpu-micros'] ?? 0),
      cpuMicros: Number(headers['x-cpu-micros'] ?? 0),
    };
    invocation?.settle({ ...used, ...outcomeOf(failed, body) });
  }
}

function outcomeOf(failed: boolean, body: Buffer): Pick<Answered, 'result' | 'error'> {
  if (body.byteLength > MAX_PAYLOAD_BYTES) {
    const errorMessage = `Response payload size exceeded maximum allowed payload size (${MAX_PAYLOAD_BYTES} bytes).`;
    return { error: { errorType: 'Function.ResponseSizeTooLarge', errorMessage } };
  }
  const value: unknown = JSON.parse(body.toString('utf8'));
  return failed ? { error: value as NonNullable<Answered['error']> } : { result: value };
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
