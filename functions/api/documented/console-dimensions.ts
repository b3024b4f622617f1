import * as z from 'zod';
import { contractsShape } from '../page/contracts/page.ts';
import { KINDS } from '../page/dimensions/model.ts';
import { dimensionShape } from '../page/dimensions/page.ts';
import { forAnyone } from '../route.ts';
import type { Documented } from './documented.ts';

/** The pages that split a provider's GMV by one dimension, and its contracts. */

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
    400: { types: ['text/html'], what: 'The page says what of the address it cannot read.' },
    403: { types: ['text/html'], what: 'The page says that this token or role does not see it.' },
  },
}));

export const consoleContracts: Documented = {
  contract: forAnyone('GET /contracts', {
    query: z.object({
      ...contractsShape,
      contract: contractsShape.contract.describe('One contract instead of all.'),
      ...shown,
    }),
  }),
  tag: 'pages',
  summary:
    'A provider’s own contracts: until when, what of, rates, tiers and where this month stands',
  answers: {
    200: { types: ['text/html'], what: 'The page, or the form to sign in.' },
    303: { what: 'After `theme`, to the same address without it.' },
    400: { types: ['text/html'], what: 'The page says what of the address it cannot read.' },
    403: { types: ['text/html'], what: 'The page says that this token or role does not see it.' },
    404: { types: ['text/html'], what: 'No contract of one’s own has that id.' },
  },
};
