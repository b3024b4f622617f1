import { isDeepStrictEqual } from 'node:util';
import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId, platformSchema } from '../../../lib/events/id.ts';
import { readMerchant, readProvider } from '../../../lib/store/accounts/parties.ts';
import {
  type AdAccount,
  putAdAccount,
  readAdAccounts,
  readAdOwner,
} from '../../../lib/store/growth/ad-accounts.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { windowOf, windowShape } from '../input.ts';
import { answer, forOperator, forProvider } from '../route.ts';

/** As `ad-report.ts` has them, which is loaded when it is asked for. */
const BY = ['day', 'store', 'merchant', 'account'] as const;

/** `oceanengine` (巨量本地推), `kuaishou`, `meituan`; a network that is new needs no code. */
const network = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,39}$/, 'a network is such as oceanengine, kuaishou, meituan');

const MAX_STORES = 500;

export const adAccountPut = forOperator('PUT /v1/ad-accounts/{network}/{accountId}', {
  needs: 'registry:write',
  params: z.object({ network, accountId: givenId() }),
  body: z.strictObject({
    providerId: givenId(),
    platform: platformSchema,
    merchantId: givenId(),
    stores: z.array(givenId()).max(MAX_STORES).optional(),
  }),
});

export const adAccountsGet = forProvider('GET /v1/ad-accounts', { needs: 'reports:read' });

export const adImportPost = forProvider('POST /v1/ad-spend/imports', {
  needs: 'imports:write',
  query: z.strictObject({
    network,
    providerId: z.string().optional(),
    dryRun: z.enum(['true', 'false']).optional(),
    /** `field=heading;field=heading`, where the file’s own headings are others. */
    columns: z.string().max(1_000).optional(),
  }),
});

export const adSpendGet = forProvider('GET /v1/ad-spend', {
  needs: 'reports:read',
  query: z.object({ ...windowShape, by: z.enum(BY).default('day') }),
});

/** What advertising costs beside the GMV. It comes by files, and books nothing. */
export function adSpendRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, adAccountPut, async ({ params: { network: at, accountId }, body }, c) => {
    const { providerId, platform, merchantId, stores = [] } = body;
    const [provider, merchant] = await Promise.all([
      readProvider(deps.table, providerId),
      readMerchant(deps.table, platform, merchantId),
    ]);
    if (provider === undefined) throw unknown('providerId', 'provider');
    if (merchant === undefined) throw unknown('merchantId', 'merchant');
    const owner = await readAdOwner(deps.table, at, accountId);
    const listed = await readAdAccounts(deps.table, providerId);
    const before =
      owner !== providerId
        ? null
        : (listed.find((one) => one.network === at && one.accountId === accountId) ?? null);
    const own = { network: at, accountId, providerId, platform, merchantId };
    const after: AdAccount = { ...own, stores: [...new Set(stores)] };
    await putAdAccount(deps.table, after);
    noteChange(c, {
      ...{ subject: `ad-account/${at}/${accountId}`, before, after },
      providerIds: [...new Set([providerId, ...(owner === undefined ? [] : [owner])])],
      isChange: !isDeepStrictEqual(before, after),
    });
    return c.json(after);
  });

  answer(api, deps, adAccountsGet, async ({ providerId }, c) =>
    c.json({ accounts: await readAdAccounts(deps.table, providerId) }),
  );

  answer(api, deps, adImportPost, async ({ providerId, query }, c) => {
    const { importAdSpend } = await import('../ad-spend-import.ts');
    const { network: at, dryRun, columns = '' } = query;
    const how = { providerId, network: at, dryRun: dryRun === 'true', columns };
    const done = await importAdSpend(new Uint8Array(await c.req.arrayBuffer()), how, deps);
    const { lines, entered, spendFen } = done;
    const after = { network: at, lines, entered, spendFen, refused: done.refused.length };
    const isChange = !done.dryRun && entered > 0;
    noteChange(c, { subject: 'ad-spend/import', providerId, after, isChange });
    return c.json(done);
  });

  answer(api, deps, adSpendGet, async ({ providerId, query }, c) => {
    const { readAdReport } = await import('../ad-report.ts');
    const window = windowOf(query, deps.now());
    return c.json(await readAdReport(deps.table, providerId, window, query.by));
  });
}

function unknown(field: string, what: string): Problem {
  const detail = `${field}: no such ${what} is registered. Register it first.`;
  return new Problem('request-invalid', detail, { fields: [field] });
}
