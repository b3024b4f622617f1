import { globSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Only in `npm run test:long`: each of them keeps a core busy for tens of seconds, or waits for clocks. */
export const ONLY_LONG = [
  'test/cli/adding-a-sealed-integration.test.ts',
  'test/cli/adding-an-integration.test.ts',
  'test/console/console.test.ts',
  'test/console/oidc.test.ts',
  'test/console/proof.test.ts',
  'test/console/statement.test.ts',
  'test/console/till.test.ts',
  'test/e2e/command-line.test.ts',
  'test/e2e/first-start.test.ts',
  'test/infra/nag.test.ts',
  'test/infra/runtime.test.ts',
  'test/infra/stages.test.ts',
  'test/pipeline/misbehaviours.test.ts',
  'test/world/losses/losses.test.ts',
  'test/world/web/web.test.ts',
];

/** In both, with more of their cases in the long run: they ask test/support/long.ts. */
export const MORE_IN_LONG = [
  'test/functions/api/as-of.test.ts',
  'test/functions/api/erasure-races.test.ts',
  'test/functions/api/erasures.test.ts',
  'test/functions/api/ids.test.ts',
  'test/functions/api/proof/changed.test.ts',
  'test/functions/api/statement-contents.test.ts',
  'test/functions/api/statements.test.ts',
  'test/functions/api/till/many-tills.test.ts',
  'test/functions/api/till/races.test.ts',
  'test/functions/order-worth.test.ts',
  'test/integrations/call-budget.test.ts',
  'test/integrations/standing-leases.test.ts',
  'test/lib/attribution-ledger.test.ts',
  'test/lib/attribution.test.ts',
  'test/lib/closing-races.test.ts',
  'test/lib/dimension-versions.test.ts',
  'test/lib/dimensions.test.ts',
  'test/lib/estimated-time.test.ts',
  'test/lib/identity-code.test.ts',
  'test/lib/inline-rollups.test.ts',
  'test/lib/json.test.ts',
  'test/lib/keys.test.ts',
  'test/lib/money.test.ts',
  'test/lib/order-refunds.test.ts',
  'test/lib/overall.test.ts',
  'test/lib/reconciliation/work.test.ts',
  'test/lib/slots.test.ts',
  'test/lib/spread.test.ts',
  'test/lib/store-shards.test.ts',
  'test/lib/store.test.ts',
  'test/lib/tiers.test.ts',
  'test/lib/xlsx.test.ts',
  'test/pipeline/burst.test.ts',
  'test/pipeline/crash.test.ts',
  'test/pipeline/grouped-totals.test.ts',
  'test/pipeline/main-job.test.ts',
  'test/pipeline/reconciliation.test.ts',
  'test/pipeline/simulation.test.ts',
  'test/world/engine/seeds-1.test.ts',
  'test/world/engine/seeds-2.test.ts',
  'test/world/store/conditions.test.ts',
  'test/world/store/size.test.ts',
  'test/world/store/sqs.test.ts',
  'test/world/store/table.test.ts',
];

/**
 * All other files go on in the process of their worker, one after the other: there the libraries are loaded and
 * warm, which is half of what a short file costs. test/support/shared-process.ts keeps them apart. These change what
 * a process has one of, for good or while others look: its environment, output or builtins.
 */
export const ALONE = [
  'test/e2e/bundles.test.ts',
  'test/functions/api/kept-secrets.test.ts',
  'test/integrations/store-template.test.ts',
  'test/lib/cli.test.ts',
];

// Every process that a test starts compiles the same sources: the second one finds them compiled.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/compiled');
// What CDK itself thinks of a template is a warning that no test reads, and half of what a synthesis costs.
process.env.CDK_VALIDATION ??= 'false';

const isLong = process.env.HEXIAO_LONG !== undefined;
const every = globSync('test/**/*.test.ts', { cwd: import.meta.dirname })
  .map((path) => path.replaceAll('\\', '/'))
  .toSorted();
const wanted = isLong
  ? [...ONLY_LONG, ...MORE_IN_LONG]
  : every.filter((path) => !ONLY_LONG.includes(path));
const shares = (path: string) => !ALONE.includes(path);

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: wanted.filter((path) => !shares(path)),
        },
      },
      {
        extends: true,
        test: {
          name: 'sharing',
          include: wanted.filter(shares),
          isolate: false,
          setupFiles: ['./test/support/shared-process.ts'],
        },
      },
    ],
    reporters: ['default', './test/integrations/matrix.ts'],
    // Two cores are the smallest machine we promise the tests on. A third worker computes while the others wait: for a
    // process to start, a lease to end, a page to load.
    maxWorkers: 3,
    // Only what hangs is cut off: how long a test may take is a matter of the machine and of who else is on it.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 240_000, interval: 200 } },
  },
});
