import { type Row, VERBS } from './verbs.ts';
import { displayWidth } from './width.ts';

const NAME_COLUMNS = 17;
const ZH_COLUMNS = 24;

/** All verbs, a line each: a screen of 24 lines of 80 columns. */
export function overview(): string {
  const lines = VERBS.map(
    ({ name, zh, en }) => `  ${padded(name, NAME_COLUMNS)}${padded(zh, ZH_COLUMNS)}${en}`,
  );
  return `npm run hexiao -- [help] VERB … --json --url --token (HEXIAO_URL, HEXIAO_TOKEN)
${lines.join('\n')}
`;
}

/** One verb: how it is called, and what it does. */
export function helpOf({ name, calls, zh, en, isLocal, verb }: Row): string {
  const usage = calls.map((call) => `npm run hexiao -- ${name} ${call}\n`).join('');
  const remote = isLocal === true ? '' : `\n${REMOTE}`;
  return `${usage}\n${indented(`${zh}。\n${sentence(en)}\n${verb.details}${remote}`)}`;
}

const REMOTE = `--url URL or HEXIAO_URL says where Hexiao is, --token TOKEN or HEXIAO_TOKEN
who asks. HEXIAO_TOKEN is better: others on the machine see arguments. --json
prints lists as JSON, for scripts. Exits with 2 for a call that makes no
sense, with 1 when it was refused.
`;

function sentence(en: string): string {
  return `${en.slice(0, 1).toUpperCase()}${en.slice(1)}.`;
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}

function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(1, columns - displayWidth(text)));
}
