import * as z from 'zod';
import { idSchema, platformSchema } from '../events/event.ts';

/** The provider to whom everything goes that no contract claims. Only operators see it. */
export const UNATTRIBUTED = 'unattributed';

/**
 * One version of a contract: provider × merchant, effective-dated. Versions are only added, one
 * numbered log per merchant, so that what was known when an event was recorded can be told forever.
 */
export const contractVersionSchema = z.object({
  contractId: z.string().min(1).max(300),
  /** Position in the merchant's log, from 1. */
  version: z.int().min(1),
  providerId: idSchema,
  platform: platformSchema,
  merchantId: idSchema,
  /** `agency` (代运营): the account as a whole; `special` (专项服务): asked before agencies. */
  mode: z.enum(['agency', 'special']),
  /** The provider's part of the GMV, in 1/10000. */
  shareBp: z.int().min(1).max(10_000),
  /** Commission on that part, in 1/10000. */
  rateBp: z.int().min(0).max(10_000),
  /** In force from this instant on … */
  startsAt: z.iso.datetime({ offset: true }),
  /** … until just before this one; null: open-ended. */
  endsAt: z.iso.datetime({ offset: true }).nullable(),
  recordedAt: z.iso.datetime({ offset: true }),
});
export type ContractVersion = z.infer<typeof contractVersionSchema>;

/** The latest version of each contract among those recorded at or before an instant, oldest first. */
export function knownAt(log: readonly ContractVersion[], instant: string): ContractVersion[] {
  const latest = new Map<string, ContractVersion>();
  const ms = Date.parse(instant);
  for (const version of [...log].sort((a, b) => a.version - b.version)) {
    if (Date.parse(version.recordedAt) <= ms) latest.set(version.contractId, version);
  }
  return [...latest.values()];
}

/** The latest version of each contract. */
export function latestVersions(log: readonly ContractVersion[]): ContractVersion[] {
  return [...new Map(log.map((version) => [version.contractId, version])).values()];
}

export function inForceAt(contract: ContractVersion, instant: string): boolean {
  const ms = Date.parse(instant);
  const ended = contract.endsAt !== null && ms >= Date.parse(contract.endsAt);
  return ms >= Date.parse(contract.startsAt) && !ended;
}

/**
 * The contracts that stand in a proposed one's way: same mode, overlapping in time, and together
 * with it more than the whole at some instant. Empty when it fits.
 */
export function overlapping(
  proposed: Pick<ContractVersion, 'mode' | 'shareBp' | 'startsAt' | 'endsAt'>,
  existing: readonly ContractVersion[],
): ContractVersion[] {
  const rivals = existing.filter(
    (contract) => contract.mode === proposed.mode && overlap(contract, proposed),
  );
  // Shares only rise where a contract starts, so those are the only instants to look at.
  const starts = [proposed.startsAt, ...rivals.map((rival) => rival.startsAt)];
  for (const start of starts) {
    if (!covers(proposed, start)) continue;
    const there = rivals.filter((rival) => covers(rival, start));
    const total = there.reduce((sum, rival) => sum + rival.shareBp, proposed.shareBp);
    if (total > 10_000) return there;
  }
  return [];
}

type Span = Pick<ContractVersion, 'startsAt' | 'endsAt'>;

function covers(span: Span, instant: string): boolean {
  const ms = Date.parse(instant);
  return ms >= Date.parse(span.startsAt) && ms < endOf(span);
}

function overlap(a: Span, b: Span): boolean {
  return Date.parse(a.startsAt) < endOf(b) && Date.parse(b.startsAt) < endOf(a);
}

function endOf(span: Span): number {
  return span.endsAt === null ? Number.POSITIVE_INFINITY : Date.parse(span.endsAt);
}
