import type { App } from '../../lib/integrations/kit/app.ts';
import type { ResolveContext } from '../../lib/integrations/kit/integration.ts';
import { LiveTokens } from '../../lib/integrations/kit/live-tokens.ts';
import type { TillContext } from '../../lib/integrations/kit/till.ts';
import { MemoryTokens } from '../../lib/integrations/kit/token-store.ts';

/** What an integration is given, for tests of one: nothing is known of anything unless the test says so. */

const NOW_MS = 1_795_312_800_123;

export function resolveContext(app: App, over: Partial<ResolveContext> = {}): ResolveContext {
  return { ...known(app), answers: 0, ...over };
}

/**
 * For one try of a request. `note` gives back what it is given.
 * @public the till tests that `add-integration` writes import it
 */
export function tillContext(app: App, over: Partial<TillContext> = {}): TillContext {
  return {
    ...known(app),
    startedAtMs: NOW_MS,
    notes: undefined,
    note: async (notes) => notes,
    actsOf: async () => [],
    claimUse: async () => true,
    mayLag: async () => false,
    merchantOfStore: async () => undefined,
    ...over,
  };
}

function known(app: App): Omit<ResolveContext, 'answers'> {
  return {
    app,
    fetch: globalThis.fetch,
    now: () => NOW_MS,
    tokens: new LiveTokens(new MemoryTokens()),
    deadlineMs: NOW_MS + 10_000,
    calls: { turn: async () => {} },
    history: async () => [],
    payment: async () => undefined,
    vouchersOf: async () => [],
    isKnownStore: async () => true,
    storesOf: async () => [],
  };
}
