import { addIntegration } from './add-integration.ts';
import { contracts } from './contracts.ts';
import { drop } from './drop.ts';
import { entries, explanation } from './entries.ts';
import { erase } from './erase.ts';
import { rebuild } from './rebuild.ts';
import { redrive } from './redrive.ts';
import { replay } from './replay.ts';
import { restate } from './restate.ts';
import { sandbox } from './sandbox.ts';
import { simulate } from './simulate.ts';
import { statements } from './statements.ts';
import { redeem, reverse } from './till.ts';
import { UsageError, type Verb } from './verb.ts';

/** `npm run hexiao -- <verb>`: what people run by hand. One verb, one file. */
const VERBS: Readonly<Record<string, Verb>> = {
  sandbox,
  simulate,
  'add-integration': addIntegration,
  contracts,
  entries,
  explanation,
  restate,
  rebuild,
  statements,
  redeem,
  reverse,
  redrive,
  drop,
  replay,
  erase,
};

const HELP = Object.values(VERBS)
  .map((verb) => verb.help.trimEnd())
  .join('\n\n');

/** @returns the exit code: 2 for a call that cannot be understood */
async function main([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help') {
    process.stdout.write(`${HELP}\n`);
    return 0;
  }
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (verb === undefined) {
    process.stderr.write(`There is no verb ${name}.\n\n${HELP}\n`);
    return 2;
  }
  try {
    return await verb.run(rest);
  } catch (error) {
    if (!(error instanceof UsageError) && !isParseArgsError(error)) throw error;
    process.stderr.write(`${error.message}\n\n${verb.help}`);
    return 2;
  }
}

/** What `parseArgs` throws for an option that nobody knows. */
function isParseArgsError(error: unknown): error is Error {
  return (
    error instanceof TypeError && 'code' in error && /^ERR_PARSE_ARGS/.test(String(error.code))
  );
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
