import * as z from 'zod';
import { fingerprint } from '../../crypto/hash.ts';
import { givenId, idSchema, platformSchema } from '../../events/event.ts';
import { type DisputeList, disputePartition, disputesPartition, keys } from '../keys.ts';
import type { Table } from '../table.ts';

const instant = z.iso.datetime({ offset: true });

const answerSchema = z.object({
  accept: z.boolean(),
  reason: z.string(),
  /** The contract that makes it theirs. */
  contractId: z.string().nullable(),
  actor: z.string(),
  at: instant,
  /** Of an acceptance: what attributes it again, with what was recorded until `at`, and of which days. */
  restatementId: z.string().nullable(),
  from: z.iso.date().nullable(),
  to: z.iso.date().nullable(),
});
export type DisputeAnswer = z.infer<typeof answerSchema>;

/** A provider says that a redemption is its own. One item; each change is one put, guarded by `step`. */
const disputeSchema = z.object({
  disputeId: z.string(),
  providerId: idSchema,
  platform: platformSchema,
  merchantId: idSchema,
  voucherId: idSchema,
  /** How often this provider disputed this voucher, with this time. */
  number: z.int().min(1),
  reason: z.string(),
  /** Its own contract, by which it says so. */
  contractId: z.string().nullable(),
  raisedBy: z.string(),
  raisedAt: instant,
  step: z.int(),
  /** The last is in force. More than one: what an acceptance began was stopped, and begun again. */
  answers: z.array(answerSchema),
});
export type Dispute = z.infer<typeof disputeSchema>;

export type DisputePlace = Pick<Dispute, 'providerId' | 'platform' | 'voucherId' | 'number'>;

const nameSchema = z.tuple([
  z.literal('dispute'),
  givenId(),
  platformSchema,
  givenId(),
  z.int().min(1).max(999_999),
]);

/** The id outside: it says where the dispute stands, so that it is found without an index. */
export function disputeIdOf({ providerId, platform, voucherId, number }: DisputePlace): string {
  const name = JSON.stringify(['dispute', providerId, platform, voucherId, number]);
  return Buffer.from(name).toString('base64url');
}

/** @returns undefined for what `disputeIdOf` did not write */
export function placeOfDispute(disputeId: string): DisputePlace | undefined {
  if (!/^[\w-]+$/.test(disputeId)) return undefined;
  try {
    const text = Buffer.from(disputeId, 'base64url').toString('utf8');
    const [, providerId, platform, voucherId, number] = nameSchema.parse(JSON.parse(text));
    const place = { providerId, platform, voucherId, number };
    // One name for each: another way to write the same is none.
    return disputeIdOf(place) === disputeId ? place : undefined;
  } catch {
    return undefined;
  }
}

export async function readDispute(
  table: Table,
  { providerId, platform, voucherId, number }: DisputePlace,
): Promise<Dispute | undefined> {
  const item = await table.get(keys.dispute(providerId, platform, voucherId, number));
  return item === undefined ? undefined : disputeSchema.parse(item);
}

/** The latest that a provider raised of a voucher. */
export async function latestDispute(
  table: Table,
  { providerId, platform, voucherId }: Omit<DisputePlace, 'number'>,
): Promise<Dispute | undefined> {
  const pk = disputePartition(providerId, platform, voucherId);
  for await (const item of table.query(pk, { backwards: true, limit: 1 })) {
    return disputeSchema.parse(item);
  }
  return undefined;
}

/** Lists it, then writes it: what stands is listed. @returns false when another one took its number */
export async function createDispute(table: Table, dispute: Dispute): Promise<boolean> {
  const { disputeId, raisedAt, providerId, platform, voucherId, number } = dispute;
  for (const [list, own] of LISTS(providerId)) {
    await table.put(keys.listedDispute(list, own, listed(dispute)), { disputeId, raisedAt }, null);
  }
  return table.put(keys.dispute(providerId, platform, voucherId, number), dispute);
}

/** @returns false when somebody wrote it since it was read */
export async function saveDispute(table: Table, dispute: Dispute, read: number): Promise<boolean> {
  const { providerId, platform, voucherId, number } = dispute;
  return table.put(keys.dispute(providerId, platform, voucherId, number), dispute, {
    expression: 'step = :step',
    values: { ':step': read },
  });
}

/** Takes one that is over off the lists of those that are not. */
export async function unlistDispute(table: Table, dispute: Dispute): Promise<void> {
  for (const own of [dispute.providerId, null]) {
    await table.delete(keys.listedDispute('open', own, listed(dispute)));
  }
}

export interface ListedDispute {
  readonly dispute: Dispute;
  /** Where a list goes on. */
  readonly sk: string;
}

/**
 * The newest first. One that was listed and never written is passed over, and so is a number that another took.
 * @param before only those before this sort key
 */
export async function* listDisputes(
  table: Table,
  list: DisputeList,
  providerId: string | null,
  { from, to }: { readonly from: string; readonly to: string },
  before?: string,
): AsyncGenerator<ListedDispute | { readonly dispute: null; readonly sk: string }> {
  // '~' sorts after every instant of a day.
  const end = before !== undefined && before < `${to}~` ? before : `${to}~`;
  if (end < from) return;
  const options = { between: [from, end] as const, backwards: true };
  for await (const item of table.query(disputesPartition(list, providerId), options)) {
    if (item.sk === before) continue;
    const place = placeOfDispute(String(item.disputeId));
    const found = place === undefined ? undefined : await readDispute(table, place);
    const isIt = found !== undefined && found.raisedAt === item.raisedAt;
    yield { dispute: isIt ? found : null, sk: item.sk };
  }
}

const LISTS = (providerId: string): [DisputeList, string | null][] => [
  ['all', providerId],
  ['all', null],
  ['open', providerId],
  ['open', null],
];

/** Where it stands in a list: by when it was raised. */
function listed({ raisedAt, disputeId }: Dispute): string {
  return `${raisedAt}#${fingerprint(disputeId).slice(0, 16)}`;
}
