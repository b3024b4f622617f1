import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Copy } from './copy.ts';
import { pageOf, type Results } from './page.ts';
import { PLANTS } from './plants.ts';
import { requireClean, tryPlant } from './try.ts';

const HELP = `npm run planted -- [--only NAME[,NAME]] [--seeds N] [--missing]

Puts small faults into a copy of the tree, one at a time, and has the simulated
world, the tests, the types and the lint rules look for each. What noticed it is
written to docs/planted-bugs.md. Exits with 1 when one was noticed by nothing.

  --only     these plants only; the rows of the others stay as they are
  --missing  those without a row
  --seeds    that the world plays at most for each (300)
`;

const RESULTS = join(import.meta.dirname, 'results.json');
const PAGE = join(import.meta.dirname, '../../../docs/planted-bugs.md');

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      ...{ only: { type: 'string' }, seeds: { type: 'string', default: '300' } },
      ...{ missing: { type: 'boolean' }, help: { type: 'boolean' } },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const before = resultsOf(RESULTS);
  const names = values.only?.split(',');
  const unknown = names?.filter((name) => !PLANTS.some((plant) => plant.name === name)) ?? [];
  if (unknown.length > 0) throw new Error(`no such plant: ${unknown.join(', ')}`);
  const wanted = names?.flatMap((name) => PLANTS.filter((plant) => plant.name === name));
  const chosen = (wanted ?? PLANTS).filter(
    ({ name }) => values.missing !== true || before[name] === undefined,
  );
  const copy = new Copy();
  process.once('SIGINT', () => {
    copy.remove();
    process.exit(130);
  });
  let survivors = 0;
  try {
    await requireClean(copy);
    for (const plant of chosen) {
      const found = await tryPlant(copy, plant, Number(values.seeds)).catch(String);
      if (typeof found === 'string') {
        process.stderr.write(`${plant.name}: not tried: ${found}\n`);
        survivors += 1;
        continue;
      }
      // Read again: another run of other plants may have written meanwhile.
      const results = { ...resultsOf(RESULTS), [plant.name]: found };
      if (found.by === 'nothing') survivors += 1;
      process.stdout.write(`${plant.name}: ${found.by}, ${found.seeds} seeds: ${found.what}\n`);
      writeFileSync(RESULTS, `${JSON.stringify(results, null, 2)}\n`);
      writeFileSync(PAGE, pageOf(PLANTS, results));
    }
  } finally {
    copy.remove();
  }
  return survivors === 0 ? 0 : 1;
}

/** Those of plants that there are, in their order. */
function resultsOf(path: string): Results {
  const kept = JSON.parse(readFileSync(path, 'utf8')) as Results;
  return Object.fromEntries(
    PLANTS.flatMap(({ name }) => (kept[name] === undefined ? [] : [[name, kept[name]]])),
  );
}
