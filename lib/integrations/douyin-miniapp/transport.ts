import type { JsonObject } from '../../json/parse.ts';
import type { DouyinContext } from '../kit/douyin/call.ts';
import { exchangeObject } from '../kit/http.ts';
import { isObject } from '../kit/json.ts';

/** One POST of JSON; the answer's body as JSON. @throws PlatformError */
export async function post(
  context: DouyinContext,
  what: string,
  { url, headers, body }: { url: string; headers?: Record<string, string>; body: object },
): Promise<JsonObject> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
  return exchangeObject(what, { url, init }, context);
}

/** The closer number of Open-Douyin's common form; undefined where there is none. */
export function subCodeOf({ extra }: JsonObject): number | undefined {
  const code = isObject(extra) ? Number(extra.sub_error_code ?? 0) : 0;
  return Number.isNaN(code) || code === 0 ? undefined : code;
}
