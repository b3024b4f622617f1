import * as z from 'zod';
import { isAesKey } from '../../crypto/aes-envelope.ts';
import { liveSecretSchema, settingsWith } from '../kit/app.ts';
import { codesSchema } from '../kit/platform-error.ts';

/** Where the platform's API is. Source: order/push. */
export const DEFAULT_API = 'https://open.kuaishou.com';

/** Payment calls of a developer's own app; `query_*` here is inferred from the provider's set. */
const DEFAULT_EPAY_PATH = '/openapi/mp/developer/epay';

const messageKeySchema = liveSecretSchema.refine(
  (keys) => keys.every(isAesKey),
  'must be base64 of 16, 24 or 32 bytes',
);

/**
 * `appSecret` verifies plain notices and signs calls; `messageToken` verifies a provider's encrypted
 * events, and `messageKey` reads them; `accessToken` goes with calls, and is got and renewed elsewhere.
 */
export const secretsSchema = z
  .strictObject({
    appSecret: liveSecretSchema.exactOptional(),
    messageToken: liveSecretSchema.exactOptional(),
    messageKey: messageKeySchema.exactOptional(),
    accessToken: liveSecretSchema.exactOptional(),
  })
  .refine(
    ({ appSecret, messageToken }) => appSecret !== undefined || messageToken !== undefined,
    'needs appSecret, or messageToken, or both: nothing else verifies a delivery',
  );

/** No notice here is a hint, so there is nothing to ask about. */
export const miniappSettingsSchema = settingsWith('none', {
  /** Events to keep rather than park: the names of a provider's events are not documented. */
  keptEvents: z.array(z.string().min(1).max(64)).max(50).default([]),
  /** Before `/query_order` and `/query_refund`. */
  epayPath: z
    .string()
    .regex(/^(?:\/[\w-]+)+$/, 'is a path without an end slash')
    .default(DEFAULT_EPAY_PATH),
  /** How payment calls carry their fields: not stated. */
  epayBody: z.enum(['json', 'form']).default('json'),
  /** Whether an order report carries a `sign`, which its page does not list. */
  signReports: z.boolean().default(false),
  /** What a `result` means, where the platform's published table lacks it or is wrong. */
  codes: codesSchema.default({}),
});

/** Settings of an app that was registered before one of them existed have its default. */
export const callSettingsSchema = miniappSettingsSchema
  .pick({ apiBaseUrl: true, epayPath: true, epayBody: true, signReports: true, codes: true })
  .strip();
