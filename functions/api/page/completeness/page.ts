import { html } from 'hono/html';
import * as z from 'zod';
import { PLATFORMS } from '../../../../lib/events/id.ts';
import { addDays, businessDayAt } from '../../../../lib/time/shanghai.ts';
import { check, windowOf, windowShape } from '../../input.ts';
import { pathOf } from '../ask.ts';
import { merchantNames } from '../dimensions/names.ts';
import { storeNames } from '../names.ts';
import { address } from '../operator/parts.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { lossesCard, lossList } from './losses.ts';
import { type CompletenessView, completenessView, differenceList, rowList } from './view.ts';

const query = z.object({
  ...windowShape,
  platform: z.enum(['', ...PLATFORMS]).default(''),
  cursor: z.string().max(4_096).optional(),
});

/** So many days where nothing is said: each is read by merchant. */
const DAYS = 7;

/** `GET /completeness`: which days are complete, by the platforms' own records, and what differs. */
export const completenessPage: Room = {
  ...{ path: '/completeness', is: 'provider', needs: 'reports:read' },
  read: (desk) => readPage(desk, '/completeness'),
};

const OPERATORS = '/operator/completeness';

/** The same for all providers, where a difference may be let be. */
export const operatorCompletenessPage: Room = {
  ...{ path: OPERATORS, is: 'operator', needs: 'reports:read' },
  read: (desk) => readPage(desk, OPERATORS),
  acts: {
    async accept({ ask }, { differenceId = '', reason = '', from, to, platform }) {
      const path = pathOf`/v1/differences/${differenceId}/accept`;
      await ask({ method: 'POST', path, body: { reason } }, z.unknown());
      return { to: address(OPERATORS, { from, to, platform }), done: 'done.accepted' };
    },
  },
};

async function readPage({ c, ask, deps, viewer, typed }: Desk, path: string): Promise<RoomPage> {
  const { platform, cursor, ...given } = check(query, c.req.query());
  const today = businessDayAt(deps.now());
  const last = { from: addDays(today, 1 - DAYS), to: today };
  const isGiven = given.from !== undefined || given.to !== undefined;
  const window = isGiven ? windowOf(given, deps.now()) : last;
  const kept = { ...window, platform };
  const { principal } = viewer;
  // An app has merchants of many providers, so what it loses is the operator's to see.
  const seesLosses = principal.is === 'operator' && principal.permissions.has('pipeline:read');
  const [{ rows, next }, { differences }, losses] = await Promise.all([
    ask({ path: address('/v1/completeness', { ...kept, cursor }) }, rowList),
    ask({ path: address('/v1/differences', kept) }, differenceList),
    seesLosses ? ask({ path: address('/v1/losses', { ...window }) }, lossList) : undefined,
  ]);
  const all = [...rows, ...differences];
  const places = all.flatMap(({ platform: own, storeId }) =>
    storeId === null ? [] : [{ platform: own, storeId }],
  );
  const merchants = [...new Set(all.map((one) => `${one.platform}/${one.merchantId}`))];
  const [stores, names] = await Promise.all([
    storeNames(deps.table, places, deps.now()),
    merchantNames(deps.table, merchants, deps.now()),
  ]);
  const canAccept = principal.is === 'operator' && principal.permissions.has('pipeline:write');
  const view: CompletenessView = {
    path,
    window,
    platform,
    rows,
    next,
    differences,
    stores,
    names,
    canAccept,
    typed,
  };
  return {
    title: ({ say }) => say('completeness'),
    note: ({ say }) => say('completeness.note'),
    main: (speech) =>
      html`${losses === undefined ? '' : lossesCard(speech, losses)}${completenessView(speech, view)}`,
  };
}
