import type { Known } from '../../lib/attribution/plan.ts';
import { readContracts } from '../../lib/store/contracts.ts';
import { readPolicies } from '../../lib/store/policies.ts';
import type { AttributeDeps } from './deps.ts';

/** Reads what is known about a merchant's contracts, and the policies. */
export type Knowledge = (platform: string, merchantId: string) => Promise<Known>;

/** Each merchant's contract log and the policies are read once: make a new one for each batch. */
export function knowledgeOf({ table, policy }: Pick<AttributeDeps, 'table' | 'policy'>): Knowledge {
  const all = new Map<string, Promise<Known>>();
  let policies: ReturnType<typeof readPolicies> | undefined;
  const read = async (platform: string, merchantId: string): Promise<Known> => {
    policies ??= readPolicies(table);
    // Both awaited at once: when both fail, neither failure is left without anybody to take it.
    const [contracts, versions] = await Promise.all([
      readContracts(table, platform, merchantId),
      policies,
    ]);
    return { contracts, policies: versions, standard: policy };
  };
  return (platform, merchantId) => {
    const key = JSON.stringify([platform, merchantId]);
    const known = all.get(key) ?? read(platform, merchantId);
    all.set(key, known);
    return known;
  };
}
