import { parseArgs } from 'node:util';
import type { WorldOptions } from './options.ts';
import { shrink } from './shrink.ts';
import { replayOf, tableOf } from './table.ts';
import { runSeeds } from './threads.ts';
import { runWorld } from './world.ts';

const HELP = `npm run world -- [--seed N | --seeds A..B] [--acts N] [--days N] [--json]
npm run world -- --web [--seed N]
npm run world -- --losses 0,5,50,100 [--redemptions N] [--seed N] [--record]

Plays Hexiao's real functions against its platforms' sandboxes in a time of their
own, with what the seed lets go wrong, and compares the books with what is true.
A seed that fails is printed with the command that plays it again, and with the
fewest acts and faults that still fail. Exits with 1 then.

--losses deletes so many of a hundred webhooks of each platform that documents
its own records, in one run after the other, repeats and overtakes the others, has two calls in a
hundred fail, and compares the books with those without any loss; --record writes
the figures into docs/guarantees.md.

--web serves the same world as a page, to this machine alone.
`;

/** Failing seeds whose history is looked for. */
const MAX_SHRUNK = 3;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ seed: text, seeds: text, acts: text, days: text },
      ...{ redemptions: text, losses: text, record: { type: 'boolean' } },
      ...{ json: { type: 'boolean' }, web: { type: 'boolean' }, help: { type: 'boolean' } },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  if (values.losses !== undefined) {
    const { playAllLosses } = await import('../losses/main.ts');
    return playAllLosses({
      redemptions: countOf('redemptions', values.redemptions ?? '2000'),
      losses: values.losses.split(',').map((one) => countOf('losses', one)),
      record: values.record === true,
      seed: countOf('seed', values.seed ?? '1'),
    });
  }
  if (values.web) return showOnPage(values.seed);
  const [first, last] = rangeOf(values.seeds ?? values.seed ?? '1..100');
  const options = {
    ...(values.acts === undefined ? {} : { acts: countOf('acts', values.acts) }),
    ...(values.days === undefined ? {} : { days: Number(values.days) }),
  };
  return first === last
    ? playOne({ ...options, seed: first }, values.json === true)
    : playMany(first, last, options, values.json === true);
}

/** Until it is stopped. */
async function showOnPage(seed: string | undefined): Promise<number> {
  const [{ bundleSite }, { serveSite }] = await Promise.all([
    import('../web/bundle.ts'),
    import('../web/serve.ts'),
  ]);
  const { url } = await serveSite(await bundleSite());
  const at = seed === undefined ? '' : `#seed=${countOf('seed', seed)}`;
  process.stdout.write(`The world is at ${url}${at}\n`);
  return 0;
}

async function playOne(options: WorldOptions, isJson: boolean): Promise<number> {
  const verdict = await runWorld(options);
  const { drawn, wrong, acts, faults, ...others } = verdict;
  const weather = [...drawn.weather].map(([kind, rate]) => `${kind} ${(rate * 100).toFixed(1)}%`);
  const numbers = { ...others, acts: acts.length, faults: faults.length };
  if (isJson) {
    process.stdout.write(`${JSON.stringify({ ...drawn, weather, ...numbers, wrong })}\n`);
  } else {
    const down = drawn.outage === null ? '' : `${drawn.outage.integration} is down for an hour`;
    const what = [...weather, down].filter((one) => one !== '').join(', ');
    const of = `${drawn.integrations.join(', ')}; ${what || 'nothing goes wrong'}`;
    process.stdout.write(`seed ${drawn.seed}: ${of}\n${JSON.stringify(numbers)}\n`);
  }
  if (wrong.length === 0) return 0;
  const least = await shrink(options, verdict);
  process.stderr.write(`${replayOf(verdict)}\n${tableOf(least)}\n`);
  return 1;
}

async function playMany(
  first: number,
  last: number,
  options: Omit<WorldOptions, 'seed'>,
  isJson: boolean,
): Promise<number> {
  const { failed, coverage, ...sums } = await runSeeds(first, last, options);
  const cpuMsAnAct = Number((sums.cpuMs / sums.acts).toFixed(2));
  const numbers = { first, last, ...sums, cpuMsAnAct, met: coverage.size, failed: failed.length };
  if (isJson) {
    const met = Object.fromEntries([...coverage].sort(([a], [b]) => (a < b ? -1 : 1)));
    process.stdout.write(`${JSON.stringify({ ...numbers, failed, coverage: met })}\n`);
  } else process.stdout.write(`${JSON.stringify(numbers)}\n`);
  for (const { seed, wrong } of failed.slice(0, MAX_SHRUNK)) {
    const verdict = await runWorld({ ...options, seed });
    const least = await shrink({ ...options, seed }, verdict);
    process.stderr.write(`\n${replayOf(verdict)}\n${tableOf(least)}\n`);
    if (verdict.wrong.length === 0) process.stderr.write(`${wrong.join('\n')}\n`);
  }
  for (const { seed, wrong } of failed.slice(MAX_SHRUNK)) {
    process.stderr.write(`\nseed ${seed}: ${wrong[0]}\n`);
  }
  return failed.length === 0 ? 0 : 1;
}

function rangeOf(text: string): [number, number] {
  const [first, last = first] = text.split('..').map((one) => countOf('seeds', one));
  if (first === undefined || last === undefined || last < first) {
    throw new Error('--seeds is A..B, such as 1..1000');
  }
  return [first, last];
}

function countOf(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--${name} is a whole number`);
  return Number(text);
}
