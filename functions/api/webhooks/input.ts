import * as z from 'zod';
import { isSecret } from '../../../lib/notices/secrets.ts';
import { NOTICE_TYPES } from '../../../lib/notices/types.ts';
import { storesInput } from '../grants.ts';

/** What may be said of an endpoint. Its address is looked at by `wrongInUrl`, which knows where we are. */

/** More are no endpoints but a list of customers. */
export const MAX_ENDPOINTS = 50;

const MAX_HEADERS = 10;

/** Ours, the connection's, and those that say how long a body is: two of them would be read as either. */
const RESERVED =
  /^(webhook-|content-|transfer-|proxy-|sec-|accept-encoding$|connection$|cookie$|date$|expect$|host$|keep-alive$|te$|trailer$|upgrade$|user-agent$|via$)/;

const headersInput = z
  .record(
    z
      .string()
      .toLowerCase()
      .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'a header is named by letters, digits and -')
      .refine((name) => !RESERVED.test(name), 'this header is ours to set'),
    z.string().regex(/^[\x20-\x7e]{1,500}$/, 'a header has 1 to 500 printable ASCII characters'),
  )
  .refine(
    (headers) => Object.keys(headers).length <= MAX_HEADERS,
    `at most ${MAX_HEADERS} headers`,
  );

const typesInput = z
  .array(z.enum([...NOTICE_TYPES, '*']))
  .min(1)
  .max(NOTICE_TYPES.length)
  .transform((types) => (types.includes('*') ? ['*'] : [...new Set(types)]));

const shape = {
  url: z.string().min(1).max(2_000),
  types: typesInput,
  stores: storesInput,
  merchants: storesInput,
  headers: headersInput.default({}),
  disabled: z.boolean().default(false),
};

export const endpointBody = z.strictObject({
  ...shape,
  kind: z.literal('webhook').default('webhook'),
  /** Who has one already, such as one who comes from another system. */
  secret: z
    .string()
    .refine(
      isSecret,
      'a secret is whsec_ and the base64 of 24 to 64 bytes; leave it out for a new one',
    )
    .optional(),
});

export const endpointChange = z
  .strictObject({
    url: shape.url.optional(),
    types: typesInput.optional(),
    stores: z.array(z.string()).optional().pipe(storesInput.unwrap().optional()),
    merchants: z.array(z.string()).optional().pipe(storesInput.unwrap().optional()),
    headers: headersInput.optional(),
    disabled: z.boolean().optional(),
  })
  .refine((changed) => Object.keys(changed).length > 0, 'say what is to be changed');
