import { cpSync, existsSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import { FUNCTIONS, type FunctionName } from './topology.ts';

const ROOT = join(import.meta.dirname, '..');

/** Where the deployed functions are bundled to, one directory each. */
export const BUNDLES_DIRECTORY = join(ROOT, '.build', 'functions');

export interface Bundle {
  readonly folder: FunctionName;
  /** Holds `index.mjs`, the chunks it loads and their maps; it becomes the function's package. */
  readonly directory: string;
  /** Code that is loaded before the first request: `index.mjs` and every chunk it imports. */
  readonly startBytes: number;
  /** All code, with what is loaded only when it is first needed; the maps not counted. */
  readonly bytes: number;
}

/** What a function answers with: read when it is requested, so no start pays for it. */
const BESIDE: Partial<Record<FunctionName, Readonly<Record<string, string>>>> = {
  api: {
    'openapi.json': 'docs/openapi.json',
    'api.html': 'docs/api.html',
    // The style sheets and scripts of the pages, which `page/assets.ts` looks for beside itself.
    assets: 'functions/api/page/assets',
    'assets/scan.js': 'node_modules/barcode-detector/dist/iife/ponyfill.js',
    'assets/scan.wasm': 'node_modules/zxing-wasm/dist/reader/zxing_reader.wasm',
  },
};

export interface BundleOptions {
  /** Has `<folder>/index.ts`, exporting `handler`, for each function of the topology. */
  readonly functionsDirectory?: string;
  readonly outDirectory?: string;
}

/**
 * Bundles every function of the topology. The same sources give the same bytes wherever the checkout
 * lies, so that a deployment changes only the functions whose code changed.
 *
 * The AWS SDK goes into the bundle: it loads in less than half the time of the runtime's own copy,
 * and its version is the one the tests ran with.
 *
 * @throws when a function does not build; esbuild has then printed where and why
 */
export function bundleFunctions({
  functionsDirectory = join(ROOT, 'functions'),
  outDirectory = BUNDLES_DIRECTORY,
}: BundleOptions = {}): Bundle[] {
  return FUNCTIONS.map(({ folder }) => {
    const directory = join(outDirectory, folder);
    rmSync(directory, { recursive: true, force: true });
    const sizes = bundle(join(functionsDirectory, folder, 'index.ts'), directory);
    for (const [name, path] of Object.entries(BESIDE[folder] ?? {})) {
      // Without a package that was added since the last `npm ci` its page has no camera, and nothing else fails.
      if (path.startsWith('node_modules') && !existsSync(join(ROOT, path))) continue;
      cpSync(join(ROOT, path), join(directory, name), {
        recursive: true,
        // How an editor reads the scripts is nothing to deploy.
        filter: (source) => !source.endsWith('tsconfig.json'),
      });
    }
    return { folder, directory, ...sizes };
  });
}

/** How every function is built; decision 0016 says what each of the size's levers is worth. */
const BUILD = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // What is imported with `import()` becomes a file of its own, read when it is first needed: the SDK's
  // event streams and browser detection never are.
  splitting: true,
  entryNames: 'index',
  chunkNames: 'chunk-[hash]',
  outExtension: { '.js': '.mjs' },
  // esbuild's default for Node is `main` first, where most of the SDK is CommonJS and cannot be shaken.
  mainFields: ['module', 'main'],
  // Only the browsers' half of the SDK asks for it.
  external: ['bowser'],
  alias: { '@aws-sdk/credential-provider-node': './lib/environment/credentials.ts' },
  treeShaking: true,
  minify: true,
  // Half of our texts are Chinese; escaped, each character would take six bytes instead of three.
  charset: 'utf8',
  sourcemap: 'linked',
  // Names and lines are enough to read a stack trace by; the sources themselves stay in the repository.
  sourcesContent: false,
  logLevel: 'warning',
  metafile: true,
} satisfies BuildOptions;

/** Builds one handler into a directory, as every function is built but for what is given. */
export function bundle(
  entry: string,
  directory: string,
  options: Pick<BuildOptions, 'alias' | 'external' | 'splitting'> = {},
): { startBytes: number; bytes: number } {
  const build = { ...BUILD, ...options, entryPoints: [entry], outdir: directory };
  const { outputs } = buildSync(build).metafile;
  const isCode = (file: string) => file.endsWith('.mjs');
  const size = (files: Iterable<string>) =>
    [...files].reduce((sum, file) => sum + (outputs[file]?.bytes ?? 0), 0);
  const index = relative(ROOT, join(directory, 'index.mjs')).replaceAll('\\', '/');
  return {
    startBytes: size(importedFrom(index, outputs)),
    bytes: size(Object.keys(outputs).filter(isCode)),
  };
}

type Outputs = ReturnType<typeof buildSync<typeof BUILD>>['metafile']['outputs'];

/** The file itself and whatever it imports before it runs. */
function importedFrom(file: string, outputs: Outputs, seen = new Set<string>()): Set<string> {
  if (seen.has(file) || outputs[file] === undefined) return seen;
  seen.add(file);
  for (const { kind, path } of outputs[file].imports) {
    if (kind === 'import-statement') importedFrom(path, outputs, seen);
  }
  return seen;
}

if (import.meta.main) {
  const kib = (bytes: number) => `${(bytes / 1024).toFixed(1).padStart(8)} KiB`;
  for (const { folder, startBytes, bytes } of bundleFunctions()) {
    console.log(`${folder.padEnd(10)} ${kib(startBytes)} at start ${kib(bytes)} in all`);
  }
}
