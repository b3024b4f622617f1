import type { Seen } from '../../engine/sights.ts';
import { make } from './make.ts';
import type { Shown } from './story.ts';
import { type Language, moment, say, yuan } from './words.ts';

/** As many as fit beside the roads and stores. */
const SHOWN = 9;

/** The latest events as a list, newest first. */
export function linesOf(lines: readonly Shown[], language: Language): HTMLElement[] {
  return lines.slice(0, SHOWN).map(({ seen }) => {
    const [who, what, kind] = tell(seen, (key) => say(language, key));
    const time = make('time', 'dim', moment(seen.atMs));
    return make('li', kind, time, make('span', 'who', who), make('span', 'what', what));
  });
}

function tell(
  seen: Seen,
  word: (key: string) => string,
): [who: string, what: string, kind: string] {
  switch (seen.kind) {
    case 'act':
      return [word(seen.act.integration), word(seen.act.deed), 'act'];
    case 'office':
      return [word('office'), word(seen.deed), 'office'];
    case 'request': {
      const isLost = seen.fate === 'lost';
      const key = isLost ? 'isLost' : seen.fate === 'answer lost' ? 'answerLost' : 'isDouble';
      return [word(seen.integration), word(key), key];
    }
    case 'entry': {
      const { kind, amountFen, providerId } = seen.entry;
      const key = kind === 'refund' ? 'used_refund' : kind;
      return [word(providerId.replace(/^p-/, '')), `${word(key)} ${yuan(amountFen)}`, 'entry'];
    }
    case 'stage':
    case 'totals':
    case 'queues':
      return ['', '', ''];
    default:
      return seen satisfies never;
  }
}
