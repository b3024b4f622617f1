import * as z from 'zod';
import { memoryTokens } from '../kit/live-tokens.ts';
import { actError, type PlatformError, unknownShape } from '../kit/platform-error.ts';
import type { PlatformToken } from '../kit/token-store.ts';
import type { AuthorizedStore, ClientContext } from './context.ts';
import { type MeituanSettings, tablesOf } from './settings.ts';
import { postSigned } from './signed-form.ts';

const RENEW = '/oauth/refresh';

const DAY_MS = 86_400_000;

/** A refresh token is good for 35 days, and each renewal brings a new one. Source: oauth/refresh. */
const REFRESH_LIFE_MS = 35 * DAY_MS;

/** A token lives for 30 days. It is renewed after two thirds, so that a store may pause for ten days. */
const RENEW_AFTER = 2 / 3;

/** Success is `code` 0 here, not `OP_SUCCESS` as in every other call. Source: oauth/refresh. */
const answerSchema = z.looseObject({
  code: z.union([z.literal(0), z.literal('0')]),
  data: z.looseObject({
    accessToken: z.string().min(1),
    refreshToken: z.string().min(1),
    /** Seconds. */
    expireIn: z
      .union([
        z.int(),
        z
          .string()
          .regex(/^\d{1,9}$/)
          .transform(Number),
      ])
      .pipe(z.int().positive()),
  }),
});

/**
 * The store's token for a call: as it was registered, or, where its refresh token was registered too, one
 * that is renewed here, also before its time where the platform refuses it. Tokens of business 58 and 59 end after 30 days; those of 1 never do.
 * @throws PlatformError
 */
export async function tokenFor(
  store: AuthorizedStore,
  businessId: string,
  settings: MeituanSettings,
  context: ClientContext & { readonly refused?: string | undefined },
): Promise<string> {
  const { app, now, deadlineMs, refused, tokens = memoryTokens } = context;
  const { integration, appKey, secrets } = app;
  const ofStore = () => secrets[`refreshToken:${store.storeId}`] ?? secrets.refreshToken;
  // 58 is granted by a store, 59 by the customer: two grants that do not meet.
  const [first] = (businessId === '59' ? secrets.customerRefreshToken : ofStore()) ?? [];
  if (first === undefined) return store.appAuthToken;
  const renew = (refreshToken: string | null) =>
    renewed(refreshToken ?? first, businessId, settings, context);
  return tokens.of(
    { integration, appKey, scope: `business ${businessId}`, secret: first },
    { now, deadlineMs, first, refused, renew },
  );
}

async function renewed(
  refreshToken: string,
  businessId: string,
  settings: MeituanSettings,
  context: ClientContext,
): Promise<PlatformToken> {
  const fields = {
    ...{ charset: 'UTF-8', grantType: 'refresh_token' },
    ...{ refreshToken, scope: 'all' },
  };
  const answer = await postSigned(
    { businessId, path: RENEW, fields, isForToken: true },
    settings,
    context,
  );
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) throw failure(answer, settings);
  const { accessToken, refreshToken: next, expireIn } = parsed.data.data;
  const nowMs = context.now();
  return {
    ...{ accessToken, refreshToken: next },
    renewAtMs: nowMs + expireIn * 1000 * RENEW_AFTER,
    expiresAtMs: nowMs + expireIn * 1000,
    refreshExpiresAtMs: nowMs + REFRESH_LIFE_MS,
  };
}

const codeSchema = z.looseObject({
  code: z.union([z.int(), z.string().regex(/^\w{1,40}$/)]),
});

/** A number that nobody knows is the platform's no: the merchant must authorise again. */
function failure(answer: unknown, settings: MeituanSettings): PlatformError {
  const code = codeSchema.safeParse(answer).data?.code;
  if (code === undefined || code === 0 || code === '0') return unknownShape(RENEW);
  return actError(RENEW, code, tablesOf(settings));
}
