import * as z from 'zod';
import { fingerprint } from '../crypto/hash.ts';
import type { Platform } from '../events/event.ts';
import {
  type RefundClaim,
  type RefundRequest,
  refundRequestSchema,
} from '../integrations/kit/records.ts';
import { keys } from '../store/keys.ts';
import type { Condition, Table } from '../store/table.ts';
import { instantToMs, toInstant } from '../time/shanghai.ts';
import { isApprovedByPolicy } from './refund-policy.ts';

/** A refund request with what is ours alone: how far the notification of its decision is. */
export const storedRefundSchema = refundRequestSchema.extend({
  /** How often the platform was notified in vain. Guards the next time. */
  notifications: z.int(),
  /** Epoch ms: when the platform is to be notified, or notified again. */
  notifyAtMs: z.int(),
  /** Why it counts as notified though the platform did not take it. */
  notificationNote: z.string().nullable(),
});
export type StoredRefund = z.infer<typeof storedRefundSchema>;

const REASON_MAX = 200;

const NOT_TOLD: Condition = { expression: 'notifiedAt = :none', values: { ':none': null } };

/** Whether a decision stands of which the platform must still be notified. */
export function isToBeNotified({ status, notifiedAt }: RefundRequest): boolean {
  return status !== 'pending' && notifiedAt === null;
}

/**
 * Files a request once: the same again is answered with what stands, whatever became of it. Where another
 * order's request stands under its id, it is filed under one made of both, and somebody must look at it.
 */
export async function fileRefund(
  table: Table,
  platform: Platform,
  claim: RefundClaim,
  nowMs: number,
): Promise<StoredRefund> {
  const { refundId, orderId } = claim;
  const first = await fileUnder(table, platform, claim, nowMs);
  if (first.orderId === orderId) return first;
  const apart = { ...claim, refundId: idApart(refundId, orderId), isDisputed: true };
  const second = await fileUnder(table, platform, apart, nowMs);
  if (second.orderId === orderId) return second;
  throw new Error('another order has a refund request of an id that is made of this one');
}

/** The platforms name a request once; one that is named again for another order is kept apart from it. */
function idApart(refundId: string, orderId: string): string {
  return `~${fingerprint('refund', refundId, orderId).slice(0, 32)}`;
}

/** @returns what stands under the claim's id, also where it is another order's */
async function fileUnder(
  table: Table,
  platform: Platform,
  claim: RefundClaim & { readonly isDisputed?: boolean },
  nowMs: number,
): Promise<StoredRefund> {
  const standing = await readRefund(table, platform, claim.refundId);
  if (standing !== undefined) return standing;
  const request = await newRequest(table, platform, claim, nowMs);
  // The list first: a request that needs somebody is then always listed, whatever died in between.
  if (request.notifiedAt === null) {
    const { refundId } = claim;
    const entry = { platform, refundId, listedAtMs: nowMs };
    await table.put(keys.openRefund(platform, refundId), entry, null);
  }
  if (await table.put(keys.refundRequest(platform, claim.refundId), request)) return request;
  const other = await readRefund(table, platform, claim.refundId);
  if (other === undefined) throw new Error('a refund request was refused and is not there');
  return other;
}

async function newRequest(
  table: Table,
  platform: Platform,
  { decisionBy, isDisputed = false, ...claim }: RefundClaim & { readonly isDisputed?: boolean },
  nowMs: number,
): Promise<StoredRefund> {
  // Two orders claim one id: no policy knows which of them is right.
  const isApproved =
    decisionBy === 'none' ||
    (!isDisputed && (await isApprovedByPolicy(table, platform, { ...claim, decisionBy })));
  const now = toInstant(nowMs);
  return storedRefundSchema.parse({
    ...claim,
    ...{ platform, requestedAt: now, reason: null },
    status: isApproved ? 'approved' : 'pending',
    decidedBy: isApproved ? 'policy' : null,
    decidedAt: isApproved ? now : null,
    notifiedAt: isApproved && decisionBy !== 'call' ? now : null,
    ...{ notifications: 0, notifyAtMs: nowMs, notificationNote: null },
  });
}

export async function readRefund(
  table: Table,
  platform: Platform,
  refundId: string,
): Promise<StoredRefund | undefined> {
  const item = await table.get(keys.refundRequest(platform, refundId));
  return item === undefined ? undefined : storedRefundSchema.parse(item);
}

/** The id that an order's request of a platform's id was filed under. */
async function idOfOrder(
  table: Table,
  platform: Platform,
  { refundId, orderId }: { readonly refundId: string; readonly orderId: string },
): Promise<string> {
  const standing = await readRefund(table, platform, refundId);
  const isAnothers = standing !== undefined && standing.orderId !== orderId;
  return isAnothers ? idApart(refundId, orderId) : refundId;
}

export interface Decision {
  readonly status: 'approved' | 'refused';
  readonly decidedBy: 'operator' | 'platform';
  /** In words for the buyer; null for an approval. */
  readonly reason: string | null;
}

/** Decides a pending request. @returns false when it is pending no longer, or is not there */
export async function decideRefund(
  table: Table,
  platform: Platform,
  refundId: string,
  decision: Decision,
  nowMs: number,
): Promise<boolean> {
  const fields = { ...decision, decidedAt: toInstant(nowMs), notifyAtMs: nowMs };
  return table.set(keys.refundRequest(platform, refundId), fields, {
    expression: '#status = :pending',
    names: { '#status': 'status' },
    values: { ':pending': 'pending' },
  });
}

/**
 * Takes over what the platform decided by itself: of a pending request, and of one whose decision it
 * was not sent, because then ours came too late. One that was sent stays as it is.
 * @param of.orderId the order that the platform names: another order's request of this id stays as it is
 */
export async function closeRefund(
  table: Table,
  platform: Platform,
  of: { readonly refundId: string; readonly orderId: string },
  { status, reason }: { status: 'approved' | 'refused'; reason: string },
  nowMs: number,
): Promise<void> {
  const refundId = await idOfOrder(table, platform, of);
  const now = toInstant(nowMs);
  const words = status === 'refused' ? reason.slice(0, REASON_MAX) : null;
  const closed = { status, reason: words, decidedBy: 'platform', decidedAt: now, notifiedAt: now };
  // A request that is not there has no notifiedAt, so none is made.
  const key = keys.refundRequest(platform, refundId);
  if (await table.set(key, closed, NOT_TOLD)) await unlist(table, platform, refundId);
  else await unlistIfNotified(table, platform, refundId);
}

/** Marks a decision as sent; `note` says why where the platform did not take it. */
export async function markNotified(
  table: Table,
  { platform, refundId }: RefundRequest,
  note: string | null,
  nowMs: number,
): Promise<void> {
  const fields = { notifiedAt: toInstant(nowMs), notificationNote: note };
  await table.set(keys.refundRequest(platform, refundId), fields, NOT_TOLD);
  await unlist(table, platform, refundId);
}

/**
 * Puts the next notification off.
 * @returns false when another worker did since the request was read: then it is that worker's
 */
export async function putOffNotification(
  table: Table,
  { platform, refundId, notifications }: StoredRefund,
  notifyAtMs: number,
): Promise<boolean> {
  const fields = { notifications: notifications + 1, notifyAtMs };
  return table.set(keys.refundRequest(platform, refundId), fields, {
    expression: 'notifications = :before AND notifiedAt = :none',
    values: { ':before': notifications, ':none': null },
  });
}

/** After a death between the item and its place in the list. */
async function unlistIfNotified(table: Table, platform: Platform, refundId: string) {
  const request = await readRefund(table, platform, refundId);
  if (request !== undefined && request.notifiedAt !== null) await unlist(table, platform, refundId);
}

/** Takes a request off the list of those that need somebody. */
export async function unlist(table: Table, platform: Platform, refundId: string): Promise<void> {
  await table.delete(keys.openRefund(platform, refundId));
}

/** How long a decision has waited to be sent past its time, in ms; negative before it. */
export function lateMs({ notifyAtMs }: StoredRefund, nowMs: number): number {
  return nowMs - notifyAtMs;
}

/** Epoch ms. */
export function decidedAtMs({ decidedAt }: StoredRefund): number {
  return decidedAt === null ? Number.POSITIVE_INFINITY : instantToMs(decidedAt);
}
