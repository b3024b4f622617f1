import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId } from '../../../lib/events/event.ts';
import { platformSchema } from '../../../lib/events/id.ts';
import { requestIdSchema } from '../../../lib/integrations/kit/till.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { prepareVouchers } from '../prepare.ts';
import { chosenOf, prepareIdSchema, readPrepared } from '../prepare-id.ts';
import { answer, forEither } from '../route.ts';
import type { Redeeming } from '../till-acts.ts';
import { requireRealStore } from './merchants.ts';

export const preparePost = forEither('POST /v1/redemptions/prepare', {
  needs: 'till:use',
  body: z
    .strictObject({
      integration: givenId(64).optional(),
      appKey: givenId().optional(),
      platform: platformSchema.optional(),
      storeId: givenId(),
      code: z.string().min(1).max(64).optional(),
      /** What stands in the QR code: a code or a link. */
      qr: z.string().min(1).max(2_048).optional(),
    })
    .refine(
      ({ code, qr }) => (code === undefined) !== (qr === undefined),
      'give code or qr: what the guest shows',
    ),
});

/** `POST /v1/redemptions/prepare`: what stands behind a code (验券准备). Nothing is redeemed by it. */
export function prepareRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, preparePost, async ({ principal, body }, c) => {
    // A look: the trail has who asked for what, and does not list it among the changes.
    noteChange(c, { isChange: false });
    requireRealStore(body.storeId);
    const { vouchers, ...prepared } = await prepareVouchers(principal, body, deps);
    const shown = vouchers.map(({ unusable, ...voucher }) => ({
      ...voucher,
      ...{ usable: unusable === null, reason: unusable },
    }));
    return c.json({ ...prepared, vouchers: shown });
  });
}

const usesSchema = z.int().min(1).max(100);

/** What a prepare showed: which vouchers of it, each how often. */
export const preparedForm = z.strictObject({
  prepareId: prepareIdSchema,
  voucherIds: z
    .array(givenId())
    .min(1)
    .max(100)
    .refine(
      (ids) => new Set(ids).size === ids.length,
      'name each voucher once: uses says how often',
    ),
  /** Of each voucher that it names; a number is of every one. 1 when absent. */
  uses: z.union([usesSchema, z.record(givenId(), usesSchema)]).optional(),
  storeId: givenId(),
  requestId: requestIdSchema,
});

/** A choice among what was prepared, as the act that redeems it. @throws Problem */
export async function chosenAct(
  { prepareId, voucherIds, uses, storeId, requestId }: z.infer<typeof preparedForm>,
  deps: ApiDeps,
): Promise<Redeeming> {
  const prepared = await readPrepared(prepareId, deps);
  if (prepared.storeId !== storeId) {
    throw new Problem('request-invalid', 'storeId: it was prepared in another store.');
  }
  const { integration, appKey, shown, untilMs: beginsBeforeMs } = prepared;
  const chosen = chosenOf(prepared, voucherIds, uses);
  const count = chosen.reduce((sum, one) => sum + one.uses, 0);
  const bare = { order: {}, isNativeCoupon: false };
  const command = { requestId, storeId, count, chosen, ...shown, ...bare };
  return { integration, appKey, verb: 'redeem', command, beginsBeforeMs };
}
