import * as z from 'zod';
import { policyKnownAt } from '../../lib/attribution/policy.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { PLATFORMS } from '../../lib/events/id.ts';
import { reversalWindowMs } from '../../lib/integrations/registry.ts';
import { type Holding, isAdjustment, lineOf } from '../../lib/ledger/statement.ts';
import { draftEntries, draftPlaceSchema } from '../../lib/statements/draft.ts';
import { readPolicies } from '../../lib/store/accounts/policies.ts';
import type { StatementId } from '../../lib/store/keys.ts';
import { entryRef } from '../../lib/store/ledger/entry-ref.ts';
import type { ApiDeps } from './deps.ts';

/** How the cursors of a draft begin: those of a statement begin with the key of a line. */
const DRAFT = 'DRAFT#';

const place = z.string().startsWith(DRAFT);

/** How long entries are held, by what is known at an instant. */
export async function holdingAt(asOf: string, { table, policy }: ApiDeps): Promise<Holding> {
  const { holdingDays } = policyKnownAt(await readPolicies(table), asOf, policy);
  const windows = PLATFORMS.map((platform) => [platform, reversalWindowMs(platform)]);
  return { reversalWindowsMs: Object.fromEntries(windows), holdingDays };
}

/**
 * A page of the lines that a month would have if it were closed at an instant.
 * @throws Problem `cursor-foreign` for the cursor of a statement that is closed
 */
export async function draftLines(
  id: StatementId,
  asOf: string,
  { cursor, limit }: { readonly cursor: string | null; readonly limit: number },
  deps: ApiDeps,
) {
  if (cursor !== null && !place.safeParse(cursor).success) {
    throw new Problem('cursor-foreign', 'The cursor is of a closed statement; this is a draft.');
  }
  const from = cursor && draftPlaceSchema.parse(JSON.parse(cursor.slice(DRAFT.length)));
  const known = { holding: await holdingAt(asOf, deps), asOf };
  const { entries, next } = await draftEntries(deps.table, id, known, {
    from: from || null,
    limit,
  });
  const lines = entries.map((entry) => {
    const { evidence: _, ...line } = lineOf(entry);
    const adjustment = isAdjustment(line, id.month);
    return { ...line, entryId: entryRef(entry), adjustment };
  });
  return { lines, next: next && `${DRAFT}${JSON.stringify(next)}` };
}
