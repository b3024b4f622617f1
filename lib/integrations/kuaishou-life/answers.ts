import * as z from 'zod';
import { wireId as sharedId } from '../kit/wire.ts';

/** The platform's answers, as far as we read them. Field names are the wire's. */

/** A lone surrogate cannot be stored: two ids that differ in one would become the same. */
const wireId = sharedId.refine((id) => id.isWellFormed(), 'an id is Unicode');

const wireCode = z.union([
  z.int(),
  z
    .string()
    .regex(/^-?\d{1,15}$/)
    .transform(Number),
]);

/**
 * What became of one voucher. No page lists these fields: they are those of the like call elsewhere,
 * each read only if it is there and fits, so that none of them corrects a success.
 */
const verifyResultSchema = z.looseObject({
  /** 0 for success. */
  result: z.unknown().optional(),
  verify_id: wireId.optional().catch(undefined),
  certificate_id: wireId.optional().catch(undefined),
  code: wireId.optional().catch(undefined),
});
export type VerifyResult = z.infer<typeof verifyResultSchema>;

/** Success is `data.error_code` 0 and nothing else: of the outer `result` two sources disagree. */
export const dataSchema = z.looseObject({
  data: z.looseObject({
    error_code: wireCode,
    verify_results: z.array(verifyResultSchema).min(1).optional().catch(undefined),
  }),
});

/** Source: oauth2/access_token and oauth2/refresh_token; lives are seconds. */
export const tokenSchema = z
  .looseObject({
    access_token: z.string().min(1),
    refresh_token: z.string().min(1),
    expires_in: z.int().positive(),
    refresh_token_expires_in: z.int().positive().nullish(),
    open_id: wireId.nullish(),
  })
  .transform((token) => ({
    accessToken: token.access_token,
    refreshToken: token.refresh_token,
    lifeSeconds: token.expires_in,
    refreshLifeSeconds: token.refresh_token_expires_in ?? null,
    openId: token.open_id ?? null,
  }));
/** A merchant's token. Refreshing it also begins the refresh token's life anew. */
export type Token = z.infer<typeof tokenSchema>;
