import type { Context } from 'hono';
import { Problem } from '../../../lib/errors/problem.ts';
import type { ApiDeps } from '../deps.ts';
import { signInPage, viewerOf } from './guard.ts';
import { answerPage } from './page.ts';
import { problemPage } from './problem.ts';

/**
 * A page for a person where nothing else answered: an address that leads nowhere, or what failed on our side.
 * @returns undefined where not even that can be said
 */
export async function errorPage(
  error: Error,
  c: Context,
  deps: ApiDeps,
): Promise<Response | undefined> {
  const problem =
    error instanceof Problem ? error : new Problem('internal', 'It is logged.', { cause: error });
  try {
    // A page of the API's own, whose session is over.
    if (problem.status === 401) return await answerPage(c, signInPage(deps, null, 401));
    return await answerPage(c, problemPage(problem, await viewerOf(c, deps)));
  } catch {
    return undefined;
  }
}
