import type { PlatformRequest } from '../../events/event.ts';
import type { JsonValue } from '../../json/parse.ts';
import { isObject } from './json.ts';

/** So many stand with an event: of the calls that a fact needs, the last ones. */
const MAX_KEPT = 2;

/**
 * The platform's own ids of what one piece of work requested of it, because its support asks for nothing else. An id
 * is noted with its call and nothing of either's content.
 */
export class PlatformRequests {
  private readonly byCall = new Map<string, string>();
  private last: PlatformRequest | undefined;

  /** A call is made: until it is answered, nothing is known of it. */
  begin(call: string): void {
    this.byCall.delete(call);
    this.last = undefined;
  }

  note(call: string, id: string | undefined): void {
    if (id === undefined) return;
    this.last = { call: call.slice(0, MAX_CALL), id };
    this.byCall.set(this.last.call, id);
  }

  /** The last call's; undefined where it was not answered, or its platform names no request. */
  latest(): PlatformRequest | undefined {
    return this.last;
  }

  /** The last ones, oldest first. */
  kept(): PlatformRequest[] {
    return [...this.byCall].slice(-MAX_KEPT).map(([call, id]) => ({ call, id }));
  }
}

/** As many as an event takes. */
const MAX_CALL = 100;

/** What an id may be: nothing that looks like a text is repeated. `-1`, as in Meituan's sample, is none. */
const ID = /^[\w.:-]{4,64}$/;

/**
 * The platform's id of a request, by the header or the field of the answer that has it: `extra.logid` and
 * `X-Bytedance-Logid` at Douyin (OpenAPI common answers), `traceId` at Meituan. `log_id` is Douyin's name of it in
 * webhooks. No page at hand names one of Kuaishou's or of Dianping's.
 */
export function requestIdIn(headers: Headers, answer?: JsonValue): string | undefined {
  const fields = isObject(answer) ? [extraOf(answer).logid, answer.log_id, answer.traceId] : [];
  return [...fields, headers.get('x-bytedance-logid')].find(
    (id): id is string => typeof id === 'string' && ID.test(id),
  );
}

function extraOf(answer: { readonly extra?: JsonValue }) {
  return isObject(answer.extra) ? answer.extra : {};
}

/** For log lines: which call it was, and the platform's id of it; nothing where there is none. */
export function requestFields(requests: PlatformRequests | undefined) {
  const latest = requests?.latest();
  return latest === undefined ? {} : { call: latest.call, platformRequestId: latest.id };
}

/** Behind a text for people: what the platform's support asks for. */
export function withRequestId(why: string, requests: PlatformRequests): string {
  const latest = requests.latest();
  return latest === undefined
    ? why
    : `${why} (the platform’s request id of ${latest.call}: ${latest.id})`;
}

/** Facts with what they were requested by, where they do not say it themselves. */
export function requestedBy<
  T extends { readonly platformRequests?: PlatformRequest[] | undefined },
>(facts: readonly T[], requests: PlatformRequest[]): T[] {
  if (requests.length === 0) return [...facts];
  return facts.map((fact) =>
    fact.platformRequests === undefined ? { ...fact, platformRequests: requests } : fact,
  );
}
