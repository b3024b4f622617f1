import { describe, expect, it } from 'vitest';
import { QR as LIFE } from '../../lib/integrations/douyin-life/prepare.ts';
import { QR as MINIAPP } from '../../lib/integrations/douyin-miniapp/prepare.ts';
import { contentOf, isOf, readLink } from '../../lib/integrations/kit/qr.ts';

/** Links that guests show. Nobody but the platform's own short hosts is ever called. */

interface Call {
  readonly url: string;
  readonly init: RequestInit | undefined;
}

/** Answers each address with where it redirects. */
function roads(redirects: Readonly<Record<string, string>>) {
  const calls: Call[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new Request(input).url;
    calls.push({ url, init });
    const location = redirects[url];
    return new Response(null, { status: 302, headers: location === undefined ? {} : { location } });
  };
  return { calls, fetch };
}

const SHORT = 'https://v.douyin.com/iRabc/';
const LONG = 'https://www.iesdouyin.com/share/commerce/?object_id=Cg%2Babc%3D%3D&x=1';

describe('a link in a QR code', () => {
  it('holds the secret itself, and nobody is called', async () => {
    const { calls, fetch } = roads({});
    expect(await readLink(LIFE, new URL(LONG), { fetch })).toEqual({ encryptedData: 'Cg+abc==' });
    expect(await readLink(MINIAPP, new URL(LONG), { fetch })).toBeUndefined();
    const ours = new URL('https://www.douyin.com/x?encrypted_data=abc');
    expect(await readLink(MINIAPP, ours, { fetch })).toEqual({ encryptedData: 'abc' });
    expect(calls).toEqual([]);
  });

  it('redirects to what holds it: each hop is looked at before it is called', async () => {
    const { calls, fetch } = roads({ [SHORT]: LONG });
    expect(await readLink(LIFE, new URL(SHORT), { fetch })).toEqual({ encryptedData: 'Cg+abc==' });
    expect(calls.map(({ url }) => url)).toEqual([SHORT]);
    expect(calls[0]?.init).toMatchObject({ method: 'HEAD', redirect: 'manual' });
  });

  it.each([
    ['another host', 'https://evil.example/?object_id=1'],
    ['a host that only ends alike', 'https://notdouyin.com/?object_id=1'],
    ['the platform as a name of another', 'https://douyin.com.evil.example/?object_id=1'],
    ['an own address', 'https://127.0.0.1/?object_id=1'],
    ['no encryption', 'http://www.douyin.com/?object_id=1'],
    ['nothing', 'https://www.douyin.com/?object_id='],
    ['no link', 'javascript:alert(1)'],
  ])('that redirects to %s is read by nobody', async (_what, location) => {
    const { calls, fetch } = roads({ [SHORT]: location });
    expect(await readLink(LIFE, new URL(SHORT), { fetch })).toBeUndefined();
    expect(calls.map(({ url }) => url)).toEqual([SHORT]);
  });

  it('that redirects for ever is left after a few hops', async () => {
    const { calls, fetch } = roads({ [SHORT]: SHORT });
    expect(await readLink(LIFE, new URL(SHORT), { fetch })).toBeUndefined();
    expect(calls).toHaveLength(3);
  });

  it.each([
    'https://evil.example/?object_id=1',
    'https://127.0.0.1/',
    'https://v.douyin.com.evil/',
  ])('of nobody we know is not of the platform: %s', (link) => {
    expect(isOf(LIFE, new URL(link))).toBe(false);
  });
});

describe('what is scanned or typed', () => {
  it.each([
    [' 1008 2267 4417 ', { is: 'code', code: '100822674417' }],
    ['https://', { is: 'nothing' }],
    ['你好', { is: 'nothing' }],
    ['x'.repeat(2_049), { is: 'nothing' }],
    ['javascript:alert(1)', { is: 'nothing' }],
    ['12', { is: 'nothing' }],
  ] as const)('%j', (text, content) => {
    expect(contentOf(text)).toEqual(content);
  });
});
