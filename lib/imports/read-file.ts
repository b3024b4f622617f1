import { type FileRow, readWorkbook, WorkbookError } from '../xlsx/read-workbook.ts';
import type { Reason } from './amount.ts';
import { csvLines } from './csv-lines.ts';

export type ReadRow = FileRow & { readonly isBroken?: boolean };

/** A ZIP begins so, and a workbook is one. */
const ZIP = [0x50, 0x4b, 0x03, 0x04];

/** The old workbook (.xls) begins so. */
const OLD_WORKBOOK = [0xd0, 0xcf, 0x11, 0xe0];

/** The rows of a workbook, or of a CSV in UTF-8 or GBK; or why it is none of them. */
export function readFileRows(bytes: Uint8Array): readonly ReadRow[] | Reason {
  if (startsWith(bytes, OLD_WORKBOOK)) {
    return {
      code: 'old-workbook',
      zh: '这是旧版 .xls：请另存为 .xlsx 或 CSV',
      en: 'this is an old .xls: save it as .xlsx or CSV',
    };
  }
  if (startsWith(bytes, ZIP)) {
    try {
      return readWorkbook(bytes);
    } catch (error) {
      if (!(error instanceof WorkbookError)) throw error;
      return { code: 'workbook', zh: '无法读取的工作簿', en: `no workbook: ${error.message}` };
    }
  }
  const text = decoded(bytes, 'utf-8') ?? decoded(bytes, 'gbk');
  if (text !== undefined && !text.includes('\0')) return csvLines(text);
  return {
    code: 'encoding',
    zh: '编码既不是 UTF-8 也不是 GBK：请另存为其中之一',
    en: 'neither UTF-8 nor GBK: save it as one of them',
  };
}

function startsWith(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}

/** A byte order mark is passed over. */
function decoded(bytes: Uint8Array, encoding: 'utf-8' | 'gbk'): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
