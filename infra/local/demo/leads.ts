import { createLead } from '../../../lib/store/growth/leads.ts';
import type { Table } from '../../../lib/store/table.ts';
import { businessDayAt, DAY_MS, toInstant } from '../../../lib/time/shanghai.ts';

/** Merchants that one of the demo's providers would like to work for. */
export const DEMO_LEADS = [
  { name: '江边火锅', city: '重庆', category: '火锅', source: '地推', days: 21, wasCalled: true },
  {
    name: '松间汤泉',
    city: '杭州',
    category: '足浴汗蒸',
    source: '老客介绍',
    days: 12,
    wasCalled: true,
  },
  {
    name: '云上影院',
    city: '上海',
    category: '影院',
    source: '林客商机',
    days: 6,
    wasCalled: false,
  },
  {
    name: '青石烘焙',
    city: '苏州',
    category: '面包甜点',
    source: '地推',
    days: 2,
    wasCalled: false,
  },
] as const;

/** Of the city's first provider. At another start they are there already. */
export async function seedLeads(table: Table, nowMs: number): Promise<void> {
  for (const [index, { days, wasCalled, ...named }] of DEMO_LEADS.entries()) {
    const createdMs = nowMs - days * DAY_MS;
    const lead = {
      ...{ leadId: `demo-lead-${index + 1}`, providerId: 'demo-xinghe', ...named },
      ...{
        platform: null,
        merchantId: null,
        followerId: index === 0 ? 'demo-lin' : null,
        note: null,
        lostBecause: null,
      },
      ...{ createdAt: toInstant(createdMs), createdBy: 'demo', found: null, step: 0 },
      contactedOn: wasCalled ? businessDayAt(createdMs + 3 * DAY_MS) : null,
    };
    await createLead(table, lead, nowMs);
  }
}
