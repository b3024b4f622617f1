import type { Terms } from '../attribution/generations.ts';
import type { Policy } from '../attribution/policy.ts';
import { readContracts } from '../store/accounts/contracts.ts';
import { readPolicies } from '../store/accounts/policies.ts';
import type { Table } from '../store/table.ts';

export interface TermsDeps {
  readonly table: Table;
  /** What holds before an operator recorded a policy. */
  readonly policy: Policy;
}

/** Reads a merchant's contract log, and the policies. */
export type ReadTerms = (platform: string, merchantId: string) => Promise<Terms>;

/** Each merchant's contract log and the policies are read once: make a new one for each batch. */
export function termsReader({ table, policy }: TermsDeps): ReadTerms {
  const all = new Map<string, Promise<Terms>>();
  let policies: ReturnType<typeof readPolicies> | undefined;
  const read = async (platform: string, merchantId: string): Promise<Terms> => {
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
    const terms = all.get(key) ?? read(platform, merchantId);
    all.set(key, terms);
    return terms;
  };
}
