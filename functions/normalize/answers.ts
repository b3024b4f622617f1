import type {
  Hint,
  Integration,
  Resolution,
  ResolveContext,
} from '../../lib/integrations/kit/integration.ts';
import { errorFields, type Log } from '../../lib/log/log.ts';

/** An answer in a shape that the adapter trips over is the platform's, and waits for an adapter that learnt. */
export async function resolve(
  hints: readonly Hint[],
  integration: Integration,
  context: ResolveContext,
  log: Log,
): Promise<readonly Resolution[]> {
  try {
    return (await integration.resolve?.(hints, context)) ?? [];
  } catch (error) {
    if (!isOfContent(error)) throw error;
    log('error', 'answer-unreadable', { integration: integration.name, ...errorFields(error) });
    const why = 'the platform answered in a shape that nobody expected';
    return hints.map(() => ({ outcome: 'wait', why, events: [], stores: [] }));
  }
}

/** What schemas, the JSON reader and the readers of times and amounts throw; the table's errors are none of these. */
function isOfContent(error: unknown): boolean {
  return error instanceof Error && CONTENT_ERRORS.has(error.name);
}

const CONTENT_ERRORS = new Set(['ZodError', '$ZodError', 'JsonError', 'RangeError', 'SyntaxError']);
