import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { type ContractVersion, latestVersions } from '../../../lib/attribution/contract.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId, MAX_NAME_WITH_ID, platformSchema } from '../../../lib/events/id.ts';
import { merchantsOfProvider, readContracts } from '../../../lib/store/accounts/contracts.ts';
import { noteChange } from '../audit.ts';
import { contractBody } from '../contract-body.ts';
import { contractDryRun } from '../contract-dry-run.ts';
import { endContract, recordContract, tryContract, tryEnd } from '../contracts.ts';
import type { ApiDeps } from '../deps.ts';
import { instantInput } from '../input.ts';
import { ownOf } from '../principal.ts';
import { answer, forEither, forOperator } from '../route.ts';
import type { Recorded } from '../standing-contracts.ts';

/** Strict: a misspelt `dryRun` must not write. */
const dryRunQuery = z.strictObject({ dryRun: z.enum(['true', 'false']).optional() });

export const contractPost = forOperator('POST /v1/contracts', {
  needs: 'contracts:write',
  query: dryRunQuery,
  body: contractBody,
});

export const contractEndPost = forOperator('POST /v1/contracts/{contractId}/end', {
  needs: 'contracts:write',
  params: z.object({ contractId: givenId(MAX_NAME_WITH_ID) }),
  query: dryRunQuery,
  body: z.strictObject({ endsAt: instantInput }),
});

const listQuery = z
  .object({
    platform: platformSchema.optional(),
    merchantId: givenId().optional(),
    providerId: givenId().optional(),
    history: z.enum(['true', 'false']).optional(),
  })
  .refine(({ platform, merchantId }) => (platform === undefined) === (merchantId === undefined), {
    message: 'platform and merchantId go together',
  });

/** One merchant's, one provider's or both; a provider sees its own. With `history` every version. */
export const contractsGet = forEither('GET /v1/contracts', {
  needs: 'contracts:read',
  query: listQuery,
});

/** Contracts: recorded, ended, listed. Versions are only added. */
export function contractsRoute(api: Hono, deps: ApiDeps): void {
  answer(api, deps, contractPost, async ({ body, query: { dryRun } }, c) => {
    if (dryRun === 'true') return tried(c, await tryContract(body, deps), deps);
    const recorded = await recordContract(body, deps);
    noteContract(c, recorded);
    return c.json(answerOf(recorded), recorded.standing ? 200 : 201);
  });

  answer(api, deps, contractEndPost, async ({ params, query: { dryRun }, body }, c) => {
    const { contractId } = params;
    const { endsAt } = body;
    if (dryRun === 'true') return tried(c, await tryEnd(contractId, endsAt, deps), deps);
    const recorded = await endContract(contractId, endsAt, deps);
    noteContract(c, recorded);
    return c.json(answerOf(recorded));
  });

  answer(api, deps, contractsGet, async ({ principal, query: wanted }, c) => {
    const { providerId = wanted.providerId } = ownOf(principal, wanted.providerId);
    const logs = await readLogs({ ...wanted, providerId }, deps);
    const versions = logs
      .flatMap((log) => (wanted.history === 'true' ? log : latestVersions(log)))
      .filter((version) => providerId === undefined || version.providerId === providerId);
    return c.json({ contracts: versions });
  });
}

/** Nothing is recorded: a dry run of a restatement, where it says something else of the past, tells who gains and loses. */
async function tried(c: Context, recorded: Recorded, deps: ApiDeps): Promise<Response> {
  const run = await contractDryRun(recorded, deps);
  const { contractId, providerId } = recorded.version;
  noteChange(c, { subject: `contract/${contractId}`, providerId, isChange: false });
  return c.json({ ...answerOf(recorded), dryRun: run });
}

export function noteContract(c: Context, { before, version, standing }: Recorded): void {
  const { contractId, providerId } = version;
  const subject = `contract/${contractId}`;
  const change = { ...(before !== undefined && { before }), after: version };
  noteChange(c, { subject, providerId, ...change, isChange: !standing });
}

/** What is answered when a contract was recorded: what of the past it says something else about. */
export function answerOf({ version, standing, affects }: Recorded) {
  const { contractId, version: number, endsAt } = version;
  return {
    contractId,
    version: number,
    endsAt,
    standing,
    affects,
    restatementDue: affects !== null,
  };
}

async function readLogs(
  { platform, merchantId, providerId }: Omit<z.infer<typeof listQuery>, 'history'>,
  { table }: ApiDeps,
): Promise<ContractVersion[][]> {
  if (platform !== undefined && merchantId !== undefined) {
    return [await readContracts(table, platform, merchantId)];
  }
  if (providerId === undefined) {
    throw new Problem('request-invalid', 'Say whose with ?platform=&merchantId= or ?providerId=.');
  }
  const logs: ContractVersion[][] = [];
  for (const merchant of await merchantsOfProvider(table, providerId)) {
    logs.push(await readContracts(table, merchant.platform, merchant.merchantId));
  }
  return logs;
}
