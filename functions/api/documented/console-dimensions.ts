import * as z from 'zod';
import { KINDS } from '../page/dimensions/model.ts';
import { dimensionShape } from '../page/dimensions/page.ts';
import { forAnyone } from '../route.ts';
import type { Documented } from './documented.ts';

/** The pages that split a provider's GMV by one dimension. */

const shown = {
  lang: z.enum(['zh', 'en']).optional().describe('Is remembered.'),
  theme: z.enum(['light', 'dark', 'system']).optional().describe('Is remembered.'),
};

export const consoleDimensions: readonly Documented[] = KINDS.map(({ path, dimension }) => ({
  contract: forAnyone(`GET ${path as `/${string}`}`, {
    query: z.object({
      ...dimensionShape,
      row: dimensionShape.row.describe('One row’s days instead of all rows.'),
      file: dimensionShape.file.describe('All rows of the search, as a file.'),
      ...shown,
    }),
  }),
  tag: 'pages',
  summary: `GMV by ${dimension}: search, order over all rows, the period before, files`,
  answers: {
    200: {
      types: [
        ...['text/html', 'text/csv'],
        'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      ],
      what: 'The page, the file, or the form to sign in.',
    },
    303: { what: 'After `theme`, to the same address without it.' },
    400: { types: ['text/html'], what: 'The page says that it cannot read a date or a word.' },
  },
}));
