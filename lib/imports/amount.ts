import { floatYuanToFen, yuanToFen } from '../money/yuan.ts';
import type { FileCell } from '../xlsx/read-workbook.ts';

/** Why a line is not read, in both languages. */
export interface Reason {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

/** Cells that say that nothing is known. */
const NOTHING = new Set(['-', '--', '—', '/', 'N/A']);

const SEPARATED = /^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
const SCIENTIFIC = /^-?\d+(?:\.\d+)?E[+-]?\d+$/i;
const MORE_PLACES = /^-?\d+\.\d{3,}$/;

/**
 * Yuan in a cell → fen, exactly; null where nothing stands there. A cell of a workbook that is a number is a float, which
 * is read as the whole fen that it stands for; nothing is rounded.
 */
export function fenIn(cell: FileCell): number | null | Reason {
  if (cell === null || NOTHING.has(cell.text.trim())) return null;
  const text = cell.text.trim().replace(/^[¥￥]\s*/, '');
  if (cell.isNumber) return orReason(text, () => floatYuanToFen(Number(text)));
  if (SCIENTIFIC.test(text)) {
    return {
      code: 'scientific',
      zh: '金额为科学计数法，位数已丢失：请把该列设为文本后重新导出',
      en: 'an amount in scientific notation has lost digits: make the column text and export again',
    };
  }
  const plain = SEPARATED.test(text) ? text.replaceAll(',', '') : text;
  return orReason(plain, () => yuanToFen(plain));
}

function orReason(text: string, read: () => number): number | Reason {
  try {
    const fen = read();
    if (fen >= 0) return fen;
    return { code: 'negative', zh: '金额为负数', en: 'an amount is below 0' };
  } catch {
    if (MORE_PLACES.test(text)) {
      return { code: 'places', zh: '金额多于两位小数', en: 'an amount has more than two decimals' };
    }
    return { code: 'amount', zh: '不是以元为单位的金额', en: 'no amount in yuan' };
  }
}
