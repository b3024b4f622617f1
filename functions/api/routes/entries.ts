import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import {
  givenId,
  idSchema,
  MAX_NAME_WITH_ID,
  type Platform,
  platformSchema,
} from '../../../lib/events/id.ts';
import { causeOf, wasBooked } from '../../../lib/ledger/changes.ts';
import type { Entry } from '../../../lib/ledger/entry.ts';
import { shownEntry } from '../../../lib/notices/facts.ts';
import { readProviderDays, storeDays } from '../../../lib/rollups/rollups.ts';
import { keys } from '../../../lib/store/keys.ts';
import { entriesBackwards } from '../../../lib/store/ledger/entries.ts';
import { asOfInput, requireCome } from '../as-of.ts';
import { writeCursor } from '../cursors.ts';
import type { ApiDeps } from '../deps.ts';
import { explainEntry, findEntry } from '../entries.ts';
import { cursorInput, limitInput, type Window, windowOf, windowShape } from '../input.ts';
import { answer, forEither, forProvider } from '../route.ts';

const MAX_ENTRIES = 500;

/** Where a listing goes on: after an entry of a store's day. */
const positionSchema = z.object({
  day: z.iso.date(),
  bucket: z.int().min(0),
  platform: platformSchema,
  storeId: idSchema,
  sk: z.string().min(1).max(1024),
});
type Position = z.infer<typeof positionSchema>;

/** By days, the newest first, and in a day by stores. */
export const entriesGet = forProvider('GET /v1/entries', {
  needs: 'reports:read',
  query: z
    .object({
      ...windowShape,
      platform: platformSchema.optional(),
      storeId: givenId().optional(),
      limit: limitInput(100, MAX_ENTRIES),
      /** Only what had been booked by then … */
      asOf: asOfInput,
      /** … or only what was booked after. */
      since: asOfInput,
      cursor: cursorInput(positionSchema),
    })
    .refine(({ platform, storeId }) => (platform === undefined) === (storeId === undefined), {
      message: 'platform and storeId go together',
    }),
});

export const explanationGet = forEither('GET /v1/entries/{entryId}/explanation', {
  needs: 'reports:read',
  params: z.object({ entryId: givenId(MAX_NAME_WITH_ID) }),
});

/** The ledger's lines and why they are: a provider's own, for the operator those of `?providerId=`. */
export function entriesRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, entriesGet, async ({ providerId, query }, c) => {
    const window = windowOf(query, deps.now());
    const { platform, storeId, limit, cursor } = query;
    const store = platform === undefined || storeId === undefined ? null : { platform, storeId };
    for (const instant of [query.asOf, query.since]) {
      if (instant !== undefined) requireCome(instant, deps.now());
    }
    const entries: Listed[] = [];
    let last: Position | null = null;
    let next: Position | null = null;
    let read = 0;
    for await (const one of listEntries({ providerId, window, store }, cursor, deps)) {
      next = entries.length === limit || read === MAX_READ ? last : null;
      if (next !== null) break;
      if (isWanted(one, query)) entries.push(one);
      last = one.position;
      read += 1;
    }
    return c.json({
      entries: entries.map(({ entry, bookedAt }) => ({
        ...{ ...shownEntry(entry), bookedAt, cause: causeOf(entry) },
      })),
      next: next === null ? null : writeCursor(c, next),
    });
  });

  answer(api, deps, explanationGet, async ({ principal, params }, c) => {
    const entry = await findEntry(params.entryId, principal, deps);
    const explanation = await explainEntry(entry, principal, deps);
    return c.json({ entry: shownEntry(entry), ...explanation });
  });
}

/** A page that passes over entries reads so many at most: it may be short, or empty, and go on. */
const MAX_READ = 5_000;

interface Listed {
  readonly entry: Entry;
  readonly bookedAt: string | null;
  readonly position: Position;
}

function isWanted(
  { bookedAt }: Listed,
  { asOf, since }: { readonly asOf?: string | undefined; readonly since?: string | undefined },
): boolean {
  const isAfter = since === undefined || !wasBooked(bookedAt, since);
  return isAfter && (asOf === undefined || wasBooked(bookedAt, asOf));
}

interface EntriesRequest {
  readonly providerId: string;
  readonly window: Window;
  readonly store: { readonly platform: Platform; readonly storeId: string } | null;
}

async function* listEntries(
  request: EntriesRequest,
  position: Position | undefined,
  { table }: ApiDeps,
): AsyncGenerator<Listed> {
  for await (const place of listPlaces(request, position, table)) {
    const { day, platform, storeId } = place;
    const isResumed =
      position !== undefined &&
      day === position.day &&
      storeId === position.storeId &&
      platform === position.platform;
    const span = { providerId: request.providerId, platform, storeId };
    const days = { from: day, to: place.to };
    const before = isResumed ? position.sk : undefined;
    for await (const { entry, sk, bookedAt } of entriesBackwards(table, span, days, before)) {
      const { bucket } = place;
      yield { entry, bookedAt, position: { day, bucket, platform, storeId, sk } };
    }
  }
}

/** The store-days that hold anything, from the position on; one store's days are one place. */
async function* listPlaces(
  { providerId, window, store }: EntriesRequest,
  position: Position | undefined,
  table: ApiDeps['table'],
) {
  if (store !== null) {
    if (position !== undefined && position.day !== window.from) throw foreignCursor();
    yield { day: window.from, to: window.to, bucket: 0, ...store };
    return;
  }
  const days = await readProviderDays(table, providerId, window);
  for (const { day, buckets } of days.reverse()) {
    if (position !== undefined && day > position.day) continue;
    for (const bucket of [...buckets.keys()].sort((a, b) => a - b)) {
      const isDay = day === position?.day;
      if (isDay && bucket < position.bucket) continue;
      const stores = storeDays(table, providerId, day, bucket);
      for await (const { platform, storeId } of stores) {
        const isBefore =
          isDay && bucket === position.bucket && isEarlier({ platform, storeId }, position);
        if (!isBefore) yield { day, to: day, bucket, platform, storeId };
      }
    }
  }
}

type StoreKey = Pick<Position, 'platform' | 'storeId'>;

/** Store-days come in the order of their keys; equal is where it goes on. */
function isEarlier(a: StoreKey, b: StoreKey): boolean {
  return keyOf(a) < keyOf(b);
}

function keyOf({ platform, storeId }: StoreKey): string {
  return keys.storeDay('', '', platform, storeId).sk;
}

function foreignCursor(): Problem {
  return new Problem('request-invalid', 'cursor: use the `next` of an earlier answer as it is.');
}
