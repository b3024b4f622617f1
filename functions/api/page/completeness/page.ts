import { html } from 'hono/html';
import * as z from 'zod';
import { PLATFORMS } from '../../../../lib/events/id.ts';
import { addDays, businessDayAt } from '../../../../lib/time/shanghai.ts';
import { check } from '../../input.ts';
import { pathOf } from '../ask.ts';
import { merchantNames } from '../dimensions/names.ts';
import { storeNames } from '../names.ts';
import { address, given } from '../operator/parts.ts';
import { fileList, listShape, readList } from '../parts/list.ts';
import { periodTools } from '../parts/periods.ts';
import { periodOf, periodQuery, periodShape } from '../period.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { lossesCard, lossList } from './losses.ts';
import {
  type CompletenessLists,
  completenessView,
  dayColumns,
  differenceColumns,
  differenceList,
  rowList,
} from './view.ts';

const query = z.object({
  ...periodShape,
  ...listShape,
  platform: z.enum(['', ...PLATFORMS]).default(''),
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
    async accept({ ask }, { differenceId = '', reason = '', from, to, period, platform }) {
      const path = pathOf`/v1/differences/${differenceId}/accept`;
      await ask({ method: 'POST', path, body: { reason } }, z.unknown());
      return { to: address(OPERATORS, { from, to, period, platform }), done: 'done.accepted' };
    },
  },
};

async function readPage({ c, ask, deps, viewer, typed }: Desk, path: string): Promise<RoomPage> {
  const asked = check(query, c.req.query());
  const { platform } = asked;
  const today = businessDayAt(deps.now());
  const isGiven = [asked.from, asked.to, asked.period].some((one) => one !== undefined);
  const period = periodOf(
    isGiven ? asked : { from: addDays(today, 1 - DAYS), to: today },
    deps.now(),
  );
  const { window } = period;
  const kept = { ...window, platform };
  const { principal } = viewer;
  // An app has merchants of many providers, so what it loses is the operator's to see.
  const seesLosses = principal.is === 'operator' && principal.permissions.has('pipeline:read');
  const [days, differences, losses] = await Promise.all([
    readList(asked, '', (cursor) =>
      ask({ path: address('/v1/completeness', { ...kept, cursor }) }, rowList),
    ),
    readList(asked, 'differences', async (cursor) => {
      const path = address('/v1/differences', { ...kept, cursor });
      const found = await ask({ path }, differenceList);
      return { rows: found.differences, next: found.next };
    }),
    seesLosses ? ask({ path: address('/v1/losses', { ...window }) }, lossList) : undefined,
  ]);
  const all = [...days.rows, ...differences.rows];
  const places = all.flatMap(({ platform: own, storeId }) =>
    storeId === null ? [] : [{ platform: own, storeId }],
  );
  const merchants = [...new Set(all.map((one) => `${one.platform}/${one.merchantId}`))];
  const [stores, names] = await Promise.all([
    storeNames(deps.table, places, deps.now()),
    merchantNames(deps.table, merchants, deps.now()),
  ]);
  const canAccept = principal.is === 'operator' && principal.permissions.has('pipeline:write');
  const shape = { path, query: asked, kept: { ...periodQuery(period), platform } };
  const about = { path, stores, names, canAccept, typed, kept: shape.kept };
  const lists: CompletenessLists = {
    days: {
      ...{ ...shape, ...days, name: '', caption: 'completeness.days' },
      fields: (say) => [
        {
          ...{ name: 'platform', label: say('platform'), value: platform },
          choices: [['', say('filter.all')], ...PLATFORMS.map((one) => [one, say(one)] as const)],
        },
      ],
      columns: (speech) => dayColumns(speech, about),
    },
    differences: {
      ...{ ...shape, ...differences, name: 'differences', caption: 'completeness.differences' },
      columns: (speech) => differenceColumns(speech, about),
    },
  };
  return {
    title: ({ say }) => say('completeness'),
    note: ({ say }) => say('completeness.note'),
    tools: ({ say }) => periodTools(say, path, period, given({ platform })),
    files: { name: 'completeness', lists: [fileList(lists.days), fileList(lists.differences)] },
    main: (speech) =>
      html`${losses === undefined ? '' : lossesCard(speech, losses)}${completenessView(speech, lists)}`,
  };
}
