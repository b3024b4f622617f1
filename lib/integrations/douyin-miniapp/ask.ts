import type * as z from 'zod';
import type { JsonObject } from '../../json/parse.ts';
import { codeOf, type DouyinContext, douyinBaseOf } from '../kit/douyin/call.ts';
import { GENERAL_CODES, TRADE_CODES } from '../kit/douyin/codes.ts';
import { withClientToken } from '../kit/douyin/token.ts';
import {
  type CodeTable,
  codeError,
  meaningOf,
  PlatformError,
  unknownShape,
} from '../kit/platform-error.ts';
import { settingsOf } from './settings.ts';
import { post, subCodeOf } from './transport.ts';

/** Of the trade systems in which a mini-program's vouchers are used (生活服务交易系统). */
const LIFE = '/api/apps/trade/v2';

/** Where a call lives. The general system's addresses end in a slash. */
const ROOMS = {
  fulfillment: (what: string) => `${LIFE}/fulfillment/${what}`,
  order: (what: string) => `${LIFE}/order/${what}`,
  refund: (what: string) => `${LIFE}/refund/${what}`,
  general: (what: string) => `/api/trade_basic/v1/developer/${what}/`,
} as const;

/**
 * One call with the app's token, and once more with a new one where the platform takes the old one
 * no longer.
 * @returns the answer; what is requested is in its `data`
 * @throws PlatformError
 */
export async function ask(
  context: DouyinContext,
  what: string,
  room: keyof typeof ROOMS,
  body: object,
): Promise<JsonObject> {
  const { app } = context;
  const url = `${douyinBaseOf(context)}${ROOMS[room](what)}`;
  const { staleTokenCodes, rootAccountId } = settingsOf(app);
  const root = rootAccountId === undefined ? {} : { 'Rpc-Transit-Life-Account': rootAccountId };
  const call = (token: string) =>
    post(context, what, { url, headers: { 'access-token': token, ...root }, body });
  const tables = tablesOf(staleTokenCodes);
  const isRefused = (one: JsonObject) => meaningOf(codeOf(one) ?? 0, tables) === 'token';
  const answer = await withClientToken(context, call, isRefused);
  const code = codeOf(answer);
  if (code === 0) return answer;
  if (code === undefined || Number.isNaN(code)) {
    throw new PlatformError(`${what} answered without a code`, { retryable: true });
  }
  const subCode = subCodeOf(answer);
  const isAct = room !== 'order';
  throw codeError(what, { code, isAct, ...(subCode !== undefined && { subCode }) }, tables);
}

/** The operator's word on what asks for a new token goes before the platform's tables. */
function tablesOf(staleTokenCodes: readonly number[]): CodeTable[] {
  const codes = Object.fromEntries(staleTokenCodes.map((code) => [code, 'token' as const]));
  return [{ source: 'the setting staleTokenCodes', codes }, TRADE_CODES, GENERAL_CODES];
}

/** The answer's `data` in the shape it must have. @throws PlatformError */
export function dataOf<T>(what: string, schema: z.ZodType<T>, answer: JsonObject): T {
  const parsed = schema.safeParse(answer.data);
  if (parsed.success) return parsed.data;
  throw unknownShape(what, parsed.error, 'data');
}
