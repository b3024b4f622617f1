import * as z from 'zod';
import type { JsonValue } from '../../json/parse.ts';
import { addDays, isBusinessDay, normalizeInstant } from '../../time/shanghai.ts';
import { wireYuan } from '../kit/fields.ts';
import {
  type Preparation,
  type PrepareCommand,
  type PrepareContext,
  type PreparedVoucher,
  preparationOf,
  unusableByDays,
} from '../kit/prepare.ts';
import { lacks } from '../kit/till-outcome.ts';
import { known, presentOrNull, unlessUnread } from './fields.ts';
import { tillOf } from './till-calls.ts';

/**
 * Looks a code up by the calls that the setting `till` names. A code is one deal, bought once or more often, so
 * it is one voucher with several uses, under the name that its events have: the code itself.
 */
export function prepare(
  { shown, storeId }: PrepareCommand,
  context: PrepareContext,
): Promise<Preparation> {
  return preparationOf(async () => {
    if (!('code' in shown)) throw lacks('the code that is shown');
    const { code } = shown;
    const answer = await tillOf(storeId, {}, context).prepare(code);
    return [voucherOf(code, answer, context.now())];
  });
}

const text = unlessUnread(z.string().min(1).max(512));
const yuan = unlessUnread(wireYuan);
const day = unlessUnread(z.string().regex(/^\d{4}-\d{2}-\d{2}/));
const count = unlessUnread(z.coerce.number().pipe(z.int().min(1).max(100)));

/** 58 writes camel case, 点评北极星 the same words with underscores; no page of either was read: each may be missing. */
const rowSchema = z.looseObject({
  ...{ dealTitle: text, deal_title: text, rawTitle: text },
  ...{ dealPrice: yuan, deal_price: yuan },
  ...{ receiptEndDate: day, receipt_end_date: day },
  count,
});
type Row = z.infer<typeof rowSchema>;

const rows = z.array(rowSchema);
const answerSchema = z.looseObject({
  data: presentOrNull(
    z.union([
      rows,
      z.looseObject({ result: rows }).transform(({ result }) => result),
      rowSchema.transform((row) => [row]),
    ]),
  ),
});

function voucherOf(code: string, answer: JsonValue, nowMs: number): PreparedVoucher {
  const found: readonly Row[] = answerSchema.safeParse(answer).data?.data ?? [];
  const [row] = found;
  const title = row && (known(row.dealTitle) ?? known(row.deal_title) ?? known(row.rawTitle));
  const worthFen = row && (known(row.dealPrice) ?? known(row.deal_price));
  const endDay = row && (known(row.receiptEndDate) ?? known(row.receipt_end_date));
  const usableUntil = endDay ? endOf(endDay.slice(0, 10)) : null;
  const unusable = unusableByDays({ startsAt: null, endsAt: usableUntil }, nowMs);
  return {
    ...{ voucherId: code, title: title ?? null, worthFen: worthFen ?? null, usableUntil, unusable },
    usesLeft: unusable === null ? ((row && known(row.count)) ?? Math.max(1, found.length)) : 0,
  };
}

/** A day counts to its end. */
function endOf(day: string): string | null {
  return isBusinessDay(day) ? normalizeInstant(`${addDays(day, 1)}T00:00:00+08:00`) : null;
}
