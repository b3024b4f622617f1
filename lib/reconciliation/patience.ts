import { askAgain } from './ask-again.ts';
import type { Reconciler } from './deps.ts';

/** @throws PlatformError of the last try */
export function patiently<T>(
  ask: () => Promise<T>,
  { context, deps }: Pick<Reconciler, 'context' | 'deps'>,
): Promise<T> {
  const { now, random } = deps;
  return askAgain(ask, { deadlineMs: context.deadlineMs, now, random });
}
