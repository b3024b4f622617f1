import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { FUNCTIONS, type FunctionName } from './topology.ts';

const ROOT = join(import.meta.dirname, '..');

/** Where the deployed functions are bundled to, one directory each. */
export const BUNDLES_DIRECTORY = join(ROOT, '.build', 'functions');

export interface Bundle {
  readonly folder: FunctionName;
  /** Holds exactly `index.mjs` and `index.mjs.map`; it becomes the function's package. */
  readonly directory: string;
  /** Size of `index.mjs`, without its map. */
  readonly bytes: number;
}

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
  const folders = FUNCTIONS.map(({ folder }) => folder);
  for (const folder of folders)
    rmSync(join(outDirectory, folder), { recursive: true, force: true });
  buildSync({
    absWorkingDir: ROOT,
    entryPoints: folders.map((folder) => ({
      in: join(functionsDirectory, folder, 'index.ts'),
      out: join(folder, 'index'),
    })),
    outdir: outDirectory,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // esbuild's default for Node is `main` first, where most of the SDK is CommonJS and cannot be shaken.
    mainFields: ['module', 'main'],
    treeShaking: true,
    minify: true,
    // Half of our texts are Chinese; escaped, each character would take six bytes instead of three.
    charset: 'utf8',
    sourcemap: 'linked',
    // Names and lines are enough for a stack trace; the sources themselves stay in the repository.
    sourcesContent: false,
    logLevel: 'warning',
  });
  return folders.map((folder) => {
    const directory = join(outDirectory, folder);
    return { folder, directory, bytes: statSync(join(directory, 'index.mjs')).size };
  });
}

if (import.meta.main) {
  for (const { folder, bytes } of bundleFunctions()) {
    console.log(`${folder.padEnd(10)} ${(bytes / 1024).toFixed(1).padStart(8)} KiB`);
  }
}
