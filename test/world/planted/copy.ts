import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Plant, withPlant } from './plant.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** What the world, the suite and the lint step read. */
const PARTS = [
  ...['lib', 'functions', 'infra', 'test', 'docs', 'package.json', 'tsconfig.json', 'biome.json'],
  ...[
    'vitest.config.ts',
    '.oxlintrc.json',
    'knip.jsonc',
    'cdk.json',
    'ARCHITECTURE.md',
    '.gitignore',
  ],
];

/** What a command came to. */
export interface Ran {
  readonly isFine: boolean;
  readonly output: string;
  readonly isLate: boolean;
}

/** The tree once more, in a temporary folder, where faults are planted one at a time. */
export class Copy {
  private readonly folder = mkdtempSync(join(tmpdir(), 'hexiao-planted-'));

  constructor() {
    for (const part of PARTS) {
      cpSync(join(ROOT, part), join(this.folder, part), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'));
  }

  /** Does something while the fault is there. */
  async with<T>(plant: Plant, work: () => Promise<T>): Promise<T> {
    const path = join(this.folder, plant.file);
    const source = readFileSync(path, 'utf8');
    writeFileSync(path, withPlant(source, plant));
    try {
      return await work();
    } finally {
      writeFileSync(path, source);
    }
  }

  /** Runs node in the copy. @param withinMs what is not over by then is ended */
  run(args: readonly string[], withinMs: number): Promise<Ran> {
    const options = { cwd: this.folder, timeout: withinMs, maxBuffer: 64 * 1024 * 1024 };
    const env = { ...process.env, NO_COLOR: '1' };
    return new Promise((resolve) => {
      execFile(process.execPath, args, { ...options, env }, (error, out, err) => {
        const isLate = error?.killed === true;
        resolve({ isFine: error === null, output: `${out}\n${err}`, isLate });
      });
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
