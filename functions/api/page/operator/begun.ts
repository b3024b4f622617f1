import { html } from 'hono/html';
import * as z from 'zod';
import type { Ask } from '../ask.ts';
import type { List, ListQuery } from '../parts/list.ts';
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

export function begunList(path: string, query: ListQuery, rows: readonly Begun[]): List<Begun> {
  return {
    ...{ name: '', path, query, rows, next: null, caption: 'operator.begun' },
    columns: () => [
      {
        ...{ word: 'operator.when', by: 'at', role: 'name', value: ({ at }) => at },
        cell: (one) => html`<a href="${path}?id=${encodeURIComponent(one.id)}">${when(one.at)}</a>`,
      },
      {
        ...{ word: 'operator.by', by: 'by', role: 'pair', value: ({ actor }) => ({ id: actor }) },
        cell: ({ actor }) => id(actor),
      },
      {
        ...{ word: 'operator.id', by: 'id', role: 'pair', value: (one) => ({ id: one.id }) },
        cell: (one) => id(one.id),
      },
    ],
  };
}
