import { isDeepStrictEqual } from 'node:util';
import {
  type ContractVersion,
  compareInstants,
  latestVersions,
} from '../../lib/attribution/contract.ts';
import { businessDayOf } from '../../lib/time/shanghai.ts';
import type { Proposal } from './contract-body.ts';

/** A window of business days that a change reaches back into. */
export interface Affected {
  readonly from: string;
  readonly to: string;
}

export interface Recorded {
  /** The version that it follows, where it is one of a contract that stood. */
  readonly before?: ContractVersion;
  readonly version: ContractVersion;
  /** The log says just this already, so nothing was written: the request was repeated. */
  readonly standing: boolean;
  /** Null when it is only about the future. What was booked there stays until it is restated. */
  readonly affects: Affected | null;
}

/**
 * The contract that says just what is proposed, or that was made of the same cooperation. It is answered
 * with the days that it affected when it was recorded, which the first answer may not have reported.
 */
export function standingOf(
  log: readonly ContractVersion[],
  proposal: Proposal,
  cooperationId: string | null = null,
): Recorded | undefined {
  const latest = latestVersions(log);
  const version =
    latest.find((one) => cooperationId !== null && one.cooperationId === cooperationId) ??
    latest.find((one) => saysTheSame(one, proposal) && isOf(one, cooperationId));
  if (version === undefined) return undefined;
  return { version, standing: true, affects: affected(null, version, version.recordedAt) };
}

/** Two cooperations that a platform distinguishes are two contracts, even on the same terms. */
function isOf(version: ContractVersion, cooperationId: string | null): boolean {
  return cooperationId === null || version.cooperationId === null;
}

/** In whatever order a record's keys and a list's values are: neither means anything. */
function saysTheSame(version: ContractVersion, { rateBp = 0, ...proposal }: Proposal): boolean {
  return Object.entries({ ...proposal, rateBp }).every(([name, value]) =>
    isDeepStrictEqual(
      unordered(name, version[name as keyof ContractVersion]),
      unordered(name, value),
    ),
  );
}

function unordered(name: string, value: unknown): unknown {
  if (name !== 'scope') return value;
  return Object.fromEntries(
    Object.entries(value as Proposal['scope']).map(([dimension, values]) => [
      dimension,
      [...new Set<string>(values)].sort(),
    ]),
  );
}

/** The end that stands, with the days that saying it affected. */
export function standingEnd(versions: readonly ContractVersion[], last: ContractVersion): Recorded {
  const before = latestVersions(versions.filter((one) => one.version < last.version))[0] ?? null;
  return { version: last, standing: true, affects: affected(before, last, last.recordedAt) };
}

/** The past days for which one version says something else than the one before it. */
export function affected(
  before: ContractVersion | null,
  after: ContractVersion,
  now: string,
): Affected | null {
  const ends = [before?.endsAt ?? FOREVER, after.endsAt ?? FOREVER].sort(compareInstants);
  const [from = FOREVER, until = FOREVER] =
    before === null ? [after.startsAt, after.endsAt ?? FOREVER] : ends;
  if (compareInstants(from, now) >= 0 || from === until) return null;
  const to = compareInstants(until, now) < 0 ? until : now;
  return { from: businessDayOf(from), to: businessDayOf(to) };
}

const FOREVER = '9999-12-31T23:59:59.999+08:00';
