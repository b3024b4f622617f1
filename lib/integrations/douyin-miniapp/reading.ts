import type * as z from 'zod';
import type { JsonValue } from '../../json/parse.ts';
import type { App } from '../kit/app.ts';
import type { Reading } from '../kit/integration.ts';
import { malformed } from '../kit/reading.ts';
import { merchantOf } from './settings.ts';

/** A message on its way to be read: its content, not yet known to fit. */
export interface Message {
  readonly kind: string;
  readonly content: JsonValue;
  readonly app: App;
  /** When it reached us, for the kinds that carry no time of their own; null when nobody says. */
  readonly receivedAt: string | null;
}

/** One kind's reading; `content` fits the schema it was read with. */
export function readAs<T>(
  { content, kind }: Message,
  schema: z.ZodType<T>,
  read: (content: T) => Reading,
): Reading {
  const parsed = schema.safeParse(content);
  return parsed.success ? read(parsed.data) : malformed(kind, parsed.error);
}

/** Whose and which order a message of the trade systems is about. */
export function streamOf(
  { app }: Message,
  named: { order_id: string; app_id: string | null; merchant_uid: string | null },
) {
  return { merchantId: merchantOf(app, named), orderId: named.order_id };
}
