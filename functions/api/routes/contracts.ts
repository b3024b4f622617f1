import type { Hono } from 'hono';
import * as z from 'zod';
import {
  type ContractVersion,
  latestVersions,
  overlapping,
} from '../../../lib/attribution/contract.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { idSchema, platformSchema } from '../../../lib/events/event.ts';
import { appendContract, readContracts } from '../../../lib/store/contracts.ts';
import { readMerchant, readProvider } from '../../../lib/store/registry.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import type { ApiDeps } from '../deps.ts';
import { instantInput, readBody } from '../input.ts';
import { requireOperator } from '../principal.ts';

const contractBody = z
  .strictObject({
    providerId: idSchema,
    platform: platformSchema,
    merchantId: idSchema,
    mode: z.enum(['agency', 'special']),
    shareBp: z.int().min(1).max(10_000).default(10_000),
    rateBp: z.int().min(0).max(10_000),
    startsAt: instantInput,
    endsAt: instantInput.nullish().transform((value) => value ?? null),
  })
  .refine(({ startsAt, endsAt }) => endsAt === null || endsAt > startsAt, {
    path: ['endsAt'],
    message: 'must be after startsAt',
  });

type Proposal = z.infer<typeof contractBody>;

/** Another writer at the same merchant is rare; one that wins this often is not another writer. */
const MAX_TRIES = 5;

/** `POST /v1/contracts`: adds a contract to its merchant's log. */
export function contractsRoute(api: Hono, deps: ApiDeps): void {
  api.post('/v1/contracts', async (c) => {
    await requireOperator(c, deps);
    const proposal = await readBody(c, contractBody);
    await requireParties(proposal, deps);
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const version = await nextVersion(proposal, deps);
      if (await appendContract(deps.table, version)) {
        return c.json({ contractId: version.contractId }, 201);
      }
    }
    throw new Problem(
      'internal',
      'Other contracts of this merchant were written at once. Try again.',
    );
  });
}

async function requireParties({ providerId, platform, merchantId }: Proposal, deps: ApiDeps) {
  if ((await readProvider(deps.table, providerId)) === undefined) {
    throw new Problem('provider-unknown', 'Register it first with PUT /v1/providers/{providerId}.');
  }
  if ((await readMerchant(deps.table, platform, merchantId)) === undefined) {
    throw new Problem('merchant-unknown', 'Register it first with PUT /v1/merchants/….');
  }
}

/** The proposal at the next number of its merchant's log, checked against all before it. */
async function nextVersion(proposal: Proposal, deps: ApiDeps): Promise<ContractVersion> {
  const { platform, merchantId } = proposal;
  const log = await readContracts(deps.table, platform, merchantId);
  const rivals = overlapping(proposal, latestVersions(log));
  if (rivals.length > 0) {
    const named = rivals.map((rival) => `${rival.contractId} of ${rival.providerId}`).join(', ');
    const detail = `With ${named} the shares would pass 10000. Share less, or start after it ends.`;
    throw new Problem('contract-overlap', detail);
  }
  const version = (log.at(-1)?.version ?? 0) + 1;
  // The id says where the contract's log is, so that it can be found without an index.
  const contractId = `${version}.${platform}.${merchantId}`;
  return { ...proposal, contractId, version, recordedAt: toInstant(deps.now()) };
}
