import * as z from 'zod';
import { importGet, importPost, importsGet } from '../routes/imports.ts';
import type { Documented } from './documented.ts';
import { instant } from './shapes.ts';

const refused = z.array(z.strictObject({ line: z.int(), reason: z.string() }));

const differences = z.array(
  z.strictObject({
    merchantId: z.string(),
    merchantName: z.string().nullable(),
    measure: z.enum(['paid', 'redeemed', 'refunded', 'commission']),
    oursFen: z.int(),
    theirsFen: z.int().nullable().describe('Null: the file does not have the merchant.'),
    gapFen: z.int(),
    oursBySource: z
      .array(
        z.strictObject({
          source: z.enum(['webhook', 'query', 'call', 'list', 'bill', 'tier', 'unknown']),
          fen: z.int(),
        }),
      )
      .nullable()
      .describe('Our amount by what brought it; null: there are too many entries to say so.'),
    cause: z.string(),
    reason: z.string().describe('The likeliest cause, in Chinese and English.'),
  }),
);

const counted = { lines: z.int(), read: z.int() };

const kept = {
  importId: z.string(),
  providerId: z.string(),
  profile: z.string(),
  from: z.iso.date(),
  to: z.iso.date(),
  importedAt: instant,
  fileHash: z.string(),
  ...counted,
  pages: z.int(),
};

export const imports: readonly Documented[] = [
  {
    contract: importPost,
    tag: 'reading',
    summary: 'Compare a file that only people have with our books',
    description:
      'The body is a CSV (UTF-8 or GBK) or an XLSX of at most 4 MiB. `profile` says what it is: `linke-merchants` is ' +
      'the 商家列表 of 抖音林客, in both forms of its header; `douyin-bill` and `meituan-bill` are bills with the columns ' +
      '商家ID, 日期 (optional), 支付金额, 核销金额, 退款金额, 服务商佣金. Where a file has other headings, `columns` ' +
      'names them: `merchantId=商户号;redeemed=核销金额(元)`; fields are `merchantId`, `merchantName`, `day`, `paid`, ' +
      '`redeemed`, `refunded`, `commission`. Amounts are yuan and read exactly; an empty one is unknown. Of `from` and `to`, ' +
      'at most 400 days, the file is compared per merchant with what is booked for the provider. Each line is read or refused ' +
      'for itself; a file that cannot be read at all is refused at line 1. `oursBySource` says of each difference what brought our ' +
      'amount: a webhook, a query that it led to, our own call, a list of the platform’s records, or the settling of tiers. Of the ' +
      'merchants that differ most, 5,000 entries at most are read for it; of others it is null. Nothing of a file is booked. The result is kept as ' +
      'evidence under `importId`, unless `dryRun=true`, or nothing could be read. ' +
      '`npm run hexiao -- import FILE --profile NAME` sends one.',
    text: {
      type: 'text/csv',
      example:
        '商家名称,商家ID,支付GMV,核销GMV,退款GMV,服务商预估佣金\n一店,7011223344,99.00,99.00,0.00,4.95\n',
    },
    answers: {
      200: {
        json: z.strictObject({ importId: z.string().nullable(), ...counted, refused, differences }),
      },
    },
  },
  {
    contract: importsGet,
    tag: 'reading',
    summary: 'A provider’s imports, the newest first',
    answers: { 200: { json: z.strictObject({ imports: z.array(z.strictObject(kept)) }) } },
  },
  {
    contract: importGet,
    tag: 'reading',
    summary: 'What an import came to when it was made',
    answers: { 200: { json: z.strictObject({ ...kept, refused, differences }) } },
    problems: ['not-found'],
  },
];
