import * as z from 'zod';
import { contractImportPost } from '../routes/contract-imports.ts';
import {
  proposalConfirmPost,
  proposalRefusePost,
  proposalsGet,
} from '../routes/contract-proposals.ts';
import { contractEndPost, contractPost, contractsGet } from '../routes/contracts.ts';
import { policiesGet, policyPost } from '../routes/policies.ts';
import type { Documented } from './documented.ts';
import {
  contractShape,
  currentPolicyShape,
  daysShape,
  instant,
  policyShape,
  recordedShape,
} from './shapes.ts';

const contract = {
  providerId: 'p1',
  platform: 'douyin',
  merchantId: '7011223344',
  mode: 'agency',
  rateBp: 500,
  startsAt: '2025-01-01T00:00:00+08:00',
};

const recorded = { 200: { json: recordedShape }, 201: { json: recordedShape } };

const refusals = ['archived', 'contract-overlap', 'merchant-unknown', 'provider-unknown'] as const;

const row = z.strictObject({
  line: z.int(),
  result: z.enum(['recorded', 'would-be-recorded', 'standing', 'refused']),
  contractId: z.string().nullable(),
  affects: daysShape.nullable(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
});

const refused = z.strictObject({ reason: z.string(), actor: z.string(), at: instant });

const proposal = z.strictObject({
  cooperationId: z.string(),
  partnerId: z.string().nullable(),
  kind: z.string().nullable(),
  state: z.string().nullable(),
  notifiedAt: instant.nullable(),
  contractId: z.string().nullable(),
  refused: refused.nullable(),
  draft: z.record(z.string(), z.unknown()).describe('A contract’s body, to be filled in.'),
});

export const contracts: readonly Documented[] = [
  {
    contract: contractPost,
    tag: 'contracts',
    summary: 'Record a contract',
    description:
      'An empty or missing list of the scope means all. A contract that starts in the past books nothing by ' +
      'itself: `affects` are the days to restate. 200 when it stands already, 201 when it is recorded. With ' +
      '`?dryRun=true` every check is made, nothing is recorded, and a dry run says who would gain and lose.',
    answers: recorded,
    problems: refusals,
    example: contract,
  },
  {
    contract: contractEndPost,
    tag: 'contracts',
    summary: 'End a contract',
    description:
      'Again, to move its end. With `?dryRun=true` nothing is recorded, and a dry run says who would gain and lose.',
    answers: { 200: { json: recordedShape } },
    problems: ['not-found', 'contract-overlap'],
    example: { endsAt: '2026-01-01T00:00:00+08:00' },
  },
  {
    contract: contractsGet,
    tag: 'contracts',
    summary: 'The latest versions of contracts, or with `history=true` all',
    description:
      'Of `platform` and `merchantId`, of `providerId`, or both. A provider sees its own.',
    answers: { 200: { json: z.strictObject({ contracts: z.array(contractShape) }) } },
  },
  {
    contract: contractImportPost,
    tag: 'contracts',
    summary: 'Record contracts from a CSV file',
    description:
      'A file of contracts is CSV (RFC 4180) in UTF-8, of at most 64 KiB. Its first line names the columns, in any order: ' +
      '`providerId`, `platform`, `merchantId`, `mode`, `startsAt`, `endsAt`, `shareBp`, `rateBp`, `stores`, ' +
      '`channels`, `products`, `creators`, `commission`, `productRates`, `tiers`. An empty field is absent. ' +
      'Lists are separated by `;`, `productRates` are `1805=300;1806=250`, `tiers` are `fromFen=rate`: ' +
      '`0=300;5000000=500`. A file that is no such CSV is refused whole; else each row is `recorded`, ' +
      '`standing` (a contract says just that, so a file may be sent again) or `refused` with `code` and ' +
      '`detail`, whatever becomes of the others. With `dryRun=true` nothing is written, and `recorded` is ' +
      '`would-be-recorded`. An id that a spreadsheet has spoilt (`1.805E+15`, 15 digits and then zeros) is ' +
      'refused; `="1805…"`, as a spreadsheet keeps it, is read as the text in it. ' +
      '`npm run hexiao -- contracts import FILE.csv [--dry-run]` sends a file and says what became of each ' +
      'line; `contracts add NAME=VALUE…` takes the same names and texts.',
    text: {
      type: 'text/csv',
      example:
        'providerId,platform,merchantId,mode,startsAt,rateBp\np1,douyin,7011223344,agency,2025-01-01T00:00:00+08:00,500\n',
    },
    answers: {
      200: {
        json: z.strictObject({
          dryRun: z.boolean(),
          rows: z.array(row),
          refused: z.int(),
          accepted: z.int(),
        }),
      },
    },
  },
  {
    contract: proposalsGet,
    tag: 'contracts',
    summary: 'What the platform reported of cooperations with a merchant',
    answers: { 200: { json: z.strictObject({ proposals: z.array(proposal) }) } },
  },
  {
    contract: proposalConfirmPost,
    tag: 'contracts',
    summary: 'Confirm a cooperation as a contract',
    answers: recorded,
    problems: [...refusals, 'not-found'],
    example: contract,
  },
  {
    contract: proposalRefusePost,
    tag: 'contracts',
    summary: 'Say that no contract is made of a cooperation, and why',
    description:
      'The platform is told nothing. The first refusal stands; a contract may still be made of the cooperation later.',
    answers: { 200: { json: z.strictObject({ cooperationId: z.string(), refused }) } },
    problems: ['not-found'],
    example: { reason: '未签书面合同' },
  },
  {
    contract: policiesGet,
    tag: 'contracts',
    summary: 'How GMV is measured: the policy in force and every version',
    answers: {
      200: {
        json: z.strictObject({ current: currentPolicyShape, policies: z.array(policyShape) }),
      },
    },
  },
  {
    contract: policyPost,
    tag: 'contracts',
    summary: 'Record a policy, which holds for what is recorded from now on',
    answers: { 201: { json: policyShape } },
    example: { basis: 'paid+platform', order: ['special', 'agency'], holdingDays: 0 },
  },
];
