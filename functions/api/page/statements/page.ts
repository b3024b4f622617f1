import type { Context } from 'hono';
import { readStatements } from '../../../../lib/store/ledger/statements.ts';
import type { ApiDeps } from '../../deps.ts';
import { answerPage } from '../page.ts';
import type { Viewer } from '../viewer.ts';
import { statementsView } from './view.ts';

/** `GET /statements`: a provider's statements. */
export async function statementsPage(c: Context, deps: ApiDeps, viewer: Viewer): Promise<Response> {
  const statements = await readStatements(deps.table, viewer.providerId);
  return answerPage(c, {
    title: ({ say }) => say('statements'),
    main: (speech) => statementsView(speech, statements),
    viewer,
  });
}
