import type { Hono } from 'hono';
import * as z from 'zod';
import { sameText } from '../../../lib/crypto/hash.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { givenId } from '../../../lib/events/event.ts';
import type { App, Secrets } from '../../../lib/integrations/kit/app.ts';
import { findIntegration, integrationNames } from '../../../lib/integrations/registry.ts';
import { putApp, readKeptSecrets, readRegistered } from '../../../lib/store/accounts/parties.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { fingerprintOf, urlsOf, withoutSecrets } from '../app-view.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { check } from '../input.ts';
import { answer, forOperator } from '../route.ts';

const bodySchema = z.strictObject({
  secrets: z.unknown().optional(),
  /** Where AWS Secrets Manager keeps them instead: the functions may read no other place. */
  secretId: z
    .string()
    .regex(/^hexiao\/[a-z][a-z0-9-]*\/apps\/[\w/+=.@-]{1,400}$/, 'hexiao/<stage>/apps/…')
    .refine((path) => !path.split('/').some(isNoName), 'between two / stands a name, not . or ..')
    .optional(),
  settings: z.unknown().optional(),
});

/** Of a path: nothing, this folder, the one above. */
function isNoName(segment: string): boolean {
  return segment === '' || segment === '.' || segment === '..';
}

export const appPut = forOperator('PUT /v1/apps/{integration}/{appKey}', {
  needs: 'registry:write',
  params: z.object({ integration: z.string(), appKey: givenId() }),
  body: bodySchema,
});

/** `PUT /v1/apps/{integration}/{appKey}`: registers an app's live secrets and settings, whole. */
export function appsRoute(api: Hono, deps: ApiDeps): void {
  answer(api, deps, appPut, async ({ params, body }, c) => {
    const { appKey } = params;
    const integration = findIntegration(params.integration);
    if (integration === undefined) {
      const names = integrationNames().join(', ');
      throw new Problem('integration-unknown', `Use one of: ${names}.`);
    }
    const { secretId } = body;
    const { settings } = check(z.object({ settings: integration.settings }), {
      settings: body.settings ?? {},
    });
    const given = secretId === undefined || body.secrets !== undefined;
    const sent = given
      ? check(z.object({ secrets: integration.secrets }), body).secrets
      : undefined;
    const place = secretId === undefined ? {} : { secretId };
    const secrets = secretId === undefined ? (sent ?? {}) : {};
    const before = await readRegistered(deps.table, integration.name, appKey);
    const now = toInstant(deps.now());
    const registeredAt = before?.registeredAt ?? now;
    const since = sinceOf(secrets, before, now);
    const app = {
      integration: integration.name,
      appKey,
      secrets,
      settings,
      ...place,
      registeredAt,
      since,
      ...(before?.archivedAt === undefined ? {} : { archivedAt: before.archivedAt }),
    };
    if (secretId !== undefined) {
      const kept = await keptAt(secretId, integration.secrets);
      await requireKnown(app, kept, sent, deps);
    }
    await putApp(deps.table, app);
    noteChange(c, {
      subject: `app/${integration.name}/${appKey}`,
      before: before === undefined ? null : withoutSecrets(before),
      after: withoutSecrets(app),
    });
    // Secrets go in and never come out.
    const live = Object.fromEntries(
      Object.entries(secrets).map(([name, all]) => [name, all.length]),
    );
    const urls = urlsOf(c, integration.name, appKey);
    const shown = { integration: integration.name, appKey, liveSecrets: live, settings };
    return c.json({ ...shown, ...place, ...urls });
  });
}

/** What stays live is live since when it was. */
function sinceOf(secrets: Secrets, before: App | undefined, now: string): Record<string, string> {
  const live = Object.values(secrets).flat().map(fingerprintOf);
  return Object.fromEntries(live.map((one) => [one, before?.since?.[one] ?? now]));
}

/**
 * Secrets that are kept elsewhere are sent to whatever address stands beside them. So only who knows them
 * may name another address, or name an address for other secrets.
 */
async function requireKnown(
  app: App,
  kept: Secrets,
  sent: Secrets | undefined,
  { table }: ApiDeps,
): Promise<void> {
  if (sent !== undefined) {
    if (knows(sent, kept)) return;
    throw new Problem('request-invalid', NOT_THOSE);
  }
  const addresses = addressesIn(app);
  if (addresses === NO_ADDRESSES) return;
  const standing = await readRegistered(table, app.integration, app.appKey);
  const isSame = standing !== undefined && standing.secretId === app.secretId;
  if (isSame && addressesIn(standing) === addresses) return;
  throw new Problem('request-invalid', NAME_THEM);
}

/**
 * A change of settings alone names no other address of the platform's API where the secrets are kept elsewhere.
 * @throws Problem `request-invalid`
 */
export function requireSameAddress(before: App, settings: App['settings']): void {
  if (before.secretId === undefined) return;
  if (addressesIn(before) === addressesIn({ settings })) return;
  throw new Problem('request-invalid', NAME_THEM);
}

/** Without it every webhook of the app would be refused, long after. @throws Problem `secret-unreadable` */
async function keptAt(secretId: string, schema: z.ZodType<Secrets>): Promise<Secrets> {
  try {
    return schema.parse(await readKeptSecrets(secretId));
  } catch (cause) {
    throw new Problem('secret-unreadable', UNREADABLE, { cause });
  }
}

const UNREADABLE =
  'secretId: there must be a secret there that this installation may read, as JSON of what stands under ' +
  '"secrets" for this integration. Nothing was changed.';

const NOT_THOSE =
  'secrets: beside secretId, give all that is kept there, as it is now, or leave it out.';

const NAME_THEM =
  'settings: with another address of the platform’s API, give the secrets that are kept at secretId ' +
  'as well. They are compared and not stored.';

/** Each kind of secret is given, and what is given is live. */
function knows(sent: Secrets, kept: Secrets): boolean {
  const isLive = (name: string, secret: string) =>
    (kept[name] ?? []).some((live) => sameText(live, secret));
  return (
    Object.keys(kept).every((name) => sent[name] !== undefined) &&
    Object.entries(sent).every(([name, all]) => all.every((secret) => isLive(name, secret)))
  );
}

/** Every setting that names one, whatever the integration calls it. */
function addressesIn({ settings }: Pick<App, 'settings'>): string {
  const named = Object.entries(settings).filter(
    ([, value]) => typeof value === 'string' && URL.canParse(value),
  );
  return JSON.stringify(named.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

const NO_ADDRESSES = JSON.stringify([]);
