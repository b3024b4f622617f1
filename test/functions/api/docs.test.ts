import { readdirSync, readFileSync } from 'node:fs';
import type { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { ROUTES } from '../../../infra/topology.ts';
import { PROBLEM_CODES, Problem, problemBody } from '../../../lib/errors/problem.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';

const PAGE = new URL('../../../docs/api.md', import.meta.url);
const FOLDER = new URL('../../../docs/errors/', import.meta.url);

describe('docs/api.md', () => {
  it('has every call that is answered, and none that is not', async () => {
    // Prepare
    const hexiao = await HexiaoUnderTest.start();
    const answered = [...routesOf(hexiao.ingest), ...routesOf(hexiao.api)];
    await hexiao.stop();
    // Act
    const written = callsOn(readFileSync(PAGE, 'utf8'));
    // Assess
    expect(written.sort()).toEqual(answered.sort());
  });

  it('has no call that the front does not lead to', async () => {
    const hexiao = await HexiaoUnderTest.start();
    const answered = routesOf(hexiao.api);
    await hexiao.stop();
    const fronts = ROUTES.filter(({ to }) => to === 'api').map(({ method, path }) => {
      const pattern = path.replace(/\{\w+\+\}/g, '.+').replace(/\{\w+\}/g, '[^/]+');
      return new RegExp(`^${method === 'ANY' ? '[A-Z]+' : method} ${pattern}$`);
    });
    expect(answered.filter((call) => !fronts.some((front) => front.test(call)))).toEqual([]);
  });

  it('is read as it is meant: shared paths, ends of paths, queries and other forms', () => {
    const page = [
      '| call | |',
      '| `GET`, `PUT /v1/a/{id}` (operator) | `POST /v1/not-this` |',
      '| `GET /v1/b/{id}?x=y\\|z&from` (`&to`), `POST …/end` | |',
      '| `GET /v1/c?month`, `/v1/c/{id}` (`.csv`, `.html`) | |',
    ];
    expect(callsOn(page.join('\n'))).toEqual([
      ...['GET /v1/a/{id}', 'PUT /v1/a/{id}', 'GET /v1/b/{id}', 'POST /v1/b/{id}/end'],
      ...['GET /v1/c', 'GET /v1/c/{id}'],
    ]);
    expect(() => callsOn('| `FETCH /v1/a` | |')).toThrow('FETCH');
  });
});

/** `METHOD /path/{parameter}` for each, `{rest…}` where a parameter takes what is left. */
function routesOf({ routes }: Hono): string[] {
  return routes
    .filter(({ method, path }) => !(method === 'ALL' && path === '/*'))
    .map(({ method, path }) => {
      const named = path.replace(/:(\w+)\{\.\+\}/g, '{$1…}').replace(/:(\w+)/g, '{$1}');
      return `${method} ${named}`;
    });
}

/**
 * The calls in the first cells of the page's tables. A method alone goes with the next path, a path
 * alone with the last method; `…` is the path before, and what begins with `.` or `&` is a form of it.
 */
function callsOn(page: string): string[] {
  return page
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => {
      const [, cell = ''] = line.split(/(?<!\\)\|/);
      return callsIn([...cell.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span));
    });
}

function callsIn(spans: readonly string[]): string[] {
  const calls: string[] = [];
  let methods: string[] = [];
  let before = '';
  let isTaken = false;
  for (const span of spans.filter((one) => !/^[.&]/.test(one))) {
    const [, method, path] =
      /^(GET|PUT|POST|DELETE)?(?:^| |$)([/…][^ ?]*)?(?:\?.*)?$/.exec(span) ?? [];
    if (method === undefined && path === undefined) throw new Error(`what call is ${span}?`);
    if (method !== undefined) methods = isTaken ? [method] : [...methods, method];
    isTaken = path !== undefined;
    if (path === undefined) continue;
    before = path.replace(/^…/, before);
    calls.push(...methods.map((one) => `${one} ${before}`));
  }
  return calls;
}

describe('docs/errors', () => {
  it('has a page for every code and no page left over', () => {
    expect(readdirSync(FOLDER).sort()).toEqual(PROBLEM_CODES.map((code) => `${code}.md`).sort());
  });

  it.each(PROBLEM_CODES)('shows %s as it is answered', (code) => {
    const page = readFileSync(new URL(`${code}.md`, FOLDER), 'utf8');
    const example: unknown = JSON.parse(/```json\n(.*?)```/s.exec(page)?.[1] ?? 'null');
    const answer = problemBody(new Problem(code, 'of this case'), 'of this request');
    expect(example).toEqual({
      ...answer,
      detail: expect.stringMatching(/\S/),
      requestId: expect.stringMatching(/\S/),
    });
    expect(page).toMatch(new RegExp(`^# ${code}\n\nHTTP ${String(answer.status)}: `));
    expect(page).toMatch(/\*\*What it means\.\*\*.*\*\*What to do\.\*\*.*\*\*Retry\?\*\*/s);
  });
});
