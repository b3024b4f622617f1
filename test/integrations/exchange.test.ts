import { describe, expect, test } from 'vitest';
import {
  exchange,
  exchangeObject,
  type HttpQuestion,
  MAX_ANSWER_BYTES,
} from '../../lib/integrations/kit/http.ts';
import { failureOf } from '../support/platform-fetch.ts';

const URL_ = 'https://platform.test/ask?secret=s3cr3t';

const answering = (answer: () => Response | Promise<Response>) => {
  const requests: RequestInit[] = [];
  const fetch: typeof globalThis.fetch = async (_url, init) => {
    requests.push(init ?? {});
    return answer();
  };
  return { requests, fetch };
};

const ask = (
  fetch: typeof globalThis.fetch,
  deadlineMs?: number,
  question: Partial<HttpQuestion> = {},
) =>
  exchange(
    'the endpoint',
    { url: URL_, init: {}, ...question },
    { fetch, now: () => 1_000, ...(deadlineMs === undefined ? {} : { deadlineMs }) },
  );

describe('one exchange', () => {
  test('gives the body as JSON, ids exactly', async () => {
    const { fetch } = answering(() => new Response('{"id":9223372036854775807}'));
    expect(await ask(fetch)).toEqual({ id: '9223372036854775807' });
  });

  test('never has a redirect followed, whatever the question says', async () => {
    const { fetch, requests } = answering(() => new Response('1'));
    await ask(fetch);
    const following = { redirect: 'follow' } as HttpQuestion['init'];
    await ask(fetch, undefined, { init: following });
    expect(requests.map(({ redirect }) => redirect)).toEqual(['manual', 'manual']);
  });

  test.each([
    'https://user:pw@platform.test/',
    'https://user@platform.test/',
    'https://:pw@platform.test/',
    'ftp://platform.test/',
    'file:///etc/passwd',
    'platform.test',
    '',
  ])('sends nothing to %s, and does not repeat it', async (url) => {
    const { fetch, requests } = answering(() => new Response('1'));
    const error = await failureOf(ask(fetch, undefined, { url }));
    expect(error.retryable).toBe(false);
    expect(error.message).not.toMatch(/pw|passwd/);
    expect(requests).toEqual([]);
  });

  test('stops reading an answer that is too long', async () => {
    let sent = 0;
    let isStopped = false;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
      cancel() {
        isStopped = true;
      },
    });
    const { fetch } = answering(() => new Response(endless));
    const error = await failureOf(ask(fetch));
    expect(error).toMatchObject({ retryable: true });
    expect(error.message).toBe(`the endpoint answered more than ${MAX_ANSWER_BYTES} bytes`);
    expect(isStopped).toBe(true);
    expect(sent).toBeLessThan(MAX_ANSWER_BYTES + 4 * 65_536);
  });

  test('takes an answer of the most bytes', async () => {
    const { fetch } = answering(() => new Response(`"${'a'.repeat(MAX_ANSWER_BYTES - 2)}"`));
    expect(await ask(fetch)).toHaveLength(MAX_ANSWER_BYTES - 2);
  });

  test('asks nothing once its time is over', async () => {
    const { fetch, requests } = answering(() => new Response('1'));
    const error = await failureOf(ask(fetch, 1_000));
    expect(error).toMatchObject({ retryable: true, down: false });
    expect(requests).toEqual([]);
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
