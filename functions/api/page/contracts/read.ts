import { mapLimit } from '../../../../lib/async/map-limit.ts';
import {
  type ContractVersion,
  compareInstants,
  latestVersions,
} from '../../../../lib/attribution/contract.ts';
import { addRollups, type Rollup } from '../../../../lib/ledger/rollup.ts';
import { type TierPart, tierParts } from '../../../../lib/ledger/tiers.ts';
import { readDimension } from '../../../../lib/rollups/dimensions.ts';
import { merchantsOfProvider, readContracts } from '../../../../lib/store/accounts/contracts.ts';
import type { Table } from '../../../../lib/store/table.ts';
import { businessDayAt, daysBetween, toInstant } from '../../../../lib/time/shanghai.ts';

/** A provider's contract, and where its month stands. */
export interface OwnContract {
  readonly version: ContractVersion;
  /** All of this contract, the first recorded first. */
  readonly versions: readonly ContractVersion[];
  readonly state: ContractState;
  readonly month: ContractRollup | null;
}

export interface ContractState {
  readonly is: 'active' | 'ending' | 'upcoming' | 'ended';
  /** Until its last day, today included; of one that ends soon. */
  readonly daysLeft: number;
}

/** Null where the provider has several contracts at the merchant: totals are kept by merchant. */
export interface ContractRollup {
  readonly rollup: Rollup;
  /** The month's GMV by tiers; null without tiers. */
  readonly parts: readonly TierPart[] | null;
}

const READS_AT_ONCE = 16;
/** Whoever's contract ends within this time should talk about the next one. */
const SOON_DAYS = 30;

/** All contracts of a provider: what is in force first, then what is to come, then what has ended. */
export async function readOwnContracts(
  table: Table,
  providerId: string,
  nowMs: number,
): Promise<OwnContract[]> {
  const today = businessDayAt(nowMs);
  const window = { from: `${today.slice(0, 8)}01`, to: today };
  const [places, rows] = await Promise.all([
    merchantsOfProvider(table, providerId),
    readDimension(table, providerId, 'merchant', window),
  ]);
  const logs = await mapLimit(places, READS_AT_ONCE, async ({ platform, merchantId }) => {
    const log = await readContracts(table, platform, merchantId);
    return log.filter((version) => version.providerId === providerId);
  });
  const monthStart = `${window.from}T00:00:00.000+08:00`;
  const contracts = logs.flatMap((log) => {
    const latest = latestVersions(log);
    const ofMonth = latest.filter(
      ({ endsAt, startsAt }) =>
        (endsAt === null || compareInstants(endsAt, monthStart) > 0) &&
        compareInstants(startsAt, toInstant(nowMs)) <= 0,
    );
    return latest.map((version): OwnContract => {
      const key = `${version.platform}/${version.merchantId}`;
      const own = rows.filter(({ value }) => value === key).map(({ rollup }) => rollup);
      const isOnly = ofMonth.length < 2;
      return {
        version,
        versions: log.filter(({ contractId }) => contractId === version.contractId),
        state: stateOf(version, nowMs),
        month: isOnly && ofMonth.includes(version) ? monthOf(version, addRollups(own)) : null,
      };
    });
  });
  return contracts.toSorted(
    (a, b) =>
      ORDER.indexOf(a.state.is) - ORDER.indexOf(b.state.is) ||
      compareInstants(b.version.startsAt, a.version.startsAt) ||
      (a.version.contractId < b.version.contractId ? -1 : 1),
  );
}

const ORDER: readonly ContractState['is'][] = ['ending', 'active', 'upcoming', 'ended'];

function stateOf({ startsAt, endsAt }: ContractVersion, nowMs: number): ContractState {
  const now = toInstant(nowMs);
  if (endsAt !== null && compareInstants(endsAt, now) <= 0) return { is: 'ended', daysLeft: 0 };
  if (compareInstants(startsAt, now) > 0) return { is: 'upcoming', daysLeft: 0 };
  if (endsAt === null) return { is: 'active', daysLeft: 0 };
  const lastDay = businessDayAt(Date.parse(endsAt) - 1);
  const daysLeft = daysBetween(businessDayAt(nowMs), lastDay);
  return { is: daysLeft <= SOON_DAYS ? 'ending' : 'active', daysLeft };
}

function monthOf({ tiers, commission, rateBp }: ContractVersion, rollup: Rollup): ContractRollup {
  const hasTiers = tiers !== null && commission === 'account';
  return { rollup, parts: hasTiers ? tierParts(rollup.redeemedFen, rateBp, tiers) : null };
}
