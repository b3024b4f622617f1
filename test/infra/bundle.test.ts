import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { bundleFunctions } from '../../infra/bundle.ts';
import { FUNCTIONS } from '../../infra/topology.ts';

/** The most a function may weigh: past a megabyte, reading it is what a cold start waits for. */
const MAX_BYTES = 1024 * 1024;

const scratch = mkdtempSync(join(tmpdir(), 'hexiao-bundle-'));
const bundles = bundleFunctions({ outDirectory: join(scratch, 'deployed') });
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.each(bundles)('the bundle of $folder', ({ directory, bytes }) => {
  test('is small enough to start quickly', () => {
    expect(bytes).toBeLessThan(MAX_BYTES);
  });

  test('holds no sandbox, emulator, test or build tool', () => {
    const map: unknown = JSON.parse(readFileSync(join(directory, 'index.mjs.map'), 'utf8'));
    const { sources } = z.object({ sources: z.array(z.string()) }).parse(map);

    expect(sources.length).toBeGreaterThan(0);
    expect(
      sources.filter((source) =>
        /\/sandbox\/|\/test\/|\/infra\/|node_modules\/(dynalite|fauxqs|aws-cdk-lib)\//.test(source),
      ),
    ).toEqual([]);
  });
});

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
