import { html } from 'hono/html';
import { amount } from '../../../../lib/i18n/format.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import type { DimensionKind, DimensionRow } from './model.ts';

/**
 * Whether a row's paid GMV is a number, unknown, or not applicable: a payment has no store, so no city has any; and
 * where some payments came without a value, a row without any may have had some.
 */
export function paidIs(
  { dimension }: Pick<DimensionKind, 'dimension'>,
  { value, rollup }: Pick<DimensionRow, 'value' | 'rollup'>,
  all: readonly Pick<DimensionRow, 'value' | 'rollup'>[],
): 'known' | 'unknown' | 'none' {
  const isNamed = (one: string | null) => one !== null && one !== '' && one !== 'unknown';
  if (rollup.paidFen !== 0 || !isNamed(value)) return 'known';
  if (dimension === 'city') return 'none';
  return all.some((one) => !isNamed(one.value) && one.rollup.paidFen !== 0) ? 'unknown' : 'known';
}

/** A paid GMV as it is shown: `0.00`, 未知 and `—` are three different things. */
export function paidCell(
  { say }: Speech,
  is: ReturnType<typeof paidIs>,
  fen: number,
): Html | string {
  if (is === 'known') return amount(fen);
  return is === 'none' ? '—' : html`<span class="dim">${say('unknown')}</span>`;
}
