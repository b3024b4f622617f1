import { type Member, placeMember, putMembers } from '../../../lib/store/accounts/members.ts';
import type { Table } from '../../../lib/store/table.ts';
import { DAY_MS, toInstant } from '../../../lib/time/shanghai.ts';

/** Who works for the city's first provider; none of them is a person. */
export const DEMO_MEMBERS = [
  { memberId: 'demo-lin', name: '林晓', role: 'operations', photoSha256: '5a'.repeat(32) },
  { memberId: 'demo-zhou', name: '周一鸣', role: 'operations' },
  { memberId: 'demo-qin', name: '秦岚', role: 'finance' },
] as const;

/** At another start they are there already. */
export async function seedMembers(table: Table, nowMs: number): Promise<void> {
  const providerId = 'demo-xinghe';
  const createdAt = toInstant(nowMs - 60 * DAY_MS);
  const members: Member[] = DEMO_MEMBERS.map((one) => ({
    ...{ ...one, email: null, stores: [], createdAt, createdBy: 'demo' },
  }));
  for (const { memberId } of members) await placeMember(table, memberId, providerId);
  await putMembers(table, providerId, { version: 0, members, ending: [] });
}
