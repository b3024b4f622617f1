import type { Known } from '../attribution/plan.ts';
import type { Policy } from '../attribution/policy.ts';
import { readContracts } from '../store/accounts/contracts.ts';
import { readPolicies } from '../store/accounts/policies.ts';
import type { Table } from '../store/table.ts';

export interface TermsDeps {
  readonly table: Table;
  /** What holds before an operator recorded a policy. */
  readonly policy: Policy;
}

/** Reads what is known about a merchant's contracts, and the policies. */
export type Terms = (platform: string, merchantId: string) => Promise<Known>;

/** Each merchant's contract log and the policies are read once: make a new one for each batch. */
export function termsOf({ table, policy }: TermsDeps): Terms {
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
