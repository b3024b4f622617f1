import * as z from 'zod';
import { draftSchema } from '../events/draft.ts';
import { idSchema, platformSchema } from '../events/id.ts';
import { VersionError, Versions } from '../versions/versions.ts';
import { MESSAGE_VERSION } from './packing.ts';

/** What travels on the queues. Every message carries the version of its shape. */

export { MESSAGE_VERSION, packBody, unpackBody } from './packing.ts';

/** A new version is a step here: see `Versions`. */
const MESSAGES = new Versions('message', []);

const version = { v: z.literal(MESSAGE_VERSION) };

export const factsSchema = z.array(draftSchema).min(1).max(200);

const intakeMessages = z.discriminatedUnion('type', [
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
    /** Read it although it is archived: a replay. */
    again: z.literal(true).optional(),
    /** It was a dead letter, and some of its facts may be written. */
    redriven: z.literal(true).optional(),
  }),
  /** Ask again about a hint that waits. */
  z.object({ type: z.literal('hint'), ...version, deliveryId: z.string() }),
  /** Report to the platform how a refund request was decided. */
  z.object({
    type: z.literal('audit'),
    ...version,
    platform: platformSchema,
    refundId: idSchema,
  }),
  /** What a platform answered to a call of ours, as events. Buyers are hashed before. */
  z.object({
    type: z.literal('facts'),
    ...version,
    deliveryId: z.string().regex(/^[0-9a-f]{64}$/),
    integration: z.string(),
    appKey: z.string(),
    receivedAt: z.string(),
    events: factsSchema,
    /** Its records showed them, or its bills; absent: it answered them to an act of ours. */
    source: z.enum(['list', 'bill']).optional(),
  }),
]);
export type IntakeMessage = z.infer<typeof intakeMessages>;
export type DeliveryMessage = Extract<IntakeMessage, { type: 'delivery' | 'hint' }>;
export type AuditMessage = Extract<IntakeMessage, { type: 'audit' }>;
export type FactsMessage = Extract<IntakeMessage, { type: 'facts' }>;

/** Of this version, or of another that this one reads. */
export const intakeMessageSchema = z.preprocess(toThisVersion, intakeMessages);

/** Of the attribution queue: it stands among the unfinished work and leaves it when it is done. */
const attributed = { ...version, unfinished: z.literal(true).optional() };

const attributionMessages = z.discriminatedUnion('type', [
  /** A voucher's or an order's events changed: book what is not booked yet. */
  z.object({
    type: z.literal('changed'),
    ...attributed,
    of: z.enum(['voucher', 'order']),
    platform: platformSchema,
    id: idSchema,
  }),
  /** Entries were booked in these stores' hours: roll up them, and the levels above. */
  z.object({
    type: z.literal('rollup'),
    ...attributed,
    providerId: idSchema,
    day: z.iso.date(),
    stores: z
      .array(
        z.object({
          platform: platformSchema,
          storeId: z.string().min(1).max(128),
          merchantId: idSchema,
          /** `00` to `23`, Asia/Shanghai. */
          hours: z.array(z.string().regex(/^([01]\d|2[0-3])$/)).min(1),
        }),
      )
      .min(1),
  }),
  /** A provider's day changed: roll up what it is by channel, product and so on. */
  z.object({
    type: z.literal('dimensions'),
    ...attributed,
    providerId: idSchema,
    day: z.iso.date(),
  }),
  /** The next piece of closing a provider's month, YYYY-MM, counted from 0. */
  z.object({
    type: z.literal('close'),
    ...attributed,
    providerId: idSchema,
    month: z.string().regex(/^\d{4}-\d{2}$/),
    step: z.int().min(0),
    /** Of which lane, where several workers take entries side by side; then the step is the lane's. */
    lane: z.int().min(0).optional(),
  }),
  /** The next piece of a file, counted from 0. */
  z.object({
    type: z.literal('export'),
    ...attributed,
    /** Whose it is; null: the operator's. */
    tenant: idSchema.nullable(),
    exportId: z.string(),
    step: z.int().min(0),
  }),
  /** The next piece of a restatement or rebuild, counted from 0. */
  z.object({
    type: z.literal('restate'),
    ...attributed,
    restatementId: z.string(),
    step: z.int().min(0),
  }),
]);
export type AttributionMessage = z.infer<typeof attributionMessages>;

/** Of this version, or of another that this one reads. */
export const attributionMessageSchema = z.preprocess(toThisVersion, attributionMessages);

/** The same text for the same work, however its message came. */
export function workOf({ unfinished: _unfinished, ...message }: AttributionMessage): string {
  return JSON.stringify(message);
}

/** Of this version, or of another that this one reads. */
export function toThisVersion(value: unknown, context: z.RefinementCtx): unknown {
  try {
    return MESSAGES.read(value);
  } catch (error) {
    if (!(error instanceof VersionError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
}
