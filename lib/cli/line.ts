import { helpOf, overview } from './help.ts';
import { UsageError } from './verb.ts';
import { VERBS } from './verbs.ts';

/** What was typed after `npm run hexiao --`. @returns the exit code: 2 for a call that cannot be understood */
export async function runLine([name, ...rest]: readonly string[]): Promise<number> {
  const [about] = rest;
  const isHelp = name === undefined || HELP.includes(name);
  if (isHelp && about === undefined) {
    process.stdout.write(overview());
    return 0;
  }
  const wanted = isHelp ? about : name;
  const row = VERBS.find((one) => one.name === wanted);
  if (row === undefined) {
    process.stderr.write(`There is no verb ${wanted}.\n\n${overview()}`);
    return 2;
  }
  if (isHelp || rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(helpOf(row));
    return 0;
  }
  try {
    return await row.verb.run(rest);
  } catch (error) {
    if (!(error instanceof UsageError) && !isParseArgsError(error)) throw error;
    process.stderr.write(`${error.message}\n\n${helpOf(row)}`);
    return 2;
  }
}

const HELP: readonly string[] = ['help', '--help', '-h'];

/** What `parseArgs` throws for an option that nobody knows. */
function isParseArgsError(error: unknown): error is Error {
  return (
    error instanceof TypeError && 'code' in error && /^ERR_PARSE_ARGS/.test(String(error.code))
  );
}
