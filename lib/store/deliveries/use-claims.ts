import * as z from 'zod';
import type { Platform } from '../../events/id.ts';
import { type Key, keys } from '../keys.ts';
import type { Table } from '../table.ts';
import { hasEnded } from './till-requests.ts';

/**
 * A voucher that a request of the till is using: until its answer is kept, no other request asks the platform for
 * it. Two that press at once would both find no use of it yet, and a platform that says yes to both has no id of
 * the act to tell them apart by.
 */
const claimSchema = z.object({
  integration: z.string(),
  appKey: z.string(),
  requestId: z.string(),
  /** Epoch ms: whoever has not ended then, has died. */
  untilMs: z.int(),
});
type Claim = z.infer<typeof claimSchema>;

/** For the table's own clock to take away. */
const KEPT_SECONDS = 86_400;

/**
 * Takes the voucher for a request, where nobody else is at it: the one before has ended, or its time is over.
 * @returns false where another request is
 */
export async function claimUse(
  table: Table,
  { platform, voucherId }: { readonly platform: Platform; readonly voucherId: string },
  claim: Claim,
  nowMs: number,
): Promise<boolean> {
  const key = keys.useClaim(platform, voucherId);
  const next = { ...claim, expiresAt: Math.floor(nowMs / 1000) + KEPT_SECONDS };
  if (await table.put(key, next)) return true;
  const standing = claimSchema.safeParse(await table.get(key));
  if (!standing.success) return false;
  const { integration, appKey, requestId, untilMs } = standing.data;
  const isOurs =
    integration === claim.integration && appKey === claim.appKey && requestId === claim.requestId;
  const isFree = isOurs || untilMs <= nowMs || (await hasEnded(table, standing.data));
  return isFree && takeOver(table, key, next, standing.data);
}

/** Only from whom it was read of: of two that find it free, one gets it. */
function takeOver(table: Table, key: Key, next: object, from: Claim): Promise<boolean> {
  return table.put(key, next, {
    expression: 'requestId = :requestId AND appKey = :appKey AND untilMs = :untilMs',
    values: { ':requestId': from.requestId, ':appKey': from.appKey, ':untilMs': from.untilMs },
  });
}
