import type { JsonObject } from '../../../json/parse.ts';
import { baseOf } from '../http.ts';
import type { ResolveContext } from '../integration.ts';
import { isObject } from '../json.ts';

/** What a call needs to know: whose it is, how to reach the platform, and how long it may take. */
export type DouyinContext = Pick<
  ResolveContext,
  'app' | 'fetch' | 'now' | 'deadlineMs' | 'tokens' | 'requests'
>;

/** Where Open-Douyin's API is for an app, without a slash at its end. */
export function douyinBaseOf({ app }: Pick<DouyinContext, 'app'>): string {
  return baseOf(app.settings.apiBaseUrl, 'https://open.douyin.com');
}

/**
 * The platform's code, wherever it stands: `err_no` in the trade systems, `error_code` within `data` and
 * `extra` in Open-Douyin's common form. The first that is not 0 counts.
 * @returns undefined when there is none at all
 */
export function codeOf(answer: JsonObject): number | undefined {
  const parts = [answer, answer.data, answer.extra].filter(isObject);
  const codes = parts
    .flatMap((part) => [part.err_no, part.error_code])
    .filter((code) => code !== undefined && code !== null)
    .map(Number);
  return codes.find((code) => code !== 0) ?? codes[0];
}
