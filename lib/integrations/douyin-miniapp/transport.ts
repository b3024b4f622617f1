import type { JsonObject } from '../../json/parse.ts';
import { exchangeObject } from '../kit/http.ts';
import type { ResolveContext } from '../kit/integration.ts';
import { isObject } from './family.ts';

const DEFAULT_API = 'https://open.douyin.com';

/** What a call needs to know: whose it is, how to reach the platform, and how long it may take. */
export type CallContext = Pick<ResolveContext, 'app' | 'fetch' | 'now' | 'deadlineMs' | 'tokens'>;

export function baseOf({ app }: Pick<CallContext, 'app'>): string {
  return (app.settings.apiBaseUrl ?? DEFAULT_API).replace(/\/+$/, '');
}

/** One POST of JSON; the answer's body as JSON. @throws PlatformError */
export async function post(
  context: CallContext,
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

/**
 * The platform's code, wherever it stands: `err_no` in these systems, `error_code` within `data` and
 * `extra` in Open-Douyin's common form. The first that is not 0 counts.
 * @returns undefined when there is none at all
 */
export function codeOf(answer: JsonObject): number | undefined {
  const places = [answer, answer.data, answer.extra].filter(isObject);
  const codes = places
    .flatMap((place) => [place.err_no, place.error_code])
    .filter((code) => code !== undefined && code !== null)
    .map(Number);
  return codes.find((code) => code !== 0) ?? codes[0];
}

/** The closer number of Open-Douyin's common form; undefined where there is none. */
export function subCodeOf({ extra }: JsonObject): number | undefined {
  const code = isObject(extra) ? Number(extra.sub_error_code ?? 0) : 0;
  return Number.isNaN(code) || code === 0 ? undefined : code;
}
