import type { Platform } from '../../lib/events/id.ts';
import type { App } from '../../lib/integrations/kit/app.ts';
import type { PlatformRequests } from '../../lib/integrations/kit/platform-requests.ts';
import type { PrepareContext } from '../../lib/integrations/kit/prepare.ts';
import type { KnownAct, TillContext } from '../../lib/integrations/kit/till.ts';
import { readStore } from '../../lib/store/accounts/parties.ts';
import { tillActsOf } from '../../lib/store/deliveries/till-acts.ts';
import type { TillRequest } from '../../lib/store/deliveries/till-requests.ts';
import { claimUse } from '../../lib/store/deliveries/use-claims.ts';
import { knownOf } from '../../lib/store/known.ts';
import { readEvents } from '../../lib/store/ledger/events.ts';
import type { Table } from '../../lib/store/table.ts';
import type { ApiDeps } from './deps.ts';
import { isBooked } from './pipeline-state.ts';

/** After the last answer the acts are kept; whoever has not done that by then, has died. */
const CLAIM_MARGIN_MS = 4_000;

/** What an integration is given for one try of a request. @param deadlineMs epoch ms of its last answer */
export function contextOf(
  app: App,
  platform: Platform,
  request: TillRequest,
  deps: ApiDeps & { readonly deadlineMs: number; readonly requests: PlatformRequests },
): TillContext {
  const { table, fetch, now, tokens, budgets, deadlineMs, requests } = deps;
  return {
    ...{ app, fetch, now, tokens, deadlineMs, requests, calls: budgets.of(app, 'till') },
    ...knownOf(table, platform),
    startedAtMs: request.startedAtMs,
    notes: request.notes,
    note: (notes) => request.note(notes),
    merchantOfStore: async (storeId) => (await readStore(table, platform, storeId))?.merchantId,
    actsOf: (voucherId) => knownActs(table, platform, voucherId),
    claimUse: (voucherId) => {
      const { integration, appKey } = app;
      const untilMs = deadlineMs + CLAIM_MARGIN_MS;
      const claim = { integration, appKey, requestId: request.requestId, untilMs };
      return claimUse(table, { platform, voucherId }, claim, now());
    },
    mayLag: async () => !(await isBooked(deps)),
  };
}

/** What an integration is given to look behind a code. @param deadlineMs epoch ms of its last answer */
export function prepareContextOf(
  app: App,
  platform: Platform,
  deps: ApiDeps & { readonly deadlineMs: number; readonly requests: PlatformRequests },
): PrepareContext {
  const { table, fetch, now, tokens, budgets, deadlineMs, requests } = deps;
  return {
    ...{ app, fetch, now, tokens, deadlineMs, requests, calls: budgets.of(app, 'till') },
    startedAtMs: now(),
    merchantOfStore: async (storeId) => (await readStore(table, platform, storeId))?.merchantId,
  };
}

/** A voucher's uses and reversals: as its events report them, and the till's own that are still on their way. */
export async function knownActs(
  table: Table,
  platform: Platform,
  voucherId: string,
): Promise<readonly KnownAct[]> {
  const events = await readEvents(table, { of: 'voucher', platform, id: voucherId });
  const byEvent = new Map<string, KnownAct>();
  for (const act of await tillActsOf(table, platform, voucherId)) byEvent.set(act.eventId, act);
  for (const event of events) {
    if (event.kind === 'voucher.redeemed') {
      const { kind, redemptionId, orderId, merchantId, storeId, sale, occurredAt } = event;
      const { productId } = sale;
      const use = { kind, redemptionId, orderId, merchantId, storeId, productId, occurredAt };
      byEvent.set(event.eventId, use);
    } else if (event.kind === 'voucher.redemption_reversed') {
      const { kind, eventId, orderId, merchantId, occurredAt } = event;
      // Of an act that we made an id up for, the event's own id says which.
      const redemptionId = event.redemptionId ?? eventId.replace(/^reversed:/, '');
      const where = { storeId: null, productId: null };
      byEvent.set(eventId, { kind, redemptionId, orderId, merchantId, ...where, occurredAt });
    }
  }
  return [...byEvent.values()];
}
