import type { ExportContent } from '../store/ledger/exports.ts';
import type { ExportSource } from './source.ts';
import { statementSource } from './statement.ts';
import { storeSource } from './store-lines.ts';

/** Where the rows of a file come from, by what it is made of. */
export function sourceOf(exported: ExportContent): ExportSource {
  switch (exported.of) {
    case 'statement':
      return statementSource(exported);
    case 'store':
      return storeSource(exported);
    default:
      return exported satisfies never;
  }
}
