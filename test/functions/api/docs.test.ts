import { readdirSync, readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { DOCUMENTED } from '../../../functions/api/documented/all.ts';
import { openApi } from '../../../infra/openapi/document.ts';
import { filesOf } from '../../../infra/openapi/main.ts';
import { entriesOf, pageOf } from '../../../infra/openapi/page.ts';
import { ROUTES } from '../../../infra/topology.ts';
import { PROBLEM_CODES, Problem, problemBody } from '../../../lib/errors/problem.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';

const FOLDER = new URL('../../../docs/errors/', import.meta.url);

describe('what is documented', () => {
  it('is every call that is answered, and none that is not', async () => {
    // Prepare
    const hexiao = await HexiaoUnderTest.start();
    const answered = [...routesOf(hexiao.ingest), ...routesOf(hexiao.api)];
    await hexiao.stop();
    // Act
    const documented = DOCUMENTED.map(({ contract }) => contract.call);
    // Assess
    expect(documented.toSorted()).toEqual(answered.toSorted());
  });

  it('is OpenAPI 3.1 by its own published schema', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(openApi('1')));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('is nothing that the front does not lead to', async () => {
    const hexiao = await HexiaoUnderTest.start();
    const answered = routesOf(hexiao.api);
    await hexiao.stop();
    const fronts = ROUTES.filter(({ to }) => to === 'api').map(({ method, path }) => {
      const pattern = path.replace(/\{\w+\+\}/g, '.+').replace(/\{\w+\}/g, '[^/]+');
      return new RegExp(`^${method === 'ANY' ? '[A-Z]+' : method} ${pattern}$`);
    });
    expect(answered.filter((call) => !fronts.some((front) => front.test(call)))).toEqual([]);
  });

  it.each(DOCUMENTED)('of $contract.call has an example that the call takes', (one) => {
    const { body } = one.contract;
    expect(one.example === undefined).toBe(body === undefined);
    if (body !== undefined) expect(body.safeParse(one.example).error).toBeUndefined();
    for (const answer of Object.values(one.answers)) {
      if (!('example' in answer)) continue;
      expect(answer.json.safeParse(answer.example).error).toBeUndefined();
    }
  });

  it('stands in docs/ as it is written from the contracts', () => {
    for (const [file, text] of filesOf()) {
      expect(readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')).toBe(text);
    }
  });

  it('is served, as a page without a script and as JSON, to anyone', async () => {
    // Prepare
    const hexiao = await HexiaoUnderTest.start();
    // Act
    const page = await hexiao.api.request('/docs');
    const json = await hexiao.api.request('/openapi.json');
    // Assess
    expect(page.headers.get('content-type')).toMatch('text/html');
    expect(await page.text()).not.toMatch(/<script|\son\w+=/i);
    expect(json.headers.get('content-type')).toBe('application/json');
    expect(await json.json()).toMatchObject({ openapi: '3.1.0' });
    await hexiao.stop();
  });

  it('has a page each of whose links leads somewhere on it, to every call and every shape', () => {
    const page = pageOf(openApi('1'));
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    const links = [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(links.filter((link) => !ids.includes(link))).toEqual([]);
    const calls = entriesOf(openApi('1')).map(([, { operationId }]) => operationId);
    expect(calls.filter((call) => !links.includes(call))).toEqual([]);
    expect(links).toContain('schema-Problem');
  });

  it('is valid OpenAPI: every reference leads somewhere, every name in a path is a parameter, no id twice', () => {
    const document = openApi('1');
    const text = JSON.stringify(document);
    for (const [, pointer = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = pointer
        .split('/')
        .reduce<unknown>(
          (at, name) => (at as Record<string, unknown> | undefined)?.[name],
          document,
        );
      expect(target, pointer).toBeDefined();
    }
    const ids = entriesOf(document).map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [call, { parameters = [] }] of entriesOf(document)) {
      const named = [...call.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
      const inPath = parameters.filter((one) => one.in === 'path').map(({ name }) => name);
      expect(inPath.toSorted(), call).toEqual(named.toSorted());
    }
  });
});

/** `METHOD /path/{parameter}` for each. */
function routesOf({ routes }: Hono): string[] {
  return routes
    .filter(({ method, path }) => !(method === 'ALL' && path === '/*'))
    .map(({ method, path }) => `${method} ${path.replace(/:(\w+)(?:\{\.\+\})?/g, '{$1}')}`);
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
