import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId, platformSchema } from '../../../lib/events/event.ts';
import { findIntegration } from '../../../lib/integrations/registry.ts';
import { forgetLargestName } from '../../../lib/rollups/largest-names.ts';
import {
  type Changed,
  changeApp,
  changeMerchant,
  changeProvider,
  changeStore,
  providerSchema,
  readMerchant,
  readProvider,
  readRegistered,
  readStore,
} from '../../../lib/store/accounts/parties.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { urlsOf, withoutSecrets } from '../app-view.ts';
import { archivedBy } from '../archived.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { check, lineInput } from '../input.ts';
import { merchantParams } from '../merchant.ts';
import { answer, forOperator } from '../route.ts';
import { requireSameAddress } from './apps.ts';

const needs = 'registry:write';
const archived = z.boolean();
const nameSchema = lineInput(200);

export const appPatch = forOperator('PATCH /v1/apps/{integration}/{appKey}', {
  needs,
  params: z.object({ integration: givenId(64), appKey: givenId() }),
  /** A setting that is null is taken away. */
  body: z.strictObject({ settings: z.record(z.string(), z.unknown()), archived }).partial(),
});

export const providerPatch = forOperator('PATCH /v1/providers/{providerId}', {
  needs,
  params: z.object({ providerId: givenId() }),
  /** Of the company that statements name; null takes a field away. */
  body: z
    .strictObject({
      ...{ name: nameSchema, kind: providerSchema.shape.kind, archived },
      legalName: nameSchema.nullable(),
      taxNumber: lineInput(32).nullable(),
      bankName: nameSchema.nullable(),
      bankAccount: lineInput(64).nullable(),
      contact: nameSchema.nullable(),
    })
    .partial(),
});

export const merchantPatch = forOperator('PATCH /v1/merchants/{platform}/{merchantId}', {
  needs,
  params: merchantParams,
  body: z.strictObject({ name: nameSchema, archived }).partial(),
});

export const storePatch = forOperator('PATCH /v1/stores/{platform}/{storeId}', {
  needs,
  params: z.object({ platform: platformSchema, storeId: givenId() }),
  body: z.strictObject({ name: nameSchema, city: lineInput(100).nullable(), archived }).partial(),
});

/** Changes what is named of something registered, and nothing else of it; archives it, or takes that back. */
export function registryChangesRoutes(api: Hono, deps: ApiDeps): void {
  const { table } = deps;
  const now = () => toInstant(deps.now());

  answer(api, deps, appPatch, async ({ params, body }, c) => {
    const { integration, appKey } = params;
    const before = await readRegistered(table, integration, appKey);
    const schema = findIntegration(integration)?.settings;
    if (before === undefined || schema === undefined) throw nothing('app');
    const { settings } = check(z.object({ settings: schema }), {
      settings: withPatch(before.settings, body.settings),
    });
    requireSameAddress(before, settings);
    const { archivedAt } = archivedBy(body.archived, before, now());
    const changed = {
      ...(body.settings === undefined ? {} : { settings }),
      ...(archivedAt === undefined ? {} : { archivedAt }),
    };
    if (Object.keys(changed).length > 0) await changeApp(table, params, changed);
    const after = (await readRegistered(table, integration, appKey)) ?? before;
    const subject = `app/${integration}/${appKey}`;
    noteChange(c, { subject, before: withoutSecrets(before), after: withoutSecrets(after) });
    const shown = { integration, appKey, settings: after.settings };
    const since = after.archivedAt === undefined ? {} : { archivedAt: after.archivedAt };
    return c.json({ ...shown, ...since, ...urlsOf(c, integration, appKey) });
  });

  answer(api, deps, providerPatch, async ({ params: { providerId }, body }, c) => {
    const before = await readProvider(table, providerId);
    if (before === undefined) throw nothing('provider');
    const { archived: wanted, ...named } = body;
    const changed = { ...named, ...archivedBy(wanted, before, now()) };
    if (isAny(changed)) await changeProvider(table, providerId, changed);
    const after = afterwards(before, changed);
    noteChange(c, { subject: `provider/${providerId}`, providerId, before, after });
    return c.json(after);
  });

  answer(api, deps, merchantPatch, async ({ params, body }, c) => {
    const { platform, merchantId } = params;
    const before = await readMerchant(table, platform, merchantId);
    if (before === undefined) throw nothing('merchant');
    const { archived: wanted, ...named } = body;
    const changed = { ...named, ...archivedBy(wanted, before, now()) };
    if (isAny(changed)) await changeMerchant(table, params, changed);
    const after = afterwards(before, changed);
    noteChange(c, { subject: `merchant/${platform}/${merchantId}`, before, after });
    return c.json(after);
  });

  answer(api, deps, storePatch, async ({ params: { platform, storeId }, body }, c) => {
    const before = await readStore(table, platform, storeId);
    if (before === undefined) throw nothing('store');
    const { archived: wanted, ...named } = body;
    // An operator's words are never overwritten by what a platform says.
    const by = isAny(named) ? { namedBy: 'operator' as const } : {};
    const changed = { ...named, ...by, ...archivedBy(wanted, before, now()) };
    if (isAny(changed)) await changeStore(table, before, changed);
    if (isAny(named)) await forgetLargestName(table, before);
    const after = afterwards(before, changed);
    noteChange(c, { subject: `store/${platform}/${storeId}`, before, after });
    return c.json(after);
  });
}

const isAny = (changed: object) => Object.keys(changed).length > 0;

function afterwards<T extends object>(before: T, changed: Changed): object {
  const { archivedAt, ...after } = { ...before, ...changed } as Changed;
  return archivedAt === null || archivedAt === undefined ? after : { ...after, archivedAt };
}

function withPatch(settings: object, patch: object = {}): object {
  const all = Object.entries({ ...settings, ...patch });
  return Object.fromEntries(all.filter(([, value]) => value !== null));
}

function nothing(what: string): Problem {
  return new Problem('not-found', `No ${what} is registered by that id. PUT registers one.`);
}
