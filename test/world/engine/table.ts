import { toInstant } from '../../../lib/time/shanghai.ts';
import type { Verdict } from './world.ts';

/** Faults shown; more are no history that anybody reads. */
const MAX_ROWS = 200;

/** How to see it again. */
export function replayOf({ drawn }: Verdict): string {
  return `npm run world -- --seed ${drawn.seed} --acts ${drawn.acts} --days ${drawn.days}`;
}

/** What people did and what went wrong, in the order of the world's time, and what it came to. */
export function tableOf(verdict: Verdict): string {
  const { drawn, acts, faults, office, wrong } = verdict;
  const done = acts.map(({ atMs, index, integration, deed }) => ({
    atMs: drawn.startMs + atMs,
    who: integration,
    what: `${deed}: act ${index}`,
  }));
  const signed = office.map(({ atMs, index, deed }) => ({
    atMs: drawn.startMs + atMs,
    who: 'operator',
    what: `${deed}: ${index}`,
  }));
  const failed = faults.map(({ atMs, stage, kind, what }) => ({
    atMs,
    who: stage,
    what: `${kind}: ${what.replace(`${stage} `, '')}`,
  }));
  const rows = [...done, ...signed, ...failed].sort((a, b) => a.atMs - b.atMs);
  const width = Math.max(...rows.map(({ who }) => who.length), 0);
  const lines = rows
    .slice(0, MAX_ROWS)
    .map(({ atMs, who, what }) => `${shown(atMs)}  ${who.padEnd(width)}  ${what.slice(0, 140)}`);
  const more = rows.length > MAX_ROWS ? [`… and ${rows.length - MAX_ROWS} more`] : [];
  return [...lines, ...more, ...wrong.map((one) => `WRONG  ${one}`)].join('\n');
}

/** In Shanghai. */
const shown = (atMs: number) => toInstant(Math.round(atMs)).slice(0, 23).replace('T', ' ');
