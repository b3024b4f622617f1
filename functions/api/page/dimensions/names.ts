import { mapLimit } from '../../../../lib/async/map-limit.ts';
import { isWord, type Say, type Word } from '../../../../lib/i18n/words.ts';
import type { Rollup } from '../../../../lib/ledger/rollup.ts';
import { readMerchant } from '../../../../lib/store/accounts/parties.ts';
import type { Table } from '../../../../lib/store/table.ts';
import { Kept } from '../kept.ts';
import type { DimensionKind, DimensionRow } from './model.ts';

const READS_AT_ONCE = 16;

const kept = new Kept<string>();

/** The names of merchants by `platform/merchantId`; those that nobody named are left out. */
export async function merchantNames(
  table: Table,
  keys: readonly string[],
  nowMs: number,
): Promise<Map<string, string>> {
  const found = await mapLimit(keys, READS_AT_ONCE, async (key) => {
    const { platform, id } = merchantOf(key);
    const name = await kept.of(table, key, nowMs, async () => {
      const merchant = await readMerchant(table, platform, id);
      return merchant?.name ?? null;
    });
    return name === null ? [] : [[key, name] as const];
  });
  return new Map(found.flat());
}

export function merchantOf(key: string): { platform: string; id: string } {
  const at = key.indexOf('/');
  return { platform: key.slice(0, at), id: key.slice(at + 1) };
}

/** Why a row has no value: a payment has no store, and so no city; a redemption's store may have none registered. */
function missingOf({ dimension }: DimensionKind, rollup: Rollup): Word {
  if (dimension === 'supply' || dimension === 'category') return 'dimension.ungrouped';
  if (dimension !== 'city') return 'dimension.unreported';
  const hasUses =
    rollup.redeemedCount !== 0 || rollup.redeemedFen !== 0 || rollup.refundedFen !== 0;
  if (rollup.paidFen === 0) return 'dimension.no-city';
  return hasUses ? 'dimension.no-city-or-paid' : 'dimension.paid';
}

export interface RowName {
  readonly name: string;
  /** An id beside the name, or the reason why there is no name. */
  readonly more: string | null;
  /** The name is an id. */
  readonly isId: boolean;
}

/** What a row is called: a name where there is one, else its id; 未知 with the reason where nobody reported it. */
export function nameOfRow(
  say: Say,
  kind: DimensionKind,
  { value, rollup }: Pick<DimensionRow, 'value' | 'rollup'>,
  names: ReadonlyMap<string, string>,
): RowName {
  if (value === null || value === '' || (kind.dimension === 'channel' && value === 'unknown')) {
    return { name: say('unknown'), more: say(missingOf(kind, rollup)), isId: false };
  }
  switch (kind.dimension) {
    case 'merchant': {
      const { id } = merchantOf(value);
      const name = names.get(value);
      return name === undefined
        ? { name: id, more: null, isId: true }
        : { name, more: id, isId: false };
    }
    case 'channel':
      return { name: isWord(value) ? say(value) : value, more: null, isId: false };
    case 'city':
    case 'category':
      return { name: value, more: null, isId: false };
    case 'product': {
      const name = names.get(value);
      return name === undefined
        ? { name: value, more: null, isId: true }
        : { name, more: value, isId: false };
    }
    case 'supply':
      // Whoever links products may use the dish's name.
      return { name: value, more: null, isId: /^[!-~]+$/.test(value) };
    case 'creator':
      return { name: value, more: null, isId: true };
    default:
      return kind.dimension satisfies never;
  }
}

/** How a creator earns; of a creator whom nobody reported it is not known. */
export function earnsBy(
  say: Say,
  { value, cpsKind }: Pick<DimensionRow, 'value' | 'cpsKind'>,
): string {
  if (cpsKind == null) return say(value === null ? 'unknown' : 'cps.none');
  const word = `cps.${cpsKind}`;
  return isWord(word) ? say(word) : cpsKind;
}
