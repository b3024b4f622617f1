import type { Context } from 'hono';
import { BYTE_ORDER_MARK, type Cell, csvOf } from '../../lib/ledger/csv.ts';

export const FILE_FORMATS = ['csv', 'xlsx'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

export const CONTENT_TYPES: Readonly<Record<FileFormat, string>> = {
  csv: 'text/csv; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

export interface RowsFile {
  readonly format: FileFormat;
  /** Without the format: `products-2026-11`, in ASCII. */
  readonly name: string;
  /** Of the workbook's sheet: at most 31 characters, none of `:\/?*[]`. */
  readonly sheet: string;
  readonly rows: readonly (readonly Cell[])[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Rows → an answer that a browser saves as a file. */
export async function answerFile(c: Context, file: RowsFile): Promise<Response> {
  const { format, name, headers } = file;
  return c.body(await contentOf(file), 200, {
    'content-type': CONTENT_TYPES[format],
    'content-disposition': `attachment; filename="${name}.${format}"`,
    'cache-control': 'no-store',
    ...headers,
  });
}

async function contentOf({
  format,
  sheet,
  rows,
}: RowsFile): Promise<string | Uint8Array<ArrayBuffer>> {
  switch (format) {
    case 'csv':
      return `${BYTE_ORDER_MARK}${csvOf(rows)}`;
    case 'xlsx': {
      // Few ask for it: the function starts without.
      const { workbookOf } = await import('../../lib/xlsx/workbook.ts');
      return await workbookOf(sheet, rows);
    }
    default:
      return format satisfies never;
  }
}
