import * as z from 'zod';
import {
  certificateSchema,
  programmeSchema,
  SCORED,
} from '../../../lib/store/growth/programmes.ts';
import { certificatesPut, programmePut, programmesGet, standingGet } from '../routes/standing.ts';
import type { Documented } from './documented.ts';
import { instant } from './shapes.ts';

const programme = z
  .strictObject({ ...programmeSchema.shape, recordedAt: instant })
  .meta({ id: 'Programme' });

/** 快手 names these two amounts of a year; what else such a programme asks for is the platform’s to say. */
const maker = {
  ...{ name: '快手造风者', period: 'year', measure: 'redeemed' },
  tiers: [
    { name: '1 亿', fromFen: 10_000_000_000, benefits: [] },
    { name: '10 亿', fromFen: 100_000_000_000, benefits: [] },
  ],
} as const;

const day = z.iso.date();

export const standing: readonly Documented[] = [
  {
    contract: programmePut,
    tag: 'registering',
    summary: 'Write down a platform’s programme for providers: tracks, tiers, a score',
    description:
      'Whole, as a version; what is left out is in it no more, and the same again is no new version. Tiers go from the lowest ' +
      'to the highest. A name is one programme’s. A track (赛道) is a category of the catalogue, and what one must be ' +
      'certified as for it. A term of the score gives no points at `from`, all of them at `to`, evenly between; `to` may be ' +
      'below `from`. Measures: `redeemedFen`, `paidFen`, `redeemedCount`, and in 1/10000 of what was redeemed `refundedBp` and ' +
      '`reversedBp`. From `entryPoints` (准入) on a provider is in, below `exitPoints` (准出) out.',
    answers: { 200: { json: programme } },
    example: maker,
  },
  {
    contract: programmesGet,
    tag: 'growth',
    summary: 'The programmes, each in its latest version',
    answers: { 200: { json: z.strictObject({ programmes: z.array(programme) }) } },
  },
  {
    contract: certificatesPut,
    tag: 'registering',
    summary: 'Say for which tracks of a programme a provider is certified, and until when',
    description: 'Whole: what is left out is said no more.',
    answers: {
      200: {
        json: z.strictObject({
          ...{ programmeId: z.string(), providerId: z.string() },
          certificates: z.array(z.strictObject(certificateSchema.shape)),
        }),
      },
    },
    example: { certificates: [{ track: '餐饮', from: '2025-01-01', to: '2025-12-31' }] },
  },
  {
    contract: standingGet,
    tag: 'growth',
    summary:
      'Where a provider stands in a programme, what the next tier needs, and when at this pace',
    description:
      'Computed from the totals when it is read. The pace is that of the period so far, today included; a tier that is not ' +
      'reached within the period has no `expectedAt`. `restated` has what restatements since the period began moved of it.',
    answers: {
      200: {
        json: z.strictObject({
          ...{ programmeId: z.string(), name: z.string(), version: z.int() },
          window: z.strictObject({ from: day, to: day }),
          periodEnd: day,
          measure: z.enum(['redeemed', 'paid']),
          tier: z.string().nullable().describe('Null: below the first.'),
          benefits: z.array(z.string()),
          measureFen: z.int(),
          next: z
            .strictObject({
              tier: z.string(),
              missingFen: z.int(),
              expectedAt: day.nullable().describe('Null: not within the period.'),
            })
            .nullable()
            .describe('Null: there is none above.'),
          tracks: z.array(
            z.strictObject({ name: z.string(), category: z.string(), measureFen: z.int() }),
          ),
          certificates: z.array(
            z.strictObject({
              ...{ track: z.string(), certificate: z.string().nullable() },
              ...{ number: z.string().nullable(), from: day.nullable(), to: day.nullable() },
              state: z
                .enum(['valid', 'ending', 'ended', 'to-come', 'missing'])
                .describe('`ending`: within 30 days.'),
            }),
          ),
          score: z
            .strictObject({
              ...{ points: z.int(), entryPoints: z.int(), exitPoints: z.int() },
              state: z.enum(['in', 'between', 'out']),
              terms: z.array(
                z.strictObject({
                  ...{ measure: z.enum(SCORED), from: z.int(), to: z.int(), points: z.int() },
                  ...{ value: z.int(), got: z.int() },
                }),
              ),
            })
            .nullable(),
          restated: z.array(z.strictObject({ on: day, from: day, to: day, gainFen: z.int() })),
          explanation: z.strictObject({ zh: z.string(), en: z.string() }),
        }),
      },
    },
  },
];
