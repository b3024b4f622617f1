import {
  appendProgramme,
  type Programme,
  putCertificates,
} from '../../../lib/store/growth/programmes.ts';
import type { Table } from '../../../lib/store/table.ts';
import { addDays, businessDayAt, toInstant } from '../../../lib/time/shanghai.ts';

/** 快手's two amounts of a year, and a programme of the demo's own that a small city can climb in. */
export const DEMO_PROGRAMMES = [
  {
    ...{ programmeId: 'kuaishou-zaofengzhe', name: '快手造风者' },
    ...{ period: 'year', measure: 'redeemed' },
    tracks: [],
    tiers: [
      { name: '1 亿', fromFen: 10_000_000_000, benefits: [] },
      { name: '10 亿', fromFen: 100_000_000_000, benefits: [] },
    ],
    score: null,
  },
  {
    ...{ programmeId: 'demo-city', name: '城市伙伴', period: 'month', measure: 'redeemed' },
    tracks: [
      { name: '餐饮赛道', category: '火锅', certificate: '餐饮服务商' },
      { name: '烘焙赛道', category: '烘焙', certificate: '烘焙服务商' },
    ],
    tiers: [
      { name: '铜牌', fromFen: 500_000, benefits: ['对接人支持'] },
      { name: '银牌', fromFen: 1_000_000, benefits: ['对接人支持', '官方培训'] },
      { name: '金牌', fromFen: 5_000_000, benefits: ['官方培训', '流量扶持'] },
    ],
    score: {
      terms: [
        { measure: 'redeemedFen', from: 0, to: 2_000_000, points: 70 },
        { measure: 'refundedBp', from: 2_000, to: 0, points: 30 },
      ],
      ...{ entryPoints: 60, exitPoints: 40 },
    },
  },
] as const satisfies readonly Omit<Programme, 'version' | 'recordedAt' | 'recordedBy'>[];

/** At another start they are there already. */
export async function seedProgrammes(table: Table, nowMs: number): Promise<void> {
  const recorded = { version: 1, recordedAt: toInstant(nowMs), recordedBy: 'demo' };
  for (const { tracks, tiers, ...one } of DEMO_PROGRAMMES) {
    const own = {
      tracks: [...tracks],
      tiers: tiers.map((tier) => ({ ...tier, benefits: [...tier.benefits] })),
    };
    const score = one.score === null ? null : { ...one.score, terms: [...one.score.terms] };
    await appendProgramme(table, { ...one, ...own, score, ...recorded }, nowMs);
  }
  const today = businessDayAt(nowMs);
  await putCertificates(table, { providerId: 'demo-xinghe', programmeId: 'demo-city' }, [
    {
      ...{ track: '餐饮赛道', number: 'CY-2026-0117' },
      ...{ from: addDays(today, -346), to: addDays(today, 19) },
    },
  ]);
}
