import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { idSchema } from '../../../lib/events/event.ts';
import type { Secrets } from '../../../lib/integrations/app.ts';
import { findIntegration, integrationNames } from '../../../lib/integrations/registry.ts';
import { putApp } from '../../../lib/store/registry.ts';
import type { ApiDeps } from '../deps.ts';
import { check, readBody } from '../input.ts';
import { requireOperator } from '../principal.ts';

const bodySchema = z.strictObject({
  secrets: z.unknown().optional(),
  /** Where AWS Secrets Manager keeps them instead: the functions may read no other place. */
  secretId: z
    .string()
    .regex(/^hexiao\/[a-z][a-z0-9-]*\/apps\/[\w/+=.@-]{1,400}$/, 'hexiao/<stage>/apps/…')
    .optional(),
  settings: z.unknown().optional(),
});

/** `PUT /v1/apps/{integration}/{appKey}`: registers an app's live secrets and settings, whole. */
export function appsRoute(api: Hono, deps: ApiDeps): void {
  api.put('/v1/apps/:integration/:appKey', async (c) => {
    await requireOperator(c, deps);
    const integration = findIntegration(c.req.param('integration'));
    if (integration === undefined) {
      const names = integrationNames().join(', ');
      throw new Problem('integration-unknown', `Use one of: ${names}.`);
    }
    const body = await readBody(c, bodySchema);
    const appKey = check(idSchema, c.req.param('appKey'));
    const { secretId } = body;
    const secrets = secretId === undefined ? secretsIn(body, integration.secrets) : noneIn(body);
    const { settings } = check(z.object({ settings: integration.settings }), {
      settings: body.settings ?? {},
    });
    const place = secretId === undefined ? {} : { secretId };
    const app = { integration: integration.name, appKey, secrets, settings, ...place };
    await putApp(deps.table, app);
    // Secrets go in and never come out.
    const live = Object.fromEntries(
      Object.entries(secrets).map(([name, all]) => [name, all.length]),
    );
    return c.json({ integration: app.integration, appKey, liveSecrets: live, settings, ...place });
  });
}

function secretsIn(body: object, schema: z.ZodType<Secrets>): Secrets {
  return check(z.object({ secrets: schema }), body).secrets;
}

function noneIn({ secrets }: { secrets?: unknown }): Secrets {
  if (secrets === undefined) return {};
  throw new Problem('request-invalid', 'Give secrets or secretId, not both.');
}
