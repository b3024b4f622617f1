import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { bundleFunctions } from '../../infra/bundle.ts';
import { FUNCTIONS } from '../../infra/topology.ts';

/** The most a function may load at its start: past a megabyte, reading it is what a cold start waits for. */
const MAX_START_BYTES = 1024 * 1024;

/**
 * With what it loads only when somebody opens a page, or asks for a file: a new page is more of it, and costs a start nothing.
 * A runaway, such as a package that comes whole with one page, is what this finds.
 */
const MAX_BYTES = 2 * 1024 * 1024;

/** What `ingest` may load before its first webhook: a platform waits for that. */
const MAX_INGEST_START_BYTES = 400_000;

const scratch = mkdtempSync(join(tmpdir(), 'hexiao-bundle-'));
const bundles = bundleFunctions({ outDirectory: join(scratch, 'deployed') });
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.each(bundles)('the bundle of $folder', ({ folder, directory, startBytes, bytes }) => {
  test('is small enough to start quickly', () => {
    expect(bytes).toBeLessThan(MAX_BYTES);
    expect(startBytes).toBeLessThanOrEqual(
      folder === 'ingest' ? MAX_INGEST_START_BYTES : MAX_START_BYTES,
    );
  });

  test('holds no sandbox, emulator, test or build tool', () => {
    const sources = sourcesOf(directory, readdirSync(directory));

    expect(sources.length).toBeGreaterThan(0);
    expect(
      sources.filter((source) =>
        /\/sandbox\/|\/test\/|\/infra\/|node_modules\/(dynalite|fauxqs|aws-cdk-lib)\//.test(source),
      ),
    ).toEqual([]);
  });
});

test('ingest starts without the schemas, and without what only callbacks need', () => {
  const ingest = bundles.find(({ folder }) => folder === 'ingest');
  const directory = ingest?.directory ?? '';
  const atStart = filesAtStart(directory, 'index.mjs');
  const isPutOff = (source: string) =>
    /node_modules\/(zod|@aws-sdk\/client-secrets-manager)\/|lib\/store\/records\.ts/.test(source);

  expect(sourcesOf(directory, [...atStart]).filter(isPutOff)).toEqual([]);
  expect(sourcesOf(directory, readdirSync(directory)).some(isPutOff)).toBe(true);
});

test('the API starts without what signs people in at an issuer', () => {
  const api = bundles.find(({ folder }) => folder === 'api');
  const directory = api?.directory ?? '';
  const isPutOff = (source: string) => /node_modules\/oauth4webapi\//.test(source);

  const atStart = [...filesAtStart(directory, 'index.mjs')];
  expect(sourcesOf(directory, atStart).filter(isPutOff)).toEqual([]);
  expect(sourcesOf(directory, readdirSync(directory)).some(isPutOff)).toBe(true);
});

/** A file and the chunks that it imports before it runs. */
function filesAtStart(directory: string, file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const code = readFileSync(join(directory, file), 'utf8');
  for (const [, chunk = ''] of code.matchAll(/(?:from|import)"\.\/([\w-]+\.mjs)"/g)) {
    filesAtStart(directory, chunk, seen);
  }
  return seen;
}

/** The sources that went into some of a bundle's files. */
function sourcesOf(directory: string, files: readonly string[]): string[] {
  return files
    .filter((file) => file.endsWith('.mjs'))
    .flatMap((file) => {
      const map: unknown = JSON.parse(readFileSync(join(directory, `${file}.map`), 'utf8'));
      return z.object({ sources: z.array(z.string()) }).parse(map).sources;
    });
}

describe('bundling', () => {
  const functionsDirectory = join(scratch, 'functions');
  beforeAll(() => {
    for (const { folder } of FUNCTIONS) {
      mkdirSync(join(functionsDirectory, folder), { recursive: true });
      writeFileSync(
        join(functionsDirectory, folder, 'index.ts'),
        `export const handler = (): string => '核销 ${folder}';\n`,
      );
    }
  });
  const read = (directory: string) =>
    ['index.mjs', 'index.mjs.map'].map((file) => readFileSync(join(directory, file), 'utf8'));

  test('gives the same bytes for the same sources, wherever it writes them', () => {
    const first = bundleFunctions({ functionsDirectory, outDirectory: join(scratch, 'a') });
    const second = bundleFunctions({ functionsDirectory, outDirectory: join(scratch, 'b') });

    expect(second.map(({ directory }) => read(directory))).toEqual(
      first.map(({ directory }) => read(directory)),
    );
  });

  test('leaves nothing of an earlier build in the package', () => {
    const outDirectory = join(scratch, 'c');
    mkdirSync(join(outDirectory, 'ingest'), { recursive: true });
    writeFileSync(join(outDirectory, 'ingest', 'left-over.mjs'), '');
    bundleFunctions({ functionsDirectory, outDirectory });

    expect(() => readFileSync(join(outDirectory, 'ingest', 'left-over.mjs'))).toThrow('ENOENT');
  });
});
