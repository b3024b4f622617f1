import type { ContractVersion } from '../attribution/contract.ts';
import { asciiJson, hashOf, proofLine } from './text.ts';

/** Product rates that one line holds: a line that was changed is searched byte by byte. */
const RATES_A_LINE = 24;

export interface ProofContract {
  /** What lines name it by: the hash of its bodies. */
  readonly hash: string;
  readonly lines: readonly string[];
}

/** What a contract version says of money, and nothing of who wrote it down. */
export function proofContract(contract: ContractVersion): ProofContract {
  const { contractId, version, platform, merchantId, mode, commission } = contract;
  const body = asciiJson({
    ...{ contractId, version, platform, merchantId, mode, commission },
    ...{ shareBp: contract.shareBp, rateBp: contract.rateBp },
    tiers: contract.tiers?.map(({ fromFen, rateBp }) => [fromFen, rateBp]) ?? null,
    ...{ startsAt: contract.startsAt, endsAt: contract.endsAt },
  });
  const rates = ratesOf(contract);
  return {
    hash: hashOf([body, ...rates].join('\n')).slice(0, 22),
    lines: [proofLine('contract', body), ...rates.map((one) => proofLine('rate', one))],
  };
}

function ratesOf({ productRates }: ContractVersion): string[] {
  const all = Object.entries(productRates).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const count = Math.ceil(all.length / RATES_A_LINE);
  return Array.from({ length: count }, (_, index) =>
    asciiJson(all.slice(index * RATES_A_LINE, (index + 1) * RATES_A_LINE)),
  );
}
