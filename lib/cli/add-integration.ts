import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { PLATFORMS } from '../events/event.ts';
import { UsageError, type Verb } from './verb.ts';

const DETAILS = `在写好验签之前，它的契约测试会失败。
PLATFORM is one of ${PLATFORMS.join(', ')}. Writes lib/integrations/NAME and
its test, and puts it into the two lists. The test runs the contract suite
and fails it: nothing verifies until verify.ts is written.
docs/adding-an-integration.md goes on from there.
`;

export const addIntegration: Verb = { details: DETAILS, run };

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SKELETON = fileURLToPath(new URL('./skeleton/', import.meta.url));

/** As an integration is named: `zhihe`, `douyin-life`. */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { platform: { type: 'string' } },
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
  const folder = join(ROOT, 'lib/integrations', name);
  if (existsSync(folder)) throw new UsageError(`lib/integrations/${name} is there already.`);
  const written = writeSkeleton(name, platform);
  enlist('lib/integrations/receivers.ts', {
    name,
    file: 'receiver',
    constant: `${camel(name)}Receiver`,
  });
  enlist('lib/integrations/registry.ts', { name, file: 'index', constant: camel(name) });
  process.stdout.write(`Written:
${written.map((path) => `  ${path}\n`).join('')}A line was added to each of:
  lib/integrations/receivers.ts
  lib/integrations/registry.ts

Next, in this order (docs/adding-an-integration.md goes on):
  npx vitest run test/integrations/${name}      fails until verify.ts and the others are written
  npx vitest run test/infra/docs.test.ts        fails until docs/deploying.md says where to paste the URL
  npx vitest run test/functions/receivers.test.ts   fails until it knows the platform's word for "received"
  npm run lint && npm run types
`);
  return 0;
}

/** @returns the paths written, from the root */
function writeSkeleton(name: string, platform: string): string[] {
  const templates = globSync('**/*.txt', { cwd: SKELETON })
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
  return templates.map((template) => {
    const text = readFileSync(join(SKELETON, template), 'utf8')
      .replaceAll('%NAME%', name)
      .replaceAll('%CAMEL%', camel(name))
      .replaceAll('%PLATFORM%', platform);
    const file = template.replace(/\.txt$/, '');
    const isTest = file === 'contract.test.ts';
    const path = `${isTest ? 'test' : 'lib'}/integrations/${name}/${file}`;
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text, { flag: 'wx' });
    return path;
  });
}

/** Adds an import, in its order, and a place in the list that the file holds. @throws where there is none */
function enlist(
  path: string,
  { name, file, constant }: { name: string; file: string; constant: string },
): void {
  const lines = readFileSync(join(ROOT, path), 'utf8').split('\n');
  const from = `./${name}/${file}.ts`;
  const later = lines.findIndex((line) => (/ from '(\.\/[^']+)'/.exec(line)?.[1] ?? '') > from);
  const lastImport = lines.findLastIndex((line) => line.startsWith('import '));
  lines.splice(later === -1 ? lastImport + 1 : later, 0, `import { ${constant} } from '${from}';`);
  const end = lines.indexOf('];');
  if (end === -1) throw new Error(`${path} has no list that ends with "];": add ${constant} to it`);
  lines.splice(end, 0, `  ${constant},`);
  writeFileSync(join(ROOT, path), lines.join('\n'));
}

function camel(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
