import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';

const HERE = import.meta.dirname;

/** What stands in a page where Node's modules and the AWS SDK's clients stand elsewhere: files of `shims`. */
const STAND_INS: Readonly<Record<string, string>> = {
  'node:crypto': 'crypto',
  'node:zlib': 'zlib',
  'node:util': 'util',
  'node:timers/promises': 'timers',
  'node:fs/promises': 'absent',
  'node:path': 'absent',
  '@aws-sdk/client-dynamodb': 'aws',
  '@aws-sdk/client-sqs': 'aws',
  '@hono/node-server': 'absent',
};

/** What a world never calls: connections to the internet, endpoints, secrets that AWS keeps, workbooks, and the page of a proof. */
const NEVER_CALLED =
  /\/(outgoing|endpoint-answers|delivery-answers|aws|workbook|workbook-bytes|template)\.ts$/;

const standIns: Plugin = {
  name: 'stand-ins',
  setup(building) {
    const shim = (name: string) => ({ path: join(HERE, 'shims', `${name}.ts`) });
    building.onResolve({ filter: /^(node:|@aws-sdk\/client-|@hono\/node-server)/ }, ({ path }) => {
      const name = STAND_INS[path];
      return name === undefined ? undefined : shim(name);
    });
    building.onResolve({ filter: /\/assets\.ts$/ }, () => shim('assets'));
    building.onResolve({ filter: NEVER_CALLED }, ({ importer }) =>
      importer.includes('/shims/') ? undefined : shim('absent'),
    );
  },
};

interface Part {
  readonly type: string;
  readonly body: Uint8Array;
}

/** A page and its parts, by the paths that it asks for. */
export type Site = ReadonlyMap<string, Part>;

/** The page, its script and the world, which runs in a thread of its own. */
export async function bundleSite(): Promise<Site> {
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const { outputFiles } = await build({
    absWorkingDir: join(HERE, '../../..'),
    entryPoints: { page: join(HERE, 'page/page.ts'), world: join(HERE, 'page/thread.ts') },
    ...{ bundle: true, platform: 'browser', format: 'esm', target: 'chrome120', minify: true },
    ...{ charset: 'utf8', write: false, outdir: '/', treeShaking: true, legalComments: 'none' },
    mainFields: ['module', 'main'],
    inject: [join(HERE, 'shims/inject.ts')],
    define: { RSA_PAIR: JSON.stringify(pair) },
    plugins: [standIns],
  });
  const scripts = outputFiles.map(({ path, contents }): [string, Part] => [
    path,
    { type: 'text/javascript', body: contents },
  ]);
  const file = async (path: string, type: string): Promise<Part> => ({
    type,
    body: await readFile(join(HERE, path)),
  });
  return new Map([
    ['/', await file('page/index.html', 'text/html')],
    ['/page.css', await file('page/page.css', 'text/css')],
    // The console's own: a value of space, type or colour has one file.
    ['/tokens.css', await file('../../../functions/api/page/assets/tokens.css', 'text/css')],
    ...scripts,
  ]);
}

/** What a browser loads, as it travels. */
export function gzippedBytesOf(site: Site): number {
  return [...site.values()].reduce((sum, { body }) => sum + gzipSync(body).byteLength, 0);
}
