import { type ContractVersion, contractVersionSchema } from '../attribution/contract.ts';
import { keys, merchantPartition } from './keys.ts';
import type { Table } from './table.ts';

/** A merchant's contract log, oldest version first. */
export async function readContracts(
  table: Table,
  platform: string,
  merchantId: string,
): Promise<ContractVersion[]> {
  const log: ContractVersion[] = [];
  const pk = merchantPartition(platform, merchantId);
  for await (const item of table.query(pk, { startsWith: 'CONTRACT#' })) {
    log.push(contractVersionSchema.parse(item));
  }
  return log;
}

/**
 * Appends a version to its merchant's log at its number.
 * @returns false when another writer took that number: read the log again, check again, try the next
 */
export async function appendContract(table: Table, version: ContractVersion): Promise<boolean> {
  return table.put(keys.contract(version.platform, version.merchantId, version.version), version);
}
