import * as z from 'zod';
import {
  type App,
  apiUrlSchema,
  type Secrets,
  secretsWithTokens,
  settingsWith,
} from '../kit/app.ts';
import { codesSchema } from '../kit/platform-error.ts';
import { DEFAULT_ACKNOWLEDGEMENT } from './acknowledge.ts';

/** Of the two hosts known, the one that has the platform's name. */
export const DEFAULT_API = 'https://lbs-open.kwailocallife.com';

/**
 * `signSecret` verifies deliveries; `appSecret` gets tokens; whether they are one is not known. To redeem, a
 * merchant's `refreshToken:<merchantId>`, which is renewed here, or its `accessToken:<merchantId>`, which is got
 * and renewed elsewhere; without a merchant for all of them.
 */
export const secretsSchema: z.ZodType<Secrets> = secretsWithTokens(
  ['signSecret', 'appSecret'],
  ['refreshToken', 'accessToken'],
  'merchantId',
)
  .refine(
    ({ signSecret, appSecret }) => signSecret !== undefined || appSecret !== undefined,
    'needs signSecret to receive, appSecret to call, or both',
  )
  .refine(
    (secrets) =>
      secrets.appSecret !== undefined ||
      !Object.keys(secrets).some((name) => name.startsWith('refreshToken')),
    'needs appSecret to renew a token',
  );

/** No delivery here is a hint, so there is nothing to ask about. */
export const lifeSettingsSchema = settingsWith('none', {
  /** Where tokens are got, if not where the rest of the API is. */
  tokenBaseUrl: apiUrlSchema.optional(),
  /** The header that carries the signature, where it is not the query's `sign`. */
  signatureHeader: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'is a header name in lower case')
    .optional(),
  /** The query parameter that names a message's kind, where its body does not. */
  kindParameter: z.string().min(1).max(64).optional(),
  /** What a code of an answer means, where the platform's published table lacks it or is wrong. */
  codes: codesSchema.default({}),
  /** Whether vouchers may be cards with several uses (次卡), so that a second use of one is no repetition. */
  timesCards: z.boolean().default(false),
  /** What a delivery is answered with, as JSON text. */
  acknowledgement: z
    .string()
    .max(1024)
    .refine(isJson, 'is JSON text')
    .default(DEFAULT_ACKNOWLEDGEMENT),
});

/** What the client reads of an app's settings. */
export const callSettingsSchema = lifeSettingsSchema
  .pick({ apiBaseUrl: true, tokenBaseUrl: true, codes: true, timesCards: true })
  .strip();

/** Settings of an app that was registered before one of them existed have its default. */
export function settingsOf({ app }: { readonly app: App }): z.infer<typeof callSettingsSchema> {
  return callSettingsSchema.parse(app.settings);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
