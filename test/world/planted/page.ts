import type { Plant } from './plant.ts';
import type { Found } from './try.ts';

/** By the plant's name. */
export type Results = Readonly<Record<string, Found>>;

const HEAD = `# Planted bugs

Small faults are put into a copy of the tree, one at a time, to see that something notices: first the
simulated world, seed after seed from 1, then the tests that are named for it, then the types, then the
lint rules. \`npm run planted\` does that and writes this page; \`--only NAME\` tries one again.

A plant names a text that must stand exactly once, so that one that the code has outgrown fails loudly
(\`test/world/planted/plants.test.ts\`). "Not asked" means that the world has nobody who could meet the
fault, and says why.
`;

/** The table of all plants, and what strangers found once, put back. */
export function pageOf(plants: readonly Plant[], results: Results): string {
  const old = plants.filter(({ was }) => was !== undefined);
  const own = plants.filter(({ was }) => was === undefined);
  return `${HEAD}
${summaryOf(plants, results)}

## Faults that somebody might make

${tableOf(own, results)}
## Faults that were here, put back

Each was found from outside and mended by a commit whose first words stand in the last column.

${tableOf(old, results)}`;
}

function summaryOf(plants: readonly Plant[], results: Results): string {
  const by = Map.groupBy(plants, ({ name }) => results[name]?.by ?? 'untried');
  const parts = [...by].map(([who, own]) => `${WHO[who]}: ${own.length}`).sort();
  const old = plants.filter(({ was }) => was !== undefined);
  const met = old.filter(({ name }) => results[name]?.by === 'world').length;
  return `${plants.length} plants. ${parts.join('; ')}. Of the ${old.length} faults that were put back the world notices ${met}.`;
}

const WHO = {
  world: 'noticed by the world',
  suite: 'by a test only',
  types: 'by the types only',
  lint: 'by a lint rule only',
  nothing: '**by nothing**',
  untried: 'not tried yet',
} as const;

function tableOf(plants: readonly Plant[], results: Results): string {
  const rows = plants.map((plant) => {
    const { name, what, file, outside, was } = plant;
    const found = results[name];
    const cells = [`\`${name}\``, what, `\`${file}\``, worldOf(found, outside), othersOf(found)];
    return `| ${[...cells, ...(was === undefined ? [] : [was])].map(cellOf).join(' | ')} |\n`;
  });
  const isOld = plants.some(({ was }) => was !== undefined);
  const names = ['plant', 'what is wrong then', 'in', 'the world', 'else'];
  const head = isOld ? [...names, 'mended by'] : names;
  return `| ${head.join(' | ')} |\n|${head.map(() => '---').join('|')}|\n${rows.join('')}`;
}

function worldOf(found: Found | undefined, outside: string | undefined): string {
  if (found === undefined) return 'not tried yet';
  if (found.by === 'world') {
    return `**seed ${found.seeds}**: ${found.what.slice(0, MAX_TEXT)}`;
  }
  return outside === undefined ? `not in ${found.seeds} seeds` : `not asked: ${outside}`;
}

function othersOf(found: Found | undefined): string {
  if (found === undefined || found.by === 'world') return '';
  return found.by === 'nothing'
    ? '**nothing**'
    : `${found.by}: ${found.what.slice(0, MAX_TEXT * 2)}`;
}

const MAX_TEXT = 120;

function cellOf(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
