import * as z from 'zod';
import { platformSchema } from '../../../lib/events/id.ts';
import { STAGES } from '../lead-days.ts';
import {
  leadFunnelGet,
  leadGet,
  leadImportPost,
  leadPatch,
  leadPost,
  leadsGet,
} from '../routes/leads.ts';
import type { Documented } from './documented.ts';
import { instant, next } from './shapes.ts';

const stage = z.enum(STAGES);
const day = z.iso.date().nullable();

const lead = z
  .strictObject({
    ...{ leadId: z.string(), name: z.string(), city: z.string().nullable() },
    ...{ category: z.string().nullable(), source: z.string().nullable() },
    platform: platformSchema.nullable(),
    merchantId: z.string().nullable(),
    followerId: z.string().nullable().describe('The member who works on it.'),
    ...{ note: z.string().nullable(), lostBecause: z.string().nullable() },
    createdAt: instant,
    createdBy: z.string(),
    stage: stage.describe('The furthest that it came to.'),
    days: z
      .strictObject({
        ...{ lead: day, contacted: day, authorised: day },
        ...{ contracted: day, first_redemption: day },
      })
      .describe('Business days; null: not come to, or passed over.'),
  })
  .meta({ id: 'Lead' });

export const leads: readonly Documented[] = [
  {
    contract: leadPost,
    tag: 'growth',
    summary: 'Enter a merchant that one would like to work for',
    description:
      'A merchant, and a name within its city, is one lead of a provider: `lead-taken` says whose it is. So does a ' +
      'merchant that has signed with the provider. Other providers’ leads are not told of. Without `platform` and ' +
      '`merchantId` it cannot go further than `contacted`.',
    answers: { 201: { json: lead } },
    problems: ['not-found', 'lead-taken'],
    example: { name: '江边火锅', city: '重庆', category: '火锅', source: '地推' },
  },
  {
    contract: leadsGet,
    tag: 'growth',
    summary: 'A provider’s leads, the newest first',
    description:
      'The last three stages are computed from what stands when a lead is read: what the platform reported to an app ' +
      'that the merchant let in, the contract, the first redemption in the books. A page may be short and have a `next`.',
    answers: { 200: { json: z.strictObject({ leads: z.array(lead), next }) } },
  },
  {
    contract: leadGet,
    tag: 'growth',
    summary: 'One lead',
    answers: { 200: { json: lead } },
    problems: ['not-found'],
  },
  {
    contract: leadPatch,
    tag: 'growth',
    summary:
      'Change a lead, hand it over, say that the merchant was contacted, or why it came to nothing',
    description: '`stage` is `lead` or `contacted`; nobody says the others.',
    answers: { 200: { json: lead } },
    problems: ['not-found', 'lead-taken'],
    example: { stage: 'contacted', note: '老板约周五面谈' },
  },
  {
    contract: leadImportPost,
    tag: 'growth',
    summary: 'Enter leads from a file',
    description:
      'The body is a CSV (UTF-8 or GBK) or an XLSX of at most 4 MiB and 2,000 lines, with the columns 商家名称 and, ' +
      'where there are, 城市, 品类, 来源, 平台, 商家ID, 跟进人 (a member’s name or id), or the same in English. Each line is ' +
      'entered or refused for itself. `dryRun=true` enters nothing.',
    text: { type: 'text/csv', example: '商家名称,城市,品类,来源\n江边火锅,重庆,火锅,地推\n' },
    answers: {
      200: {
        json: z.strictObject({
          ...{ dryRun: z.boolean(), lines: z.int(), entered: z.int() },
          refused: z.array(z.strictObject({ line: z.int(), reason: z.string() })),
        }),
      },
    },
  },
  {
    contract: leadFunnelGet,
    tag: 'growth',
    summary: 'How far leads come, and how long it takes them',
    description:
      'Of leads entered from `from` to `to`; all of them where nothing is said. At most 2,000, the newest: `more` says ' +
      'that there are others.',
    answers: {
      200: {
        json: z.strictObject({
          ...{ leads: z.int(), more: z.boolean() },
          stages: z.array(
            z.strictObject({
              stage,
              reached: z.int().describe('Leads that came to it, or further.'),
              ofAllBp: z.int().nullable(),
              ofBeforeBp: z.int().nullable().describe('Of those that reached the stage before.'),
              medianDays: z.int().nullable().describe('From the last stage before it.'),
            }),
          ),
        }),
      },
    },
  },
];
