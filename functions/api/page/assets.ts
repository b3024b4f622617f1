import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import type { Hono } from 'hono';
import { Problem } from '../../../lib/errors/problem.ts';

/** Files of the pages, each of the sources joined in their order. The bundle has the folder beside it. */
const ASSETS = {
  'console.css': {
    type: 'text/css; charset=utf-8',
    of: ['tokens.css', 'components.css', 'pages.css'],
  },
  'statement.css': { type: 'text/css; charset=utf-8', of: ['statement.css'] },
  'till.css': { type: 'text/css; charset=utf-8', of: ['till.css'] },
  'till.js': { type: 'text/javascript; charset=utf-8', of: ['till.js'] },
  'live.js': { type: 'text/javascript; charset=utf-8', of: ['live.js', 'download.js', 'zoom.js'] },
  // What reads codes where a browser cannot: loaded when a camera is started. Packages make them; the bundle has copies.
  'scan.js': { type: 'text/javascript; charset=utf-8', of: ['scan.js'] },
  'scan.wasm': { type: 'application/wasm', of: ['scan.wasm'] },
  // Loaded when somebody zooms a chart: docs/decisions/0082.
  'uplot.js': { type: 'text/javascript; charset=utf-8', of: ['vendor/uplot-1.6.32.min.js'] },
  'uplot.css': { type: 'text/css; charset=utf-8', of: ['vendor/uplot-1.6.32.min.css'] },
  'mark.svg': { type: 'image/svg+xml', of: ['mark.svg'] },
} as const;

export type AssetName = keyof typeof ASSETS;

const DIRECTORY = join(import.meta.dirname, 'assets');

/** Where the files are that are not ours, in a checkout; a bundle has them among the others. */
const PACKAGES = join(import.meta.dirname, '..', '..', '..', 'node_modules');
const PACKAGED: Readonly<Record<string, string>> = {
  'scan.js': 'barcode-detector/dist/iife/ponyfill.js',
  'scan.wasm': 'zxing-wasm/dist/reader/zxing_reader.wasm',
};

/** Of `barcode-detector`, in the addresses of both: so a page names them and reads none of their megabyte. */
const PACKAGED_VERSION = '3-2-2';

interface Asset {
  readonly name: AssetName;
  readonly hash: string;
  readonly bytes: Buffer;
}

/** Read when first needed, so that a start without pages pays nothing; then kept. */
const read = new Map<AssetName, Asset>();
const packed = new Map<string, Buffer>();

/** The address of an asset: its content's hash is in it, so browsers keep it for ever. */
export function assetHref(name: AssetName): string {
  const [stem = '', extension = ''] = name.split('.');
  const hash = name in PACKAGED ? PACKAGED_VERSION : assetOf(name).hash;
  return `/assets/${stem}.${hash}.${extension}`;
}

/** `GET /assets/{file}`, packed as the browser takes it. */
export function assetRoutes(api: Hono): void {
  api.get('/assets/:file', (c) => {
    const [stem, hash, extension] = c.req.param('file').split('.');
    const name = `${stem}.${extension}`;
    const asset = isAsset(name) ? assetOf(name) : undefined;
    // Pages name the asset of their own version; that of another is not ours to answer for ever.
    if (asset === undefined || asset.hash !== hash) {
      throw new Problem(
        'not-found',
        'No such file. Load the page again: it names the files of now.',
      );
    }
    const encoding = encodingOf(c.req.header('accept-encoding'));
    return c.body(new Uint8Array(packedBytes(asset, encoding)), 200, {
      'content-type': ASSETS[asset.name].type,
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
      ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
    });
  });
}

function isAsset(name: string): name is AssetName {
  return Object.hasOwn(ASSETS, name);
}

function assetOf(name: AssetName): Asset {
  const before = read.get(name);
  if (before !== undefined) return before;
  const bytes = Buffer.concat(ASSETS[name].of.map(readPart));
  const hash = name in PACKAGED ? PACKAGED_VERSION : hashOf(bytes);
  const asset = { name, hash, bytes };
  read.set(name, asset);
  return asset;
}

const hashOf = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex').slice(0, 12);

function readPart(file: string): Buffer {
  try {
    return readFileSync(join(DIRECTORY, file));
  } catch (error) {
    const packaged = PACKAGED[file];
    if (packaged === undefined) throw error;
    return readFileSync(join(PACKAGES, packaged));
  }
}

type Encoding = 'br' | 'gzip' | 'identity';

/** The best that a browser takes; one that says `q=0` refuses it. */
function encodingOf(accepted: string | undefined): Encoding {
  const takes = (name: string) =>
    new RegExp(`(?:^|,)\\s*${name}\\s*(?:$|,|;(?!\\s*q=0(?:\\.0*)?\\s*(?:$|,)))`).test(
      accepted ?? '',
    );
  if (takes('br')) return 'br';
  return takes('gzip') ? 'gzip' : 'identity';
}

/** In bytes: a style sheet is a tenth of it. */
const LONG = 256 * 1024;

function packedBytes(asset: Asset, encoding: Encoding): Buffer {
  if (encoding === 'identity') return asset.bytes;
  const key = `${asset.name} ${encoding}`;
  const before = packed.get(key);
  if (before !== undefined) return before;
  const bytes = encoding === 'br' ? brotli(asset.bytes) : gzipSync(asset.bytes);
  packed.set(key, bytes);
  return bytes;
}

/** Once a process: the smallest at once takes a megabyte some seconds, in which nobody else is answered. */
function brotli(bytes: Buffer): Buffer {
  const quality = bytes.length > LONG ? 5 : constants.BROTLI_MAX_QUALITY;
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
}
