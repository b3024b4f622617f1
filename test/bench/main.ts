import { globSync } from 'node:fs';
import { basename } from 'node:path';

/**
 * `npm run bench -- <name> [key=value …]`: runs test/bench/<name>.ts, which exports `run(options)` and
 * gives back one object; it is printed as one line of JSON. Without a name, lists what there is.
 */
const names = globSync('*.ts', { cwd: import.meta.dirname })
  .map((file) => basename(file, '.ts'))
  .filter((name) => name !== 'main')
  .sort();

const [name = '', ...rest] = process.argv.slice(2);
if (!names.includes(name)) {
  process.stderr.write(`Say which: npm run bench -- ${names.join(' | ')}\n`);
  process.exitCode = 2;
} else {
  const options = Object.fromEntries(rest.map((text) => text.split('=', 2) as [string, string]));
  const bench = (await import(`./${name}.ts`)) as {
    run(options: Readonly<Record<string, string>>): Promise<object>;
  };
  const result = await bench.run(options);
  process.stdout.write(`${JSON.stringify({ bench: name, ...result })}\n`);
}
