import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { PROBLEM_CODES, Problem } from '../../../lib/errors/problem.ts';
import { requestIdOf } from '../../../lib/http/answer-headers.ts';
import { actingAs, type Principal } from '../principal.ts';

/**
 * Asks the API itself, as whoever is signed in: a page does nothing that the API would not do for them, and what it
 * does leaves the same trace.
 * @throws Problem as the API answers it
 */
export type Ask = <S extends z.ZodType>(call: AskCall, schema: S) => Promise<z.infer<S>>;

export interface AskCall {
  readonly method?: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  /** An object is sent as JSON, bytes as they are. */
  readonly body?: object | Uint8Array<ArrayBuffer>;
}

const problemSchema = z.object({ code: z.enum(PROBLEM_CODES), detail: z.string() });

export function asking(api: Hono, c: Context, principal: Principal): Ask {
  return async ({ method = 'GET', path, body }, schema) => {
    const content = body instanceof Uint8Array ? body : JSON.stringify(body);
    const response = await api.request(
      new URL(path, c.req.url).href,
      {
        ...{ method, headers: { 'x-request-id': requestIdOf(c) } },
        ...(body === undefined ? {} : { body: content }),
      },
      actingAs(c.env, principal),
    );
    const text = await response.text();
    const json: unknown = text === '' ? null : JSON.parse(text);
    if (response.ok) return schema.parse(json);
    const { code, detail } = problemSchema.parse(json);
    throw new Problem(code, detail, { fields: fieldsIn(detail) });
  };
}

/** `reason: …; to: …`: what of a body is wrong stands before each colon. */
function fieldsIn(detail: string): string[] {
  return detail.split('; ').flatMap((text) => /^([A-Za-z]{1,40})[:,]/.exec(text)?.[1] ?? []);
}

/** `/v1/apps/{integration}/{appKey}` with its ids. */
export function pathOf(template: TemplateStringsArray, ...ids: readonly string[]): string {
  return template.reduce(
    (path, part, at) => `${path}${encodeURIComponent(ids[at - 1] ?? '')}${part}`,
  );
}
