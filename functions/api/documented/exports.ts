import * as z from 'zod';
import { EXPORT_FORMATS, exportedSchema } from '../../../lib/store/ledger/exports.ts';
import { exportFileGet, exportGet, exportPost, exportsGet } from '../routes/exports.ts';
import type { Documented } from './documented.ts';
import { instant } from './shapes.ts';

const shape = z.strictObject({
  exportId: z.string(),
  exported: exportedSchema.describe('What the file is made of.'),
  format: z.enum(EXPORT_FORMATS),
  status: z.enum(['running', 'done']),
  createdAt: instant,
  endedAt: instant.nullable(),
  expiresAt: instant.describe('It is gone then.'),
  file: z.string().describe('Its name.'),
  progress: z.strictObject({ rows: z.int(), of: z.int() }),
  bytes: z.int().nullable().describe('Null until it is done.'),
  parts: z.int().nullable().describe('In how many parts it is taken; null until it is done.'),
});

export const exporting: readonly Documented[] = [
  {
    contract: exportPost,
    tag: 'reading',
    summary: 'Have a file of any length made',
    description:
      'One file with all lines of a closed statement and all that it holds, or (`of` `store`) with all lines of a store from a ' +
      'day to a day as they were booked a minute before, however many. It is made piece by piece: the answer is ' +
      '202 until it is done, and `GET /v1/exports/{exportId}` says how far it is. The same again within seven days finds the same ' +
      'file, and has it gone on with where it was left. A workbook has at most 1,048,000 rows.',
    example: { of: 'statement', statementId: '2025-10.p1', format: 'csv' },
    answers: { 200: { json: shape }, 202: { json: shape } },
    problems: ['month-not-over', 'statement-not-closed', 'statement-closing', 'statement-order'],
  },
  {
    contract: exportsGet,
    tag: 'reading',
    summary: 'The files that were made of late, those that were begun last first',
    answers: { 200: { json: z.strictObject({ exports: z.array(shape) }) } },
  },
  {
    contract: exportGet,
    tag: 'reading',
    summary: 'How far a file is',
    answers: { 200: { json: shape } },
  },
  {
    contract: exportFileGet,
    tag: 'reading',
    summary: 'A file that was made, or a part of it',
    description:
      'An answer has 3 MB at most, so a long file comes in parts: the bytes of `?part=1`, `?part=2` … one after the other are the ' +
      'file, and the header `link` names the next one. Who takes one ' +
      'is in the trail.',
    answers: {
      200: {
        types: [
          'text/csv; charset=utf-8',
          'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        ],
        what: 'The bytes of that part.',
      },
    },
    problems: ['export-running'],
  },
];
