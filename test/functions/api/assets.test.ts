import { createHash } from 'node:crypto';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { cookieOf, makeTenant } from './support.ts';

let hexiao: HexiaoUnderTest;
let signedIn: string;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start();
  const { token } = await makeTenant(hexiao);
  signedIn = (await cookieOf(hexiao, token)).cookie;
});

afterAll(() => hexiao?.stop());

function get(path: string, headers: Record<string, string> = {}): Response | Promise<Response> {
  return hexiao.api.request(path, { headers: { cookie: signedIn, ...headers } });
}

/** What the first page loads. */
async function assetsOf(path: string): Promise<string[]> {
  const text = await (await get(path)).text();
  return [...text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map((found) => found[1] ?? '');
}

describe('the assets of the pages', () => {
  it('are kept for ever under a name that has their content’s hash, and need no sign-in', async () => {
    const assets = await assetsOf('/');
    expect(assets.length).toBeGreaterThan(2);
    for (const path of assets) {
      const reply = await hexiao.api.request(path);
      expect(reply.status, path).toBe(200);
      expect(reply.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(reply.headers.get('x-content-type-options')).toBe('nosniff');
      expect((await reply.text()).length).toBeGreaterThan(100);
    }
  });

  it('have uPlot as it was published, which no page loads before somebody zooms', async () => {
    const text = await (await get('/')).text();
    const [script = '', sheet = ''] = [/data-script="([^"]+)"/, /data-sheet="([^"]+)"/].map(
      (address) => address.exec(text)?.[1] ?? '',
    );
    expect([await assetsOf('/')].flat().join()).not.toContain('uplot');
    const bytes = await Promise.all(
      [script, sheet].map(async (path) => Buffer.from(await (await get(path)).arrayBuffer())),
    );
    // Of `npm pack uplot@1.6.32`: dist/uPlot.iife.min.js and dist/uPlot.min.css.
    expect(bytes.map((own) => createHash('sha256').update(own).digest('hex'))).toEqual([
      '19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f',
      'df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04',
    ]);
    const packed = bytes.reduce((sum, own) => sum + gzipSync(own).byteLength, 0);
    expect(packed).toBeLessThan(60_000);
  });

  it('are none of another version, or by another name', async () => {
    const [sheet = ''] = (await assetsOf('/')).filter((path) => path.endsWith('.css'));
    const other = sheet.replace(/\.[0-9a-f]{12}\./, '.000000000000.');
    for (const path of [other, '/assets/console.css', '/assets/..%2fassets.ts', '/assets/x']) {
      expect((await hexiao.api.request(path)).status, path).toBe(404);
    }
  });

  it('come packed as the browser takes them, each to the same bytes', async () => {
    const [sheet = ''] = (await assetsOf('/')).filter((path) => path.endsWith('.css'));
    const plain = await (await hexiao.api.request(sheet)).text();
    const packed = async (accepted: string) => {
      const reply = await hexiao.api.request(sheet, { headers: { 'accept-encoding': accepted } });
      expect(reply.headers.get('vary')).toContain('accept-encoding');
      return {
        encoding: reply.headers.get('content-encoding'),
        bytes: Buffer.from(await reply.arrayBuffer()),
      };
    };
    const br = await packed('gzip, deflate, br, zstd');
    expect(br.encoding).toBe('br');
    expect(brotliDecompressSync(br.bytes).toString()).toBe(plain);
    const gzip = await packed('gzip;q=0.5, br;q=0');
    expect(gzip.encoding).toBe('gzip');
    expect(gunzipSync(gzip.bytes).toString()).toBe(plain);
    expect((await packed('identity')).encoding).toBeNull();
  });

  it('and the page are within 60 KB for the first view, packed, of them script at most 30', async () => {
    const accept = { 'accept-encoding': 'gzip' };
    const size = async (path: string) => (await (await get(path, accept)).arrayBuffer()).byteLength;
    const page = await get('/', accept);
    expect(page.headers.get('content-encoding')).toBe('gzip');
    const text = gunzipSync(Buffer.from(await page.clone().arrayBuffer())).toString();
    expect(text).toContain('</html>');
    const assets = await assetsOf('/');
    const sizes = await Promise.all(assets.map(size));
    const script = assets.map((path, at) => (path.endsWith('.js') ? (sizes[at] ?? 0) : 0));
    const sum = (all: number[]) => all.reduce((total, one) => total + one, 0);
    expect(sum([(await page.arrayBuffer()).byteLength, ...sizes])).toBeLessThan(60_000);
    expect(sum(script)).toBeLessThan(10_000);
  });
});

describe('light and dark', () => {
  it('is a cookie that a link turns, and the page says it before anything is drawn', async () => {
    const turned = await get('/stores?period=week&theme=dark');
    expect([turned.status, turned.headers.get('location')]).toEqual([303, '/stores?period=week']);
    const cookie = turned.headers.getSetCookie()[0] ?? '';
    expect(cookie).toMatch(/^hexiao_theme=dark; .*HttpOnly.*SameSite=Strict/);
    const dark = await (await get('/', { cookie: `${signedIn}; hexiao_theme=dark` })).text();
    expect(dark).toContain('<html lang="zh-CN" data-theme="dark">');
    expect(dark).toContain('theme=light');
    const system = await (await get('/')).text();
    expect(system).toContain('<html lang="zh-CN">');
  });

  it('is given back to the system, and is none that there is not', async () => {
    const back = await get('/?theme=system');
    expect(back.headers.getSetCookie()[0]).toMatch(/^hexiao_theme=; Max-Age=0;/);
    const none = await get('/?theme=blue');
    expect([none.status, none.headers.getSetCookie()]).toEqual([200, []]);
  });
});
