import { withParts } from '../events/channel.ts';
import { WHOLE_BP } from '../money/fen.ts';
import { type ContractVersion, inForceAt, type Scope, type Span } from './contract.ts';

/** What decides whether two contracts can ever claim one event. */
export type Claim = Span & Pick<ContractVersion, 'mode' | 'shareBp' | 'scope'>;

const DIMENSIONS = ['stores', 'channels', 'products', 'creators'] as const;

/**
 * The contracts that stand in a proposed one's way: at some instant, for some store, channel, product
 * and creator, they and it together share out more than the whole. Exact: three contracts of which
 * any two are at different stores never add up. Empty when it fits.
 */
export function overlapping(
  proposed: Claim,
  existing: readonly ContractVersion[],
): ContractVersion[] {
  const rivals = existing.filter((contract) => contract.mode === proposed.mode);
  // Shares only rise where a contract starts, so those are the only instants to look at.
  const starts = [proposed.startsAt, ...rivals.map((rival) => rival.startsAt)];
  for (const start of new Set(starts)) {
    if (!inForceAt(proposed, start)) continue;
    const there = rivals.filter((rival) => inForceAt(rival, start));
    const found = beyondTheWhole(proposed, there, DIMENSIONS);
    if (found !== undefined) return [...found];
  }
  return [];
}

/**
 * Looks through the dimensions one after the other: values that the same contracts cover are one case,
 * and contracts that share no more than the whole together need no further look.
 */
function beyondTheWhole(
  proposed: Claim,
  rivals: readonly ContractVersion[],
  dimensions: readonly (keyof Scope)[],
): readonly ContractVersion[] | undefined {
  const totalBp = rivals.reduce((sum, rival) => sum + rival.shareBp, proposed.shareBp);
  if (totalBp <= WHOLE_BP) return undefined;
  const [dimension, ...rest] = dimensions;
  if (dimension === undefined) return rivals;
  for (const covering of casesOf(dimension, proposed, rivals)) {
    const found = beyondTheWhole(proposed, covering, rest);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** For each value of a dimension that the proposed contract covers: which rivals cover it too. */
function casesOf(
  dimension: keyof Scope,
  proposed: Claim,
  rivals: readonly ContractVersion[],
): ContractVersion[][] {
  const own = coveredBy(dimension, proposed);
  const values: readonly (string | null)[] =
    own.length > 0
      ? own
      : // null: any value that no rival names.
        [null, ...new Set(rivals.flatMap((rival) => coveredBy(dimension, rival)))];
  const cases = new Map<string, ContractVersion[]>();
  for (const value of values) {
    const covering = rivals.filter((rival) => covers(coveredBy(dimension, rival), value));
    cases.set(covering.map((rival) => rival.version).join(), covering);
  }
  return [...cases.values()];
}

function coveredBy(dimension: keyof Scope, { scope }: Pick<Claim, 'scope'>): readonly string[] {
  return dimension === 'channels' ? withParts(scope.channels) : scope[dimension];
}

function covers(list: readonly string[], value: string | null): boolean {
  return list.length === 0 || (value !== null && list.includes(value));
}
