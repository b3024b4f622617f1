import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import * as z from 'zod';
import { idSchema, platformSchema } from '../events/event.ts';

/** What travels on the queues. Every message carries the version of its shape. */
export const MESSAGE_VERSION = 1 as const;

/** The smallest limit of any region's SQS; a larger one elsewhere is not counted on. */
export const MAX_MESSAGE_BYTES = 256 * 1024;

/** A body that grows past this when unpacked was not packed by us. */
const MAX_BODY_BYTES = 4 * 1024 * 1024;

const version = { v: z.literal(MESSAGE_VERSION) };

export const intakeMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('delivery'),
    ...version,
    deliveryId: z.string(),
    integration: z.string(),
    appKey: z.string(),
    receivedAt: z.string(),
    /** Base64 of the signed bytes, compressed with brotli when `packed`. */
    body: z.string(),
    packed: z.boolean(),
    /** What the request said about itself outside its signed bytes. */
    about: z.string().max(200).optional(),
  }),
  /** Ask again about a hint that waits. */
  z.object({ type: z.literal('hint'), ...version, deliveryId: z.string() }),
]);
export type IntakeMessage = z.infer<typeof intakeMessageSchema>;

export const attributionMessageSchema = z.discriminatedUnion('type', [
  /** A voucher's or an order's events changed: book what is not booked yet. */
  z.object({
    type: z.literal('changed'),
    ...version,
    of: z.enum(['voucher', 'order']),
    platform: platformSchema,
    id: idSchema,
  }),
  /** A store-day changed: refold the levels above it. */
  z.object({
    type: z.literal('fold'),
    ...version,
    providerId: idSchema,
    day: z.iso.date(),
    bucket: z.int().min(0),
  }),
]);
export type AttributionMessage = z.infer<typeof attributionMessageSchema>;

/** Packs bytes for a message: SQS takes text only, and not every text. */
export function packBody(bytes: Uint8Array): { body: string; packed: boolean } {
  const packed = bytes.byteLength > 1024;
  const content = packed ? compress(bytes) : bytes;
  return { body: Buffer.from(content).toString('base64'), packed };
}

/** @throws when the body was not packed by `packBody` */
export function unpackBody(message: { body: string; packed: boolean }): Uint8Array {
  const content = Buffer.from(message.body, 'base64');
  if (!message.packed) return new Uint8Array(content);
  return new Uint8Array(brotliDecompressSync(content, { maxOutputLength: MAX_BODY_BYTES }));
}

function compress(bytes: Uint8Array): Uint8Array {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}
