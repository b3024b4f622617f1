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
import {
  type RefusedProposal,
  readRefused,
  refuseProposal,
} from '../../../lib/store/accounts/refused-proposals.ts';
import { readEvents } from '../../../lib/store/ledger/events.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import { contractBody } from '../contract-body.ts';
import { recordContract } from '../contracts.ts';
import type { ApiDeps } from '../deps.ts';
import { lineInput } from '../input.ts';
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

/** Tells the platform nothing: what a cooperation is there is decided in its console. A contract may still be made of it. */
export const proposalRefusePost = forOperator(
  'POST /v1/contract-proposals/{platform}/{merchantId}/{cooperationId}/refuse',
  {
    needs: 'contracts:write',
    params: z.object({ ...merchantShape, cooperationId: givenId() }),
    body: z.strictObject({ reason: lineInput(500) }),
  },
);

/** The cooperations that platforms report, to be confirmed as contracts by the operator. */
export function contractProposalsRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, proposalsGet, async ({ query: { platform, merchantId } }, c) => {
    const cooperations = await readCooperations(platform, merchantId, deps);
    const log = latestVersions(await readContracts(deps.table, platform, merchantId));
    const refused = await readRefused(deps.table, { platform, merchantId });
    const proposals = [...cooperations].map(([cooperationId, events]) => {
      const confirmed = log.find((one) => one.cooperationId === cooperationId);
      return {
        ...{ cooperationId, ...stateOf(events) },
        contractId: confirmed?.contractId ?? null,
        refused: shownRefusal(refused.get(cooperationId)),
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
    await requireCooperation(params, deps);
    const recorded = await recordContract(proposal, deps, cooperationId);
    noteContract(c, recorded);
    return c.json(answerOf(recorded), recorded.standing ? 200 : 201);
  });

  answer(api, deps, proposalRefusePost, async ({ params, body, principal }, c) => {
    const { platform, merchantId, cooperationId } = params;
    await requireCooperation(params, deps);
    const log = latestVersions(await readContracts(deps.table, platform, merchantId));
    const confirmed = log.find((one) => one.cooperationId === cooperationId);
    if (confirmed !== undefined) {
      const detail = `cooperationId: it stands as contract ${confirmed.contractId}; end that one`;
      throw new Problem('request-invalid', detail, { fields: ['cooperationId'] });
    }
    const at = toInstant(deps.now());
    const own = { cooperationId, reason: body.reason, actor: principal.actor, at };
    const refused = await refuseProposal(deps.table, params, own);
    const subject = `contract-proposal/${platform}/${merchantId}/${cooperationId}`;
    noteChange(c, { subject, after: refused, isChange: refused.at === at });
    return c.json({ cooperationId, refused: shownRefusal(refused) });
  });
}

function shownRefusal(refused: RefusedProposal | undefined) {
  if (refused === undefined) return null;
  const { reason, actor, at } = refused;
  return { reason, actor, at };
}

/** @throws Problem `not-found` */
async function requireCooperation(
  {
    platform,
    merchantId,
    cooperationId,
  }: { readonly platform: Platform; readonly merchantId: string; readonly cooperationId: string },
  deps: ApiDeps,
): Promise<void> {
  if ((await readCooperations(platform, merchantId, deps)).has(cooperationId)) return;
  throw new Problem('not-found', 'The platform reported no such cooperation with this merchant.');
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
