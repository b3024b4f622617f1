import type { Hono } from 'hono';
import * as z from 'zod';
import { latestVersions } from '../../../lib/attribution/contract.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import {
  type Event,
  type EventOf,
  givenId,
  type Platform,
  platformSchema,
} from '../../../lib/events/event.ts';
import { readContracts } from '../../../lib/store/accounts/contracts.ts';
import { readEvents } from '../../../lib/store/ledger/events.ts';
import { contractBody } from '../contract-body.ts';
import { recordContract } from '../contracts.ts';
import type { ApiDeps } from '../deps.ts';
import { answer, forOperator } from '../route.ts';
import { answerOf, noteContract } from './contracts.ts';

type CooperationEvent = EventOf<
  'contract.proposed' | 'contract.accepted' | 'contract.ended' | 'commission.changed'
>;

const merchantShape = { platform: platformSchema, merchantId: givenId() };

/** A platform reports the cooperations of one merchant. */
export const proposalsGet = forOperator('GET /v1/contract-proposals', {
  needs: 'registry:read',
  query: z.object(merchantShape),
});

/** With the contract's body, as the draft has it and with our own provider's id. */
export const proposalConfirmPost = forOperator(
  'POST /v1/contract-proposals/{platform}/{merchantId}/{cooperationId}/confirm',
  {
    needs: 'contracts:write',
    params: z.object({ ...merchantShape, cooperationId: givenId() }),
    body: contractBody,
  },
);

/** The cooperations that platforms report, to be confirmed as contracts by the operator. */
export function contractProposalsRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, proposalsGet, async ({ query: { platform, merchantId } }, c) => {
    const cooperations = await readCooperations(platform, merchantId, deps);
    const log = latestVersions(await readContracts(deps.table, platform, merchantId));
    const proposals = [...cooperations].map(([cooperationId, events]) => {
      const confirmed = log.find((one) => one.cooperationId === cooperationId);
      return {
        ...{ cooperationId, ...stateOf(events) },
        contractId: confirmed?.contractId ?? null,
        draft: draftOf(platform, merchantId, events),
      };
    });
    return c.json({ proposals });
  });

  answer(api, deps, proposalConfirmPost, async ({ params, body: proposal }, c) => {
    const { platform, merchantId, cooperationId } = params;
    if (proposal.platform !== platform || proposal.merchantId !== merchantId) {
      throw new Problem('request-invalid', 'platform, merchantId: must be those of the path');
    }
    if (!(await readCooperations(platform, merchantId, deps)).has(cooperationId)) {
      throw new Problem(
        'not-found',
        'The platform reported no such cooperation with this merchant.',
      );
    }
    const recorded = await recordContract(proposal, deps, cooperationId);
    noteContract(c, recorded);
    return c.json(answerOf(recorded), recorded.standing ? 200 : 201);
  });
}

/** The cooperations of a merchant, each with its events, oldest first. */
async function readCooperations(platform: Platform, merchantId: string, { table }: ApiDeps) {
  const events = await readEvents(table, { of: 'merchant', platform, id: merchantId });
  const cooperations = events
    .filter(isOfCooperation)
    .sort((a, b) => (a.occurredAt < b.occurredAt ? -1 : 1));
  return Map.groupBy(cooperations, (event) => event.cooperationId);
}

const KINDS: ReadonlySet<string> = new Set<CooperationEvent['kind']>([
  'contract.proposed',
  'contract.accepted',
  'contract.ended',
  'commission.changed',
]);

function isOfCooperation(event: Event): event is CooperationEvent {
  return KINDS.has(event.kind);
}

/** The platform's own word for the state, from the last event that is about the cooperation itself. */
function stateOf(events: readonly CooperationEvent[]) {
  const last = events.findLast((event) => event.kind !== 'commission.changed');
  return {
    partnerId: last?.partnerId ?? null,
    kind: last?.kind ?? null,
    state: last?.state ?? null,
    notifiedAt: events.at(-1)?.occurredAt ?? null,
  };
}

/** A contract's body as far as the platform reported it: the operator adds `providerId`, and a missing rate. */
function draftOf(platform: Platform, merchantId: string, events: readonly CooperationEvent[]) {
  const changes = events.filter((event) => event.kind === 'commission.changed');
  const products = changes.flatMap(({ productId, rateBp }) =>
    productId === null || rateBp === null ? [] : [[productId, rateBp] as const],
  );
  const account = changes.findLast(
    ({ productId, rateBp }) => productId === null && rateBp !== null,
  );
  const isByProduct = account === undefined && products.length > 0;
  return {
    ...{ providerId: null, platform, merchantId, mode: 'agency', shareBp: 10_000 },
    ...(isByProduct
      ? { commission: 'product', productRates: Object.fromEntries(products) }
      : { commission: 'account', rateBp: account?.rateBp ?? null }),
    startsAt: events.find((event) => event.kind === 'contract.accepted')?.occurredAt ?? null,
  };
}
