import { Buffer } from './buffer.ts';

/** What is in the streams of bodies: Hono makes a new answer of an old one's body. */
const contents = new WeakMap<object, Uint8Array>();

/**
 * Requests and responses that never leave the page. A browser's own read their bodies in tasks, which come in any
 * order; these only take promises, so that a seed is the same run everywhere. They also take every header.
 */
class Message {
  readonly headers: Headers;
  bodyUsed = false;
  protected readonly bytes: Uint8Array | undefined;

  constructor(body: unknown, headers: Headers) {
    this.headers = headers;
    const [bytes, type] = bytesOf(body);
    this.bytes = bytes;
    if (type !== undefined && !headers.has('content-type')) headers.set('content-type', type);
  }

  get body(): ReadableStream<Uint8Array> | null {
    const { bytes } = this;
    if (bytes === undefined) return null;
    this.bodyUsed = true;
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        if (bytes.byteLength > 0) controller.enqueue(bytes);
        controller.close();
      },
    });
    contents.set(stream, bytes);
    return stream;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(this.taken()).buffer;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(this.taken());
  }

  async json(): Promise<unknown> {
    return JSON.parse(new TextDecoder().decode(this.taken()));
  }

  private taken(): Uint8Array {
    this.bodyUsed = true;
    return this.bytes ?? new Uint8Array();
  }
}

type HeadersInit = ConstructorParameters<typeof Headers>[0];

interface Init {
  readonly method?: string;
  readonly headers?: HeadersInit | undefined;
  readonly body?: unknown;
}

export class WorldRequest extends Message {
  readonly url: string;
  readonly method: string;
  readonly signal = new AbortController().signal;

  constructor(input: string | URL | WorldRequest, { method, headers, body }: Init = {}) {
    const from = input instanceof WorldRequest ? input : undefined;
    super(body ?? from?.bytes, new Headers(headers ?? from?.headers));
    this.url = input instanceof WorldRequest ? input.url : new URL(input).href;
    this.method = (method ?? from?.method ?? 'GET').toUpperCase();
  }

  clone(): WorldRequest {
    return new WorldRequest(this);
  }
}

interface ResponseOptions {
  readonly status?: number;
  readonly statusText?: string;
  readonly headers?: HeadersInit | undefined;
}

export class WorldResponse extends Message {
  readonly status: number;
  readonly statusText: string;

  constructor(body?: unknown, { status = 200, statusText = '', headers }: ResponseOptions = {}) {
    super(body, new Headers(headers));
    this.status = status;
    this.statusText = statusText;
  }

  static json(value: unknown, options: ResponseOptions = {}): WorldResponse {
    const headers = new Headers(options.headers);
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
    return new WorldResponse(JSON.stringify(value), { ...options, headers });
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  clone(): WorldResponse {
    return new WorldResponse(this.bytes, this);
  }
}

function bytesOf(body: unknown): [Uint8Array | undefined, string?] {
  if (body === undefined || body === null) return [undefined];
  if (typeof body === 'string') return [Buffer.from(body), 'text/plain;charset=UTF-8'];
  if (body instanceof URLSearchParams) {
    return [Buffer.from(String(body)), 'application/x-www-form-urlencoded;charset=UTF-8'];
  }
  if (body instanceof Uint8Array) return [body];
  if (body instanceof ArrayBuffer) return [new Uint8Array(body)];
  const content = typeof body === 'object' ? contents.get(body) : undefined;
  if (content !== undefined) return [content];
  throw new TypeError('the world in the browser has no such body');
}
