import { type PolicyVersion, policyVersionSchema } from '../../attribution/policy.ts';
import { keys } from '../keys.ts';
import type { Table } from '../table.ts';
import { WRITE_WITHIN_MS } from './contracts.ts';

/** The operator's policy log, oldest version first. */
export async function readPolicies(table: Table): Promise<PolicyVersion[]> {
  const log: PolicyVersion[] = [];
  for await (const item of table.query(keys.policy(0).pk))
    log.push(policyVersionSchema.parse(item));
  return log;
}

/**
 * Appends a version at its number. Stamp `recordedAt` right before: see `appendContract`.
 * @returns false when another writer took that number
 */
export async function appendPolicy(table: Table, version: PolicyVersion): Promise<boolean> {
  return table.put(keys.policy(version.version), version, undefined, WRITE_WITHIN_MS);
}
