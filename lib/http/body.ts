import type { MiddlewareHandler } from 'hono';
import { Problem } from '../errors/problem.ts';

/**
 * Reads a request's body whole, before anybody asks for it: afterwards there is nothing to wait for, and
 * whoever hung up in the middle is distinguished from a failure of ours.
 * @param detail what to say of a longer one
 */
export function bodyWithin(maxBytes: number, detail: string): MiddlewareHandler {
  return async function bodyWithin(c, next) {
    const { body, headers } = c.req.raw;
    if (body !== null) {
      const declared = Number(headers.get('content-length') ?? 0);
      const bytes = declared > maxBytes ? undefined : await readWithin(body, maxBytes);
      if (bytes === undefined) throw new Problem('body-too-large', detail);
      c.req.raw = new Request(c.req.raw, { body: bytes });
    }
    await next();
  };
}

/** @returns undefined when there is more @throws Problem `request-invalid` when it broke off */
async function readWithin(
  body: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) return undefined;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new Problem('request-invalid', 'The request ended before its body did.', { cause });
  }
  return Buffer.concat(chunks, bytes);
}
