import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PLATFORMS } from '../events/event.ts';
import { enlist, enlistPlayer } from './lists.ts';
import { UsageError, type Verb } from './verb.ts';

const DETAILS = `在写好验签之前，它的契约测试会失败。
PLATFORM is one of ${PLATFORMS.join(', ')}. Writes lib/integrations/NAME and
its tests, and puts it into the lists. --with adds the files of what it can
do besides: hints (resolve.ts asks the platform), till (redeem and reverse
at the platform), player (a sandbox's merchant). Its tests run, and fail:
nothing verifies or asks until somebody writes it.
docs/adding-an-integration.md goes on from there.
`;

export const addIntegration: Verb = { details: DETAILS, run };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SKELETON = fileURLToPath(new URL('./skeleton/', import.meta.url));

/** As an integration is named: `zhihe`, `douyin-life`. */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** What an integration may have besides. */
const PARTS = ['hints', 'till', 'player'] as const;

/** Which part a file of the skeleton belongs to; the rest is every integration's. */
const PART_OF: Readonly<Record<string, Part>> = {
  'client.ts': 'client',
  'sandbox/server.ts': 'client',
  'resolve.ts': 'hints',
  'resolve.test.ts': 'hints',
  'till.ts': 'till',
  'till.test.ts': 'till',
  'sandbox/player.ts': 'player',
};

/** `client`: what hints and the till both call. */
type Part = (typeof PARTS)[number] | 'client';

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { platform: { type: 'string' }, with: { type: 'string', default: '' } },
  });
  const [name] = positionals;
  const platform = PLATFORMS.find((one) => one === values.platform);
  if (name === undefined || positionals.length > 1 || !NAME.test(name)) {
    throw new UsageError('Give one NAME in lower case, with hyphens between its words.');
  }
  if (platform === undefined) {
    throw new UsageError(
      `Give --platform, one of ${PLATFORMS.join(', ')}. A new one is first a word in PLATFORMS, in lib/events/event.ts.`,
    );
  }
  const parts = partsOf(values.with);
  const folder = join(ROOT, 'lib/integrations', name);
  if (existsSync(folder)) throw new UsageError(`lib/integrations/${name} is there already.`);
  const written = writeSkeleton(name, platform, parts);
  const lists = ['lib/integrations/receivers.ts', 'lib/integrations/registry.ts'] as const;
  const [receivers, registry] = lists.map((path) => join(ROOT, path)) as [string, string];
  enlist(receivers, { name, file: 'receiver', constant: `${camel(name)}Receiver` });
  enlist(registry, { name, file: 'index', constant: camel(name) });
  const sandboxes = 'lib/integrations/sandboxes.ts';
  if (parts.has('player')) enlistPlayer(join(ROOT, sandboxes), name, `${pascal(name)}Player`);
  const changed = parts.has('player') ? [...lists, sandboxes] : lists;
  process.stdout.write(`Written:
${written.map((path) => `  ${path}\n`).join('')}A line was added to each of:
${changed.map((path) => `  ${path}\n`).join('')}
Next, in this order (docs/adding-an-integration.md goes on):
  npx vitest run test/integrations/${name}      fails until verify.ts and the others are written
  npx vitest run test/infra/docs.test.ts        fails until docs/deploying.md says where to paste the URL
  npx vitest run test/functions/receivers.test.ts   fails until it knows the platform's word for "received"
${parts.has('player') ? PLAYED : ''}  npm run lint && npm run types
  grep -rn 'not written yet' lib/integrations/${name}   says what is left
`);
  return 0;
}

const PLAYED = '  npx vitest run test/pipeline/simulation.test.ts   fails until the player plays\n';

/** @throws UsageError for a part that there is none of */
function partsOf(list: string): ReadonlySet<Part> {
  const parts = new Set<Part>();
  for (const name of list.split(',').filter((one) => one !== '')) {
    const part = PARTS.find((one) => one === name);
    if (part === undefined) throw new UsageError(`--with takes ${PARTS.join(', ')}: not ${name}.`);
    parts.add(part);
    if (part !== 'player') parts.add('client');
  }
  return parts;
}

/** @returns the paths written, from the root */
function writeSkeleton(name: string, platform: string, parts: ReadonlySet<Part>): string[] {
  const templates = globSync('**/*.txt', { cwd: SKELETON })
    .map((path) => path.replaceAll('\\', '/').replace(/\.txt$/, ''))
    .filter((file) => isWanted(PART_OF[file], parts))
    .sort();
  return templates.map((file) => {
    const text = linesFor(parts, readFileSync(join(SKELETON, `${file}.txt`), 'utf8'))
      .replaceAll('%NAME%', name)
      .replaceAll('%CAMEL%', camel(name))
      .replaceAll('%PASCAL%', pascal(name))
      .replaceAll('%PLATFORM%', platform);
    const path = `${file.endsWith('.test.ts') ? 'test' : 'lib'}/integrations/${name}/${file}`;
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), importsInOrder(text), { flag: 'wx' });
    return path;
  });
}

function isWanted(part: Part | undefined, parts: ReadonlySet<Part>): boolean {
  return part === undefined || parts.has(part);
}

/** Of lines that begin with `%part%`, those of a part that is wanted; with `%!part%`, of one that is not. */
function linesFor(parts: ReadonlySet<Part>, text: string): string {
  return text.replace(/^%(!?)([a-z]+)%(.*\n)/gm, (_, not: string, part: Part, line: string) =>
    parts.has(part) === (not === '') ? line : '',
  );
}

/** A test imports from the kit and from the new folder: their order is for its name to say. */
function importsInOrder(text: string): string {
  const fromIntegrations = /(?:^import .* from '\.\.\/\.\.\/\.\.\/lib\/integrations\/.*\n)+/m;
  const pathOf = (line: string) => line.slice(line.indexOf(" from '"));
  return text.replace(fromIntegrations, (run) => {
    const lines = run.trimEnd().split('\n');
    return `${lines.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1)).join('\n')}\n`;
  });
}

function camel(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function pascal(name: string): string {
  return camel(name).replace(/^./, (letter) => letter.toUpperCase());
}
