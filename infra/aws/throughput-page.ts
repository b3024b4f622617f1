/**
 * `npm run docs:throughput`: writes the table of docs/operating.md that says what each throughput comes to, from what
 * was measured. No number in it is typed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DOCS } from './cost/measured.ts';
import { REGIONS } from './regions.ts';
import { mostOfOneProvider, quotasToAsk, sizeOf, sustainedBy, THROUGHPUTS } from './throughput.ts';

const BEGIN = '<!-- written by `npm run docs:throughput` -->';
const END = '<!-- until here -->';

/** docs/operating.md with the table of today. @throws where the page has no place for it */
export function withThroughputs(page: string): string {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) {
    throw new Error(`docs/operating.md has lost "${BEGIN}" or "${END}": put them back.`);
  }
  return `${before}${BEGIN}\n\n${table()}\n\n${tellQuotas()}\n\n${END}${after}`;
}

function table(): string {
  const sizes = THROUGHPUTS.map((throughput) => ({ throughput, ...sizeOf(throughput) }));
  type Sized = (typeof sizes)[number];
  const rows: [string, (size: Sized) => string][] = [
    ['workers of `normalize`, set aside', ({ workers }) => count(workers.normalize)],
    ['workers of `attribute`, set aside', ({ workers }) => count(workers.attribute)],
    ['workers of `notify`, set aside', ({ workers }) => count(workers.notify)],
    ['redemptions a second that these carry', ({ workers }) => count(sustainedBy(workers))],
    ['requests a second that are let in', ({ throttle }) => count(throttle.rate)],
    ['write units a second of the table', (size) => count(size.table.writes)],
    ['read units a second of the table', (size) => count(size.table.reads)],
    [
      'the table is made ready for',
      ({ warm }) =>
        warm === undefined
          ? 'what a new one is'
          : `${count(warm.writes)} writes, ${count(warm.reads)} reads`,
    ],
    ['executions of all functions at once', ({ concurrency }) => count(concurrency)],
  ];
  const lines = [
    ['`throughput`', ...THROUGHPUTS.map((one) => `**${count(one)}**`)],
    ['---', ...THROUGHPUTS.map(() => '---')],
    ...rows.map(([name, of]) => [name, ...sizes.map(of)]),
  ];
  return [
    ...lines.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    `One provider of ${count(mostOfOneProvider())} redemptions a second, with as many payments, is the most at any throughput: its day is`,
    'one item of the table, which takes 1,000 write units a second.',
  ].join('\n');
}

function tellQuotas(): string {
  const lines = REGIONS.flatMap((region) =>
    THROUGHPUTS.flatMap((throughput) => {
      const asked = quotasToAsk(sizeOf(throughput), region);
      return asked.length === 0
        ? []
        : [`- ${region.name}, ${count(throughput)}: ${asked.join('; ')}.`];
    }),
  );
  return [
    'What to ask AWS for first, where a region is not in this list: nothing.',
    '',
    ...lines,
  ].join('\n');
}

const count = (value = 0) => value.toLocaleString('en');

if (import.meta.main) {
  const file = join(DOCS, 'operating.md');
  writeFileSync(file, withThroughputs(readFileSync(file, 'utf8')));
}
