import type { Hono } from 'hono';
import * as z from 'zod';
import { givenId } from '../../../lib/events/event.ts';
import { type AuditRecord, trailOf } from '../../../lib/store/accounts/audits.ts';
import { addDays } from '../../../lib/time/shanghai.ts';
import { writeCursor } from '../cursors.ts';
import type { ApiDeps } from '../deps.ts';
import { cursorInput, limitInput, type Window, windowOf, windowShape } from '../input.ts';
import { ownOf } from '../principal.ts';
import { answer, forEither } from '../route.ts';

const auditIdSchema = z.string().regex(/^\d{4}-\d\d-\d\dT[\d:.+]+-[0-9a-f]{8}$/);

export const auditGet = forEither('GET /v1/audit', {
  needs: 'audit:read',
  query: z.object({
    ...windowShape,
    providerId: givenId().optional(),
    actor: givenId().optional(),
    /** The whole of it, or how it begins up to a slash. */
    subject: givenId(1_024).optional(),
    limit: limitInput(100, 200),
    cursor: cursorInput(auditIdSchema),
  }),
});

/** Records that one request looks at: a page may have fewer than it could. */
const MAX_READ = 3_000;

/** `GET /v1/audit`: who changed or took out what, the oldest first; an owner sees what is about its own. */
export function auditRoute(api: Hono, deps: ApiDeps): void {
  answer(api, deps, auditGet, async ({ principal, query }, c) => {
    const { providerId = query.providerId } = ownOf(principal, query.providerId);
    const wanted = (one: AuditRecord) =>
      (one.outcome === 'done' || one.outcome === null) &&
      (providerId === undefined || one.providers.includes(providerId)) &&
      (query.actor === undefined || one.actor === query.actor) &&
      (query.subject === undefined || isOf(one.subject, query.subject));
    const page = await pageOf(windowOf(query, deps.now()), query, wanted, deps);
    return c.json({
      entries: page.entries.map((one) => shown(one, providerId)),
      next: page.next === null ? null : writeCursor(c, page.next),
    });
  });
}

async function pageOf(
  { from, to }: Window,
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
  wanted: (one: AuditRecord) => boolean,
  { table }: ApiDeps,
): Promise<{ readonly entries: AuditRecord[]; readonly next: string | null }> {
  const entries: AuditRecord[] = [];
  let read = 0;
  const first = cursor === undefined ? from : cursor.slice(0, 10);
  for (let day = first; day <= to; day = addDays(day, 1)) {
    for await (const one of trailOf(table, day, day === first ? cursor : undefined)) {
      if (wanted(one)) entries.push(one);
      read += 1;
      if (entries.length === limit || read === MAX_READ) return { entries, next: one.auditId };
    }
  }
  return { entries, next: null };
}

function isOf(subject: string, named: string): boolean {
  return subject === named || subject.startsWith(`${named}/`);
}

/** To a provider without the others that it is about. */
function shown({ providers, ...one }: AuditRecord, providerId: string | undefined) {
  return {
    ...one,
    providers: providers.filter((id) => providerId === undefined || id === providerId),
  };
}
