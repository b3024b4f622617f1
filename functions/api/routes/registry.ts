import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { mapLimit } from '../../../lib/async/map-limit.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId, platformSchema } from '../../../lib/events/event.ts';
import { listRegistered, type Place } from '../../../lib/store/accounts/listed.ts';
import {
  readKeptSecrets,
  readMerchant,
  readProvider,
  readRegistered,
  readStore,
  storesOfMerchant,
} from '../../../lib/store/accounts/parties.ts';
import { fingerprintsOf, urlsOf } from '../app-view.ts';
import { isListed } from '../archived.ts';
import { writeCursor } from '../cursors.ts';
import type { ApiDeps } from '../deps.ts';
import { cursorInput, limitInput } from '../input.ts';
import { merchantParams } from '../merchant.ts';
import { answer, forOperator } from '../route.ts';

/** Also what is archived. */
const archived = z.enum(['true', 'false']).default('false');

const page = {
  limit: limitInput(50, 200),
  cursor: cursorInput(z.array(z.string()).min(1).max(2)),
  archived,
};
const needs = 'registry:read';

const READS_AT_ONCE = 16;

export const appsGet = forOperator('GET /v1/apps', { needs, query: z.object(page) });

export const appGet = forOperator('GET /v1/apps/{integration}/{appKey}', {
  needs,
  params: z.object({ integration: givenId(64), appKey: givenId() }),
});

export const providersGet = forOperator('GET /v1/providers', { needs, query: z.object(page) });

export const providerGet = forOperator('GET /v1/providers/{providerId}', {
  needs,
  params: z.object({ providerId: givenId() }),
});

export const merchantsGet = forOperator('GET /v1/merchants', {
  needs,
  query: z.object({ platform: platformSchema, ...page }),
});

export const merchantGet = forOperator('GET /v1/merchants/{platform}/{merchantId}', {
  needs,
  params: merchantParams,
});

export const storesRegistryGet = forOperator('GET /v1/stores-registry', {
  needs,
  query: z.object({ platform: platformSchema, merchantId: givenId(), archived }),
});

export const storeGet = forOperator('GET /v1/stores/{platform}/{storeId}', {
  needs,
  params: z.object({ platform: platformSchema, storeId: givenId() }),
});

/** What is registered, read back: never a secret, but which are live. */
export function registryRoutes(api: Hono, deps: ApiDeps): void {
  const { table } = deps;

  answer(api, deps, appsGet, async ({ query }, c) => {
    const { found, next } = await listed(c, { of: 'apps' }, query);
    const read = await mapLimit(found, READS_AT_ONCE, ([integration, appKey]) =>
      readRegistered(table, integration, appKey),
    );
    const apps = read
      .filter((one) => one !== undefined)
      .filter((one) => isListed(one, query.archived))
      .map(({ integration, appKey, archivedAt }) => ({
        ...{ integration, appKey, ...urlsOf(c, integration, appKey) },
        ...(archivedAt === undefined ? {} : { archivedAt }),
      }));
    return c.json({ apps, next });
  });

  answer(api, deps, appGet, async ({ params: { integration, appKey } }, c) => {
    const app = await readRegistered(table, integration, appKey);
    if (app === undefined) throw nothing('app');
    const secrets = app.secretId === undefined ? app.secrets : await readable(app.secretId);
    const { settings, secretId = null, registeredAt = null, archivedAt } = app;
    const live = secrets === null ? null : fingerprintsOf(secrets, app.since);
    const own = { integration, appKey, settings, secretId, registeredAt, live };
    const since = archivedAt === undefined ? {} : { archivedAt };
    return c.json({ ...own, ...since, ...urlsOf(c, integration, appKey) });
  });

  answer(api, deps, providersGet, async ({ query }, c) => {
    const { found, next } = await listed(c, { of: 'providers' }, query);
    const providers = await Promise.all(found.map(([id]) => readProvider(table, id)));
    const own = providers.filter((one) => one !== undefined);
    return c.json({ providers: own.filter((one) => isListed(one, query.archived)), next });
  });

  answer(api, deps, providerGet, async ({ params: { providerId } }, c) => {
    const provider = await readProvider(table, providerId);
    if (provider === undefined) throw nothing('provider');
    return c.json(provider);
  });

  answer(api, deps, merchantsGet, async ({ query: { platform, ...query } }, c) => {
    const { found, next } = await listed(c, { of: 'merchants', platform }, query);
    const merchants = await Promise.all(found.map(([id]) => readMerchant(table, platform, id)));
    const own = merchants.filter((one) => one !== undefined);
    return c.json({ merchants: own.filter((one) => isListed(one, query.archived)), next });
  });

  answer(api, deps, merchantGet, async ({ params: { platform, merchantId } }, c) => {
    const merchant = await readMerchant(table, platform, merchantId);
    if (merchant === undefined) throw nothing('merchant');
    return c.json(merchant);
  });

  answer(api, deps, storesRegistryGet, async ({ query }, c) => {
    const stores = await storesOfMerchant(table, query.platform, query.merchantId);
    return c.json({ stores: stores.filter((one) => isListed(one, query.archived)) });
  });

  answer(api, deps, storeGet, async ({ params: { platform, storeId } }, c) => {
    const store = await readStore(table, platform, storeId);
    if (store === undefined) throw nothing('store');
    return c.json(store);
  });

  async function listed(
    c: Context,
    place: Place,
    { cursor, limit }: { readonly cursor?: string[] | undefined; readonly limit: number },
  ) {
    const found = await listRegistered(table, place, cursor, limit);
    const last = found.length === limit ? found.at(-1) : undefined;
    return { found, next: last === undefined ? null : writeCursor(c, last) };
  }

  /** Null where Secrets Manager does not give them at this moment. */
  async function readable(secretId: string) {
    try {
      return await readKeptSecrets(secretId);
    } catch {
      return null;
    }
  }
}

function nothing(what: string): Problem {
  return new Problem(
    'not-found',
    `No ${what} is registered by that id. The list has those that are.`,
  );
}
