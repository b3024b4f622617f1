import { findIntegration } from '../../lib/integrations/registry.ts';
import type { ReconciliationDeps } from '../../lib/reconciliation/deps.ts';
import { reconcileRecords } from '../../lib/reconciliation/run.ts';
import type { HexiaoUnderTest } from './hexiao.ts';

/** What `reconcile` reads the platforms' records with, over a test's Hexiao. */
function recordsDeps(hexiao: HexiaoUnderTest): ReconciliationDeps {
  const { table, intake, fetch, now, tokens, budgets, buyerKey, log } = hexiao.normalizeDeps;
  return {
    ...{ table, intake, fetch, now, tokens, budgets, buyerKey, log },
    ...{ random: () => 0, find: findIntegration },
  };
}

/** One run of the schedule's records, with all the time that it wants; and what comes of it is recorded and booked. */
export async function reconcileOnce(
  hexiao: HexiaoUnderTest,
  deps = recordsDeps(hexiao),
): Promise<void> {
  await reconcileRecords(deps.now() + 3_600_000, deps);
  await hexiao.settle();
}
