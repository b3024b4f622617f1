import { describe, expect, test } from 'vitest';
import { exchange } from '../../lib/integrations/kit/http.ts';
import { PlatformRequests, withRequestId } from '../../lib/integrations/kit/platform-requests.ts';

async function noted(answer: () => Response, question: { isForToken?: true } = {}) {
  const requests = new PlatformRequests();
  const context = { fetch: async () => answer(), now: () => 0, requests };
  const asked = { url: 'https://platform.test/', init: {}, ...question };
  await exchange('order/query', asked, context).catch(() => {});
  return requests;
}

const json = (body: object, headers: Record<string, string> = {}) =>
  Response.json(body, { headers });

describe('the platform’s own id of a request', () => {
  test.each([
    ['Douyin’s answers', () => json({ data: {}, extra: { logid: '0217-abc' } }), '0217-abc'],
    ['its header', () => json({}, { 'X-Bytedance-Logid': '0217-abc' }), '0217-abc'],
    ['Meituan’s answers', () => json({ code: 'OP_SUCCESS', traceId: '98234' }), '98234'],
    [
      'an answer that is no JSON',
      () => new Response('<html>', { headers: { 'x-bytedance-logid': '0217-abc' } }),
      '0217-abc',
    ],
    [
      'a failure',
      () => new Response('', { status: 502, headers: { 'x-bytedance-logid': '0217-abc' } }),
      '0217-abc',
    ],
  ])('is kept from %s', async (_what, answer, id) => {
    const requests = await noted(answer);
    expect(requests.latest()).toEqual({ call: 'order/query', id });
    expect(requests.kept()).toEqual([{ call: 'order/query', id }]);
  });

  test.each([
    ['Meituan’s sample of none', () => json({ traceId: '-1' })],
    ['a text', () => json({ extra: { logid: 'code 1234 of 13800000000' } })],
    ['something longer', () => json({ extra: { logid: 'x'.repeat(65) } })],
    ['a number', () => json({ traceId: 12_345_678 })],
    ['nothing at all', () => json({})],
  ])('is none in %s', async (_what, answer) => {
    expect((await noted(answer)).latest()).toBeUndefined();
  });

  test('is not the id of an earlier call where the last one was not answered', async () => {
    const requests = await noted(() => json({ traceId: '98234' }));
    const context = { fetch: () => Promise.reject(new Error('down')), now: () => 0, requests };
    const asked = exchange('order/query', { url: 'https://platform.test/', init: {} }, context);
    await expect(asked).rejects.toThrow();
    expect(requests.latest()).toBeUndefined();
    expect(withRequestId('it did not answer', requests)).toBe('it did not answer');
  });

  test('is not that of a request for a token, which is none of the act', async () => {
    const requests = await noted(() => json({ extra: { logid: '0217-abc' } }), {
      isForToken: true,
    });
    expect(requests.kept()).toEqual([]);
  });

  test('is kept of the last two calls', () => {
    const requests = new PlatformRequests();
    for (const [call, id] of [
      ['a', '1111'],
      ['b', '2222'],
      ['a', '3333'],
      ['c', '4444'],
    ] as const) {
      requests.begin(call);
      requests.note(call, id);
    }
    expect(requests.kept()).toEqual([
      { call: 'a', id: '3333' },
      { call: 'c', id: '4444' },
    ]);
  });
});
