import type { Budgets } from '../../lib/integrations/kit/call-budget.ts';

/** For tests that are about something else: platforms limit nobody. */
export const UNLIMITED: Budgets = { of: () => ({ turn: async () => {} }) };
