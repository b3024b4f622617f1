import { parseArgs } from 'node:util';
import { runWorld } from '../engine/world.ts';

/**
 * Run in a copy: plays seeds until one fails, and prints it as JSON. A seed that does not even end as a verdict
 * has failed as well.
 */
const { values } = parseArgs({ options: { seeds: { type: 'string', default: '300' } } });

let found = {};
let seed = 0;
while (seed < Number(values.seeds) && !('wrong' in found)) {
  seed += 1;
  try {
    const { wrong } = await runWorld({ seed });
    if (wrong.length > 0) found = { wrong: wrong[0] };
  } catch (error) {
    found = { wrong: `the world stopped: ${String(error)}` };
  }
}
process.stdout.write(`${JSON.stringify({ seeds: seed, ...found })}\n`);
