import { html } from 'hono/html';
import * as z from 'zod';
import type { Ask } from '../ask.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { table } from '../parts/table.ts';
import { id, when } from './parts.ts';

const trail = z.object({
  entries: z.array(
    z.object({ at: z.string(), actor: z.string(), subject: z.string(), call: z.string() }),
  ),
});

/** Work that somebody began in the last 31 days, by the trail of changes; the newest first. */
export interface Begun {
  readonly id: string;
  readonly at: string;
  readonly actor: string;
}

export async function readBegun(ask: Ask, subject: string): Promise<Begun[]> {
  const { entries } = await ask({ path: `/v1/audit?subject=${subject}&limit=200` }, trail);
  const begun = entries.filter(
    ({ call, subject: own }) => !call.endsWith('/cancel') && own.includes('/'),
  );
  const rows = begun.map(({ at, actor, subject: own }) => ({
    ...{ id: own.slice(own.indexOf('/') + 1), at, actor },
  }));
  return rows.toReversed();
}

export function begunTable(
  { say }: Speech,
  caption: string,
  path: string,
  rows: readonly Begun[],
): Html {
  return table<Begun>({
    ...{ caption, rows },
    columns: [
      {
        ...{ head: say('operator.when'), role: 'name' },
        cell: (one) => html`<a href="${path}?id=${encodeURIComponent(one.id)}">${when(one.at)}</a>`,
      },
      { head: say('operator.by'), role: 'pair', cell: ({ actor }) => id(actor) },
      { head: say('operator.id'), role: 'pair', cell: (one) => id(one.id) },
    ],
  });
}
