import { readFileSync, writeFileSync } from 'node:fs';

/** Puts a new integration into the lists: an import where its order wants it, and a line in the list. */

/** @param path of a file whose list is an array */
export function enlist(
  path: string,
  { name, file, constant }: { name: string; file: string; constant: string },
): void {
  const line = `  ${constant},`;
  insert(path, { constant, from: `./${name}/${file}.ts`, line, end: '];' });
}

/** @param path of the list of players, an object by integration */
export function enlistPlayer(path: string, name: string, player: string): void {
  const key = name.includes('-') ? `'${name}'` : name;
  const line = `  ${key}: (options) => new ${player}(options),`;
  insert(path, { constant: player, from: `./${name}/sandbox/player.ts`, line, end: '};' });
}

/** @param end the line that the list ends with, of all such lines the first @throws where there is none */
function insert(
  path: string,
  { constant, from, line, end }: Record<'constant' | 'from' | 'line' | 'end', string>,
): void {
  const lines = readFileSync(path, 'utf8').split('\n');
  const later = lines.findIndex((one) => (/ from '(\.\/[^']+)'/.exec(one)?.[1] ?? '') > from);
  const lastImport = lines.findLastIndex((one) => one.startsWith('import '));
  lines.splice(later === -1 ? lastImport + 1 : later, 0, `import { ${constant} } from '${from}';`);
  const at = lines.indexOf(end);
  if (at === -1)
    throw new Error(`${path} has no list that ends with "${end}": add ${constant} to it`);
  lines.splice(at, 0, line);
  writeFileSync(path, lines.join('\n'));
}
