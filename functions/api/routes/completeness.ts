import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId, type Platform, platformSchema } from '../../../lib/events/id.ts';
import { reasonText } from '../../../lib/reconciliation/reasons.ts';
import { checkedPrefix, type MerchantRef } from '../../../lib/store/keys.ts';
import { type CheckedDay, checkedDays } from '../../../lib/store/reconciliation/checked-days.ts';
import {
  acceptDifference,
  differencesOf,
  type KeptDifference,
  readDifference,
} from '../../../lib/store/reconciliation/differences.ts';
import { addDays, toInstant } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import { writeCursor } from '../cursors.ts';
import type { ApiDeps } from '../deps.ts';
import { cursorInput, lineInput, windowOf, windowShape } from '../input.ts';
import { answer, forEither, forOperator } from '../route.ts';
import { type Sight, sightOf } from '../sight.ts';

/** Items that one answer is made of; a chain's day is one, with a row for each of its stores. */
const ITEMS_PER_PAGE = 200;

const positionSchema = z.object({ day: z.iso.date(), sk: z.string().max(1_024) });
type Position = z.infer<typeof positionSchema>;

const query = z.object({
  ...windowShape,
  platform: platformSchema.optional(),
  merchantId: givenId().optional(),
  cursor: cursorInput(positionSchema),
});

export const completenessGet = forEither('GET /v1/completeness', { needs: 'reports:read', query });

export const differencesGet = forEither('GET /v1/differences', { needs: 'reports:read', query });

export const differenceAcceptPost = forOperator('POST /v1/differences/{id}/accept', {
  needs: 'pipeline:write',
  params: z.object({ id: givenId(1_024) }),
  body: z.strictObject({ reason: lineInput(500) }),
});

/** What a difference's id is made of. */
const namedSchema = z.tuple([z.iso.date(), platformSchema, givenId(), z.string().min(1).max(64)]);

/** How complete days are by the platforms' own records, and what differs from them. */
export function completenessRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, completenessGet, async ({ principal, query: wanted }, c) => {
    const sight = await sightOf(principal, wanted, deps);
    const list = (day: string, of: Of, after: string) => checkedDays(deps.table, day, of, after);
    const { items, next } = await pageOf(c, wanted, sight, deps, list);
    return c.json({ rows: items.flatMap(({ checked }) => rowsOf(checked, sight)), next });
  });

  answer(api, deps, differencesGet, async ({ principal, query: wanted }, c) => {
    const sight = await sightOf(principal, wanted, deps);
    const list = (day: string, of: Of, after: string) => differencesOf(deps.table, day, of, after);
    const { items, next } = await pageOf(c, wanted, sight, deps, list);
    const seen = items.filter(
      ({ one }) => sight.of(one.merchantId, one.storeId, one.businessDay) === 'amounts',
    );
    return c.json({ differences: seen.map(({ one, id }) => shown(one, id)), next });
  });

  answer(api, deps, differenceAcceptPost, async ({ params, body: { reason } }, c) => {
    const [day, platform, merchantId, id] = namedBy(params.id);
    const of = { platform, merchantId };
    const found = await readDifference(deps.table, day, of, id);
    if (found === undefined) throw new Problem('not-found', 'There is no such difference.');
    const acceptedAt = toInstant(deps.now());
    const accepted = { acceptedReason: reason, acceptedAt };
    if (found.state === 'open') await acceptDifference(deps.table, found, id, accepted);
    const now = await readDifference(deps.table, day, of, id);
    const states = { before: { state: found.state }, after: { state: 'accepted', reason } };
    noteChange(c, {
      subject: `difference/${params.id}`,
      ...states,
      isChange: found.state === 'open',
    });
    return c.json(shown(now ?? found, id));
  });
}

type Of =
  | { readonly platform: Platform; readonly merchantId: string }
  | { readonly platform: Platform }
  | undefined;

/** Day after day, and in each merchant after merchant. */
async function pageOf<T extends { readonly sk: string }>(
  c: Context,
  wanted: z.infer<typeof query>,
  sight: Sight,
  { now }: ApiDeps,
  list: (day: string, of: Of, after: string) => AsyncGenerator<T>,
): Promise<{ items: T[]; next: string | null }> {
  const { from, to } = windowOf(wanted, now());
  const { cursor, platform } = wanted;
  const items: T[] = [];
  const scopes: readonly Of[] = sight.merchants?.toSorted(byKey) ?? [
    platform === undefined ? undefined : { platform },
  ];
  const first = cursor === undefined || cursor.day < from ? from : cursor.day;
  for (let day = first; day <= to; day = addDays(day, 1)) {
    const after = day === cursor?.day ? cursor.sk : '';
    for (const of of scopes) {
      for await (const item of list(day, of, after)) {
        items.push(item);
        if (items.length < ITEMS_PER_PAGE) continue;
        return { items, next: writeCursor(c, { day, sk: item.sk } satisfies Position) };
      }
    }
  }
  return { items, next: null };
}

type Row = Omit<CheckedDay, 'stores'> & { readonly sight: 'amounts' | 'counts' };

/** A merchant's day is a row for each store that had any; one row without a store, where none had. */
function rowsOf(checked: CheckedDay, sight: Sight): object[] {
  const { stores, ...day } = checked;
  const rows = stores.length === 0 ? [day] : stores.map((store) => ({ ...day, ...store }));
  return rows.flatMap((row) => {
    const seen = sight.of(row.merchantId, row.storeId, row.businessDay);
    return seen === 'nothing' ? [] : [shownRow({ ...row, sight: seen })];
  });
}

function shownRow(row: Row): object {
  const { platform, merchantId, storeId, businessDay, status, ours, theirs, reason } = row;
  const side = ({ count, fen }: { count: number; fen: number | null }) => ({
    count,
    fen: row.sight === 'amounts' ? fen : null,
  });
  return {
    ...{ platform, merchantId, storeId, businessDay },
    ...{ status, ours: side(ours), theirs: theirs === null ? null : side(theirs) },
    ...{ checkedAt: row.checkedAt, source: row.source },
    reason: reason === null ? null : reasonText(reason),
  };
}

function shown(one: KeptDifference, id: string): object {
  const { platform, merchantId, integration, storeId, businessDay, voucherId, orderId } = one;
  const { kind, ours, theirs, reason, state, acceptedReason, acceptedAt } = one;
  return {
    differenceId: nameOf([businessDay, platform, merchantId, id]),
    ...{ platform, merchantId, integration, storeId, businessDay, voucherId, orderId },
    ...{ kind, ours, theirs, reason: reasonText(reason), state },
    acceptedReason: acceptedReason ?? null,
    acceptedAt: acceptedAt ?? null,
  };
}

function nameOf(parts: z.infer<typeof namedSchema>): string {
  return Buffer.from(JSON.stringify(parts), 'utf8').toString('base64url');
}

function namedBy(id: string): z.infer<typeof namedSchema> {
  try {
    return namedSchema.parse(JSON.parse(Buffer.from(id, 'base64url').toString('utf8')));
  } catch {
    throw new Problem('not-found', 'There is no such difference.');
  }
}

function byKey(a: MerchantRef, b: MerchantRef): number {
  return checkedPrefix(a) < checkedPrefix(b) ? -1 : 1;
}
