import * as z from 'zod';
import { type ContractVersion, contractVersionSchema } from '../../attribution/contract.ts';
import { idSchema, type Platform, platformSchema } from '../../events/event.ts';
import { keys, merchantPartition, PREFIX, providerPartition } from '../keys.ts';
import type { Table } from '../table.ts';

/** A merchant's contract log, oldest version first. */
export async function readContracts(
  table: Table,
  platform: string,
  merchantId: string,
  consistent = true,
): Promise<ContractVersion[]> {
  const log: ContractVersion[] = [];
  const pk = merchantPartition(platform, merchantId);
  for await (const item of table.query(pk, { startsWith: PREFIX.contract, consistent })) {
    log.push(contractVersionSchema.parse(item));
  }
  return log;
}

/**
 * An event is booked at the earliest this long (CHANGED_DELAY_SECONDS in infra/topology.ts, 1 s) after
 * it was recorded, with the contracts recorded before it. A contract that was stamped earlier but
 * became visible later would be seen by one worker and missed by another, so its write is cut well
 * before that.
 */
export const WRITE_WITHIN_MS = 500;

/**
 * Appends a version to its merchant's log at its number. Stamp `recordedAt` right before.
 * @returns false when another writer took that number: read the log again, check again, try the next
 * @throws when it took too long: it may have been written, so read the log before trying again
 */
export async function appendContract(
  table: Table,
  version: z.input<typeof contractVersionSchema>,
): Promise<boolean> {
  const key = keys.contract(version.platform, version.merchantId, version.version);
  return table.put(key, contractVersionSchema.parse(version), undefined, WRITE_WITHIN_MS);
}

const merchantSchema = z.object({ platform: platformSchema, merchantId: idSchema });

/** Lists a contract's merchant under its provider, before the contract: what is recorded is listed. */
export async function listForProvider(
  table: Table,
  { providerId, platform, merchantId }: ContractVersion,
): Promise<void> {
  const key = keys.merchantOfProvider(providerId, platform, merchantId);
  if ((await table.get(key)) === undefined) await table.put(key, { platform, merchantId });
}

/** The merchants that a provider has or had contracts with. */
export async function merchantsOfProvider(
  table: Table,
  providerId: string,
  consistent = true,
): Promise<{ platform: Platform; merchantId: string }[]> {
  const merchants: { platform: Platform; merchantId: string }[] = [];
  const pk = providerPartition(providerId);
  for await (const item of table.query(pk, { startsWith: PREFIX.contract, consistent })) {
    merchants.push(merchantSchema.parse(item));
  }
  return merchants;
}

/** A provider's name and its merchants; null where it has more than were wanted. */
export interface ProviderHead {
  readonly name: string | null;
  readonly merchants:
    | readonly { readonly platform: Platform; readonly merchantId: string }[]
    | null;
}

/**
 * Who a provider is, in one small query: both stand side by side in its partition.
 * @param mostMerchants it costs no more for a provider that has thousands
 */
export async function readProviderHead(
  table: Table,
  providerId: string,
  mostMerchants: number,
): Promise<ProviderHead> {
  const { pk, sk } = keys.provider(providerId);
  let name: string | null = null;
  const merchants: { platform: Platform; merchantId: string }[] = [];
  // '$' sorts right after '#'.
  const between = [sk, `${PREFIX.contract.slice(0, -1)}$`] as const;
  const options = { between, limit: mostMerchants + 2, consistent: false };
  for await (const item of table.query(pk, options)) {
    if (item.sk === sk) name = nameSchema.parse(item).name;
    else merchants.push(merchantSchema.parse(item));
  }
  return { name, merchants: merchants.length > mostMerchants ? null : merchants };
}

const nameSchema = z.object({ name: z.string() });
