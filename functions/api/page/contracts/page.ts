import type { Context } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../../lib/errors/problem.ts';
import { toInstant } from '../../../../lib/time/shanghai.ts';
import type { ApiDeps } from '../../deps.ts';
import { check } from '../../input.ts';
import { merchantNames } from '../dimensions/names.ts';
import { answerPage } from '../page.ts';
import type { Viewer } from '../viewer.ts';
import { contractView } from './contract.ts';
import { type OwnContract, readOwnContracts } from './read.ts';
import { contractsView, placeOf } from './view.ts';

export const contractsShape = {
  q: z.string().trim().max(100).optional(),
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
  const needle = (query.q ?? '').toLowerCase();
  const shown = all.filter((one) => isIn(one, query.state) && textOf(one, names).includes(needle));
  return answerPage(c, {
    title: ({ say }) => say('contracts'),
    main: (speech) =>
      contractsView(speech, {
        ...{ contracts: shown, isEmpty: all.length === 0, names, now },
        ...{ q: query.q ?? '', state: query.state },
      }),
    viewer,
  });
}

function isIn({ state }: OwnContract, wanted: '' | 'current' | 'ended'): boolean {
  return wanted === '' || (wanted === 'ended') === (state.is === 'ended');
}

function textOf(one: OwnContract, names: ReadonlyMap<string, string>): string {
  const name = names.get(placeOf(one)) ?? '';
  return `${name}\n${one.version.merchantId}\n${one.version.contractId}`.toLowerCase();
}
