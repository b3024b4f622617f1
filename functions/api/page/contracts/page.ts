import type { Context } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../../lib/errors/problem.ts';
import { toInstant } from '../../../../lib/time/shanghai.ts';
import { noteChange, withTrail } from '../../audit.ts';
import type { ApiDeps } from '../../deps.ts';
import { answerFile, type FileFormat } from '../../files.ts';
import { check } from '../../input.ts';
import { merchantNames } from '../dimensions/names.ts';
import { answerPage } from '../page.ts';
import { fileList, type List, listShape } from '../parts/list.ts';
import type { Viewer } from '../viewer.ts';
import { contractView } from './contract.ts';
import { type OwnContract, readOwnContracts } from './read.ts';
import { contractColumns, contractsView, noContract, placeOf } from './view.ts';

export const contractsShape = {
  ...listShape,
  state: z.enum(['', 'current', 'ended']).default(''),
  /** One contract by its id. */
  contract: z.string().max(400).optional(),
};

/** `GET /contracts`: a provider's own contracts, or one of them. */
export async function contractsPage(c: Context, deps: ApiDeps, viewer: Viewer): Promise<Response> {
  const query = check(z.object(contractsShape), c.req.query());
  const nowMs = deps.now();
  const all = await readOwnContracts(deps.table, viewer.providerId, nowMs);
  const names = await merchantNames(deps.table, [...new Set(all.map(placeOf))], nowMs);
  const now = toInstant(nowMs);
  if (query.contract !== undefined) {
    const one = all.find(({ version }) => version.contractId === query.contract);
    // Another's contract is not there: who else shares is nobody's business.
    if (one === undefined) throw new Problem('not-found', 'There is no such contract.');
    return answerPage(c, {
      title: ({ say }) => say('contract'),
      main: (speech) => contractView(speech, { one, names, now }),
      viewer,
    });
  }
  const list: List<OwnContract> = {
    ...{ name: '', path: '/contracts', query, kept: { state: query.state }, next: null },
    rows: all.filter((one) => isIn(one, query.state)),
    caption: 'contracts',
    find: 'contract.find',
    fields: (say) => [
      {
        ...{ name: 'state', label: say('contract.state'), value: query.state },
        choices: [
          ['', say('filter.all')],
          ['current', say('contract.filter.current')],
          ['ended', say('contract.is.ended')],
        ],
      },
    ],
    noHit: (speech, q) => noContract(speech, q, query.state),
    columns: (speech) => contractColumns(speech, { names, now }),
  };
  if (query.file !== undefined) return answerContracts(c, deps, viewer, list, query.file);
  return answerPage(c, {
    title: ({ say }) => say('contracts'),
    main: (speech) =>
      contractsView(speech, { list, isEmpty: all.length === 0, now, state: query.state }),
    viewer,
  });
}

/** Whatever leaves the house leaves a trace, from a page as from the API. */
function answerContracts(
  c: Context,
  deps: ApiDeps,
  { principal }: Viewer,
  list: List<OwnContract>,
  format: FileFormat,
): Promise<Response> {
  noteChange(c, { subject: `contracts.${format}` });
  return withTrail(c, { call: 'GET /contracts', principal }, deps, () =>
    answerFile(c, { format, name: 'contracts', sheet: 'contracts', rows: fileList(list).cells() }),
  );
}

function isIn({ state }: OwnContract, wanted: '' | 'current' | 'ended'): boolean {
  return wanted === '' || (wanted === 'ended') === (state.is === 'ended');
}
