import type { Copy } from './copy.ts';
import type { Plant } from './plant.ts';

/** What noticed a plant. */
export interface Found {
  readonly by: 'world' | 'suite' | 'types' | 'lint' | 'nothing';
  /** How many seeds the world played, the last one being that which failed; 0 where it was not asked. */
  readonly seeds: number;
  /** What was wrong, or the test that failed. */
  readonly what: string;
}

const MINUTE_MS = 60_000;

const VITEST = 'node_modules/vitest/vitest.mjs';

/** Each line: who is asked, and with what. */
const CHECKS = [
  ['types', ['node_modules/typescript/bin/tsc', '-p', '.']],
  ['lint', ['node_modules/@biomejs/biome/bin/biome', 'lint']],
] as const;

/** Asks the world, then the named part of the suite, then the types, then the lint rules. */
export function tryPlant(copy: Copy, plant: Plant, seeds: number): Promise<Found> {
  return copy.with(plant, async () => {
    const world = plant.outside === undefined ? await askWorld(copy, seeds) : undefined;
    if (world?.wrong !== undefined) return { by: 'world', seeds: world.seeds, what: world.wrong };
    const played = world?.seeds ?? 0;
    const suite = await copy.run([VITEST, 'run', ...plant.suite], 8 * MINUTE_MS);
    if (!suite.isFine) return { by: 'suite', seeds: played, what: failedTest(suite.output) };
    for (const [by, args] of CHECKS) {
      const files = by === 'lint' ? [plant.file] : [];
      const { isFine, output } = await copy.run([...args, ...files], 3 * MINUTE_MS);
      if (!isFine) return { by, seeds: played, what: firstLine(output) };
    }
    return { by: 'nothing', seeds: played, what: '' };
  });
}

/** @throws where the lint rules complain of a copy without any plant: they would be taken to notice each */
export async function requireClean(copy: Copy): Promise<void> {
  const [, [, lint]] = CHECKS;
  const { isFine, output } = await copy.run([...lint, 'lib/money'], 3 * MINUTE_MS);
  if (!isFine) throw new Error(`the lint step fails in the copy: ${output}`);
}

interface Played {
  readonly seeds: number;
  readonly wrong?: string;
}

async function askWorld(copy: Copy, seeds: number): Promise<Played> {
  const script = 'test/world/planted/first-failure.ts';
  const { output, isFine, isLate } = await copy.run(
    [script, '--seeds', String(seeds)],
    9 * MINUTE_MS,
  );
  // A busy machine is no finding; a world that turns in a circle stops by itself, and says so.
  if (isLate) throw new Error('the world took too long: try fewer seeds');
  const line = output.split('\n').find((one) => one.startsWith('{"seeds"'));
  if (line === undefined)
    return { seeds, wrong: isFine ? 'the world said nothing' : firstLine(output) };
  return JSON.parse(line) as Played;
}

/** @throws where the tests did not even run: that is no word about the plant */
function failedTest(output: string): string {
  const failed = /^\s*FAIL\s+(\S+)(.*)$/m.exec(output);
  if (failed === null || output.includes('No test files found')) {
    throw new Error(`no test ran:\n${output.slice(-2_000)}`);
  }
  return `${failed[1]}${failed[2]}`.trim();
}

function firstLine(output: string): string {
  return (
    output
      .split('\n')
      .find((line) => line.trim() !== '')
      ?.trim() ?? ''
  );
}
