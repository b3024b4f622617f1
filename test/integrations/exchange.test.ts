import { describe, expect, test } from 'vitest';
import { exchange, exchangeObject } from '../../lib/integrations/exchange.ts';
import { failureOf } from '../support/platform-fetch.ts';

const URL_ = 'https://platform.test/ask?secret=s3cr3t';

const answering = (answer: () => Response | Promise<Response>) => {
  const asked: RequestInit[] = [];
  const fetch: typeof globalThis.fetch = async (_url, init) => {
    asked.push(init ?? {});
    return answer();
  };
  return { asked, fetch };
};

const ask = (fetch: typeof globalThis.fetch, deadlineMs?: number, init: RequestInit = {}) =>
  exchange(
    'the endpoint',
    { url: URL_, init },
    { fetch, now: () => 1_000, ...(deadlineMs === undefined ? {} : { deadlineMs }) },
  );

describe('one exchange', () => {
  test('gives the body as JSON, ids exactly', async () => {
    const { fetch } = answering(() => new Response('{"id":9223372036854775807}'));
    expect(await ask(fetch)).toEqual({ id: '9223372036854775807' });
  });

  test('follows no redirect unless it is told to', async () => {
    const { fetch, asked } = answering(() => new Response('1'));
    await ask(fetch);
    await ask(fetch, undefined, { redirect: 'error' });
    expect(asked.map(({ redirect }) => redirect)).toEqual(['manual', 'error']);
  });

  test('asks nothing once its time is over', async () => {
    const { fetch, asked } = answering(() => new Response('1'));
    const error = await failureOf(ask(fetch, 1_000));
    expect(error).toMatchObject({ retryable: true, down: false });
    expect(asked).toEqual([]);
  });

  test.each([
    [200, true, true],
    [302, false, false],
    [400, false, false],
    [408, true, true],
    [429, true, true],
    [500, true, true],
    [503, true, true],
  ])('HTTP %i without JSON: again later %s, down %s', async (status, retryable, down) => {
    const { fetch } = answering(() => new Response('<html>', { status }));
    expect(await failureOf(ask(fetch))).toMatchObject({ retryable, down });
  });

  test.each([
    ['30', 30_000],
    ['86400', 900_000],
    ['soon', undefined],
  ])('Retry-After %s is kept, up to a quarter of an hour', async (value, retryAfterMs) => {
    const headers = { 'retry-after': value };
    const { fetch } = answering(() => new Response('', { status: 429, headers }));
    expect((await failureOf(ask(fetch))).retryAfterMs).toBe(retryAfterMs);
  });

  test('that breaks off is a platform that is down; no secret of the address is told', async () => {
    const error = await failureOf(ask(() => Promise.reject(new Error('ECONNRESET'))));
    expect(error).toMatchObject({ retryable: true, down: true });
    expect(error.message).toBe('the endpoint did not answer');
  });

  test.each(['[]', 'null', '"x"', '1'])('%s is no object', async (body) => {
    const { fetch } = answering(() => new Response(body));
    const asking = exchangeObject('it', { url: URL_, init: {} }, { fetch, now: () => 0 });
    expect((await failureOf(asking)).message).toBe('it answered no JSON object');
  });
});
