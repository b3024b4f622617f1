import type { Context } from 'hono';
import * as z from 'zod';
import { readStatements, type Statement } from '../../../../lib/store/ledger/statements.ts';
import { noteChange, withTrail } from '../../audit.ts';
import type { ApiDeps } from '../../deps.ts';
import { answerFile } from '../../files.ts';
import { check } from '../../input.ts';
import { answerPage } from '../page.ts';
import { fileList, type List, listShape } from '../parts/list.ts';
import type { Viewer } from '../viewer.ts';
import { statementColumns, statementsView } from './view.ts';

/** `GET /statements`: a provider's statements. */
export async function statementsPage(c: Context, deps: ApiDeps, viewer: Viewer): Promise<Response> {
  const query = check(z.object(listShape), c.req.query());
  const list: List<Statement> = {
    ...{ name: '', path: '/statements', query, next: null, caption: 'statements' },
    rows: await readStatements(deps.table, viewer.providerId),
    columns: statementColumns,
  };
  const { file } = query;
  if (file !== undefined) {
    // Whatever leaves the house leaves a trace, from a page as from the API.
    noteChange(c, { subject: `statements.${file}` });
    const trail = { call: 'GET /statements', principal: viewer.principal };
    const sheet = { format: file, name: 'statements', sheet: 'statements' };
    return withTrail(c, trail, deps, () =>
      answerFile(c, { ...sheet, rows: fileList(list).cells() }),
    );
  }
  return answerPage(c, {
    title: ({ say }) => say('statements'),
    main: (speech) => statementsView(speech, list),
    viewer,
  });
}
