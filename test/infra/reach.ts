import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/**
 * Which partitions of the table a function's code can touch, read from the sources: from its index.ts
 * along every name that is used, declaration by declaration, to the keys of `lib/store/keys`. Types
 * lead nowhere. It errs towards more: a declaration counts whole.
 */
export function partitionsReached(folder: string): Set<string> {
  return walk(folder).partitions;
}

/** Whether a function's code can reach anything that a file declares. */
export function reaches(folder: string, path: string): boolean {
  return walk(folder).paths.has(path);
}

/** `path:name` of everything that a function's code can reach in the archive. */
export function declarationsReached(folder: string): string[] {
  return [...walk(folder).seen].filter((one) => one.startsWith('lib/store/deliveries/archive.ts:'));
}

function walk(folder: string): {
  partitions: Set<string>;
  paths: Set<string>;
  seen: Set<string>;
} {
  const partitions = new Set<string>();
  const paths = new Set<string>();
  const seen = new Set<string>();
  const next = wholeOf(`functions/${folder}/index.ts`);
  for (let at = next.pop(); at !== undefined; at = next.pop()) {
    const id = `${at.path}:${at.name}`;
    if (seen.has(id)) continue;
    seen.add(id);
    const source = sourceOf(at.path);
    const text = source.declarations.get(at.name);
    if (text === undefined) {
      const from = source.imports.get(at.name);
      if (from !== undefined) next.push(from);
      continue;
    }
    paths.add(at.path);
    for (const partition of partitionsIn(text, source)) partitions.add(partition);
    for (const [, name = ''] of text.matchAll(/(?<!\.)\b([A-Za-z_]\w*)\b/g)) {
      // The keys themselves are read by `partitionsIn`, one by one.
      if (name !== at.name && name !== 'keys') next.push({ path: at.path, name });
    }
    for (const [, target = ''] of text.matchAll(/import\('(\.[^']+)'\)/g)) {
      next.push(...wholeOf(posix.join(posix.dirname(at.path), target)));
    }
  }
  return { partitions, paths, seen };
}

function wholeOf(path: string): DeclaredName[] {
  return [...sourceOf(path).declarations.keys()].map((name) => ({ path, name }));
}

/** Every partition that `lib/store/keys` can spell. */
export function allPartitions(): Set<string> {
  const names = keyTables().flatMap((text) =>
    [...text.matchAll(/\n {2}(\w+): /g)].map(([, name = '']) => name),
  );
  return new Set(names.flatMap(partitionsOfKey));
}

/** The texts of `appKeys`, `ledgerKeys` …, of which `keys` is made. */
function keyTables(): string[] {
  return [...spelled].filter(([name]) => name.endsWith('Keys')).map(([, text]) => text);
}

const KEYS = 'lib/store/keys.ts';
const ROOT = join(import.meta.dirname, '../..');

interface DeclaredName {
  readonly path: string;
  readonly name: string;
}

interface Source {
  /** The text of every top-level declaration; statements that declare nothing are `(statements)`. */
  readonly declarations: Map<string, string>;
  /** What a name in this file stands for elsewhere. */
  readonly imports: Map<string, DeclaredName>;
}

const sources = new Map<string, Source>();

function sourceOf(path: string): Source {
  const known = sources.get(path);
  if (known !== undefined) return known;
  const file = join(ROOT, path);
  const source = existsSync(file) ? read(path, readFileSync(file, 'utf8')) : EMPTY;
  sources.set(path, source);
  return source;
}

const EMPTY: Source = { declarations: new Map(), imports: new Map() };

function read(path: string, raw: string): Source {
  const text = raw.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[\s;{}(,])\/\/.*$/gm, '$1');
  const imports = new Map<string, DeclaredName>();
  const statement = /^(?:import|export)\s+(type\s)?\s*\{([^}]*)\}\s*from\s*'(\.[^']+)';$/gm;
  for (const [, isType, names = '', target = ''] of text.matchAll(statement)) {
    if (isType !== undefined) continue;
    const from = posix.join(posix.dirname(path), target);
    for (const part of names.split(',').map((each) => each.trim())) {
      if (part === '' || part.startsWith('type ')) continue;
      const [name = '', local = name] = part.split(/\s+as\s+/);
      imports.set(local, { path: from, name });
    }
  }
  return { imports, declarations: declarationsIn(text.replace(statement, '')) };
}

/** Declarations begin at the left edge; the formatter sees to that. */
function declarationsIn(text: string): Map<string, string> {
  const begins =
    /^(?:export\s+)?(?:async\s+)?(?:function\*?|const|let|class|interface|type)\s+(\w+)/;
  const found = new Map<string, string>();
  let name = '(statements)';
  let isType = false;
  for (const line of text.split('\n')) {
    const [, begun] = begins.exec(line) ?? [];
    if (begun !== undefined) {
      name = begun;
      isType = /^(?:export\s+)?(?:interface|type)\s/.test(line);
    }
    if (!isType) found.set(name, `${found.get(name) ?? ''}${line}\n`);
  }
  return found;
}

/** The partitions that a piece of code names: by `keys.…`, or by one of the partition functions. */
function partitionsIn(text: string, { imports }: Source): string[] {
  const ours = imports.get('keys')?.path === KEYS;
  const named = ours ? [...text.matchAll(/\bkeys\.(\w+)/g)].map(([, name = '']) => name) : [];
  return [...named.flatMap(partitionsOfKey), ...partitionsByFunction(text)];
}

function partitionsOfKey(name: string): string[] {
  const whole = new RegExp(`\\n  ${name}: ([\\s\\S]*?)\\n(?=  \\w+: |\\};)`);
  const [entry] = keyTables().flatMap((text) => {
    const [, found] = whole.exec(text.replace(/\n\s*\n/g, '\n')) ?? [];
    return found === undefined ? [] : [found];
  });
  if (entry === undefined) throw new Error(`keys.${name} is not to be found in ${KEYS}`);
  const pk = /pk: ([\s\S]*)/.exec(entry)?.[1]?.split(/,\s*sk:|,\n/)[0] ?? '';
  return [...literalsIn(`pk: ${pk}`), ...partitionsByFunction(pk)];
}

function partitionsByFunction(text: string): string[] {
  return [...text.matchAll(/\b(\w+Partition)\b/g)].flatMap(([, name = '']) => {
    const own = spelled.get(name);
    if (own === undefined) return [];
    const behind = own.includes('STREAM_PARTITIONS') ? spelled.get('STREAM_PARTITIONS') : '';
    return literalsIn(`${own}${behind}`);
  });
}

/** `VOUCHER` of `` `VOUCHER#…` ``, of `pk: 'POLICY'` and of a map's values. */
function literalsIn(text: string): string[] {
  const isKey = /[`']([A-Z][A-Z-]+)(?:#|'(?=\s*(?:[,;}]|$)))/g;
  return [...text.matchAll(isKey)].map(([, name = '']) => name);
}

/** All that the files of keys declare. */
const spelled = new Map(
  globSync('lib/store/keys/*.ts', { cwd: ROOT }).flatMap((path) => [
    ...sourceOf(path.replaceAll('\\', '/')).declarations,
  ]),
);
