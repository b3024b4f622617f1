import type { Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../lib/errors/problem.ts';
import { idSchema } from '../../../lib/events/event.ts';
import { findIntegration, integrationNames } from '../../../lib/integrations/registry.ts';
import { putApp } from '../../../lib/store/registry.ts';
import type { ApiDeps } from '../deps.ts';
import { check, readBody } from '../input.ts';
import { requireOperator } from '../principal.ts';

const bodySchema = z.strictObject({ secrets: z.unknown(), settings: z.unknown().optional() });

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
    const { secrets } = check(z.object({ secrets: integration.secrets }), body);
    const { settings } = check(z.object({ settings: integration.settings }), {
      settings: body.settings ?? {},
    });
    await putApp(deps.table, { integration: integration.name, appKey, secrets, settings });
    // Secrets go in and never come out.
    const live = Object.fromEntries(
      Object.entries(secrets).map(([name, all]) => [name, all.length]),
    );
    return c.json({ integration: integration.name, appKey, liveSecrets: live, settings });
  });
}
