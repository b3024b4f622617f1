import type { Hono } from 'hono';
import { policyKnownAt, policySchema } from '../../../lib/attribution/policy.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { appendPolicy, readPolicies } from '../../../lib/store/accounts/policies.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { noteChange } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { answer, forEither, forOperator } from '../route.ts';

const policyBody = policySchema
  .strict()
  .refine(({ order }) => new Set(order).size === order.length, {
    path: ['order'],
    message: 'names each mode once',
  });

export const policiesGet = forEither('GET /v1/policies', { needs: 'contracts:read' });

export const policyPost = forOperator('POST /v1/policies', {
  needs: 'policies:write',
  body: policyBody,
});

const MAX_TRIES = 5;

/** How GMV is measured and contracts are tried: versions that are only added. */
export function policiesRoutes(api: Hono, deps: ApiDeps): void {
  answer(api, deps, policiesGet, async (_call, c) => {
    const policies = await readPolicies(deps.table);
    const current = policyKnownAt(policies, toInstant(deps.now()), deps.policy);
    return c.json({ current, policies });
  });

  /** Holds for what is recorded from now on; the past is restated when the operator asks for it. */
  answer(api, deps, policyPost, async ({ body: policy }, c) => {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const log = await readPolicies(deps.table);
      const version = (log.at(-1)?.version ?? 0) + 1;
      const recordedAt = toInstant(deps.now());
      const recorded = { ...policy, version, recordedAt, recordedBy: 'operator' };
      if (!(await appendPolicy(deps.table, recorded))) continue;
      noteChange(c, { subject: `policy/${version}`, before: log.at(-1) ?? null, after: recorded });
      return c.json(recorded, 201);
    }
    throw new Problem('internal', 'Other policies were recorded at once. Try again.');
  });
}
