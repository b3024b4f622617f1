import { html } from 'hono/html';
import * as z from 'zod';
import { Problem } from '../../../../lib/errors/problem.ts';
import { check } from '../../input.ts';
import { merchantNames } from '../dimensions/names.ts';
import type { Html } from '../html.ts';
import { address, card, inside } from '../operator/parts.ts';
import type { Speech } from '../page.ts';
import { actForm } from '../parts/act-form.ts';
import { filterForm } from '../parts/filters.ts';
import { periodTools, rangeOf } from '../parts/periods.ts';
import { periodOf, periodQuery, periodShape } from '../period.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { AD_VIEWS, adFigures, adReport, adTable, unmappedCard } from './view.ts';

const PATH = '/ad-spend';

const query = z.object({ ...periodShape, by: z.enum(AD_VIEWS).default('merchant') });

const imported = z.object({
  ...{ dryRun: z.boolean(), lines: z.int(), entered: z.int() },
  refused: z.array(z.object({ line: z.int(), reason: z.string() })),
});

/** `GET /ad-spend`: what advertising cost, beside what was redeemed of it. */
export const adsPage: Room = {
  ...{ path: PATH, is: 'provider', needs: 'reports:read' },
  async read({ c, deps, ask, viewer, typed }: Desk): Promise<RoomPage> {
    const { by, ...given } = check(query, c.req.query());
    const period = periodOf(given, deps.now());
    const { from, to } = period.window;
    const report = await ask({ path: address('/v1/ad-spend', { from, to, by }) }, adReport);
    const keys = by === 'merchant' ? report.rows.map(({ key }) => key) : [];
    const names = await merchantNames(deps.table, keys, deps.now());
    const mayImport = viewer.principal.permissions.has('imports:write');
    return {
      title: ({ say }) => say('ads'),
      note: ({ say }) => say('ads.note'),
      main: (speech) => {
        const { say, language } = speech;
        const filters = filterForm(say, {
          ...{ action: PATH, kept: periodQuery(period) },
          fields: [
            {
              ...{ name: 'by', label: say('ads.by'), value: by },
              choices: AD_VIEWS.map((one) => [one, say(`ads.by.${one}`)] as const),
            },
          ],
        });
        const rows = html`${filters}${adTable(speech, by, report, names)}`;
        return html`<div class="tools">${periodTools(say, PATH, period, { by })}</div>
${adFigures(speech, report.total)}${card(say('ads'), rangeOf(period.window, language), rows)}${unmappedCard(speech, report)}${
  mayImport ? importCard(speech, typed) : ''
}`;
      },
    };
  },
  acts: {
    async upload({ c, ask }, { dryRun, network = '' }) {
      const { file } = await c.req.parseBody();
      if (!(file instanceof File) || file.size === 0) {
        throw new Problem('request-invalid', 'file: choose one.', { fields: ['file'] });
      }
      const body = new Uint8Array(await file.arrayBuffer());
      const isTrial = dryRun === 'yes' ? 'true' : undefined;
      const path = address('/v1/ad-spend/imports', { network, dryRun: isTrial });
      const done = await ask({ method: 'POST', path, body }, imported);
      return { once: (speech) => importedView(speech, done) };
    },
  },
};

function importCard({ say }: Speech, typed: Desk['typed']): Html {
  const form = actForm(say, {
    ...{ action: PATH, act: 'upload', submit: 'ads.import', typed },
    fields: [
      { name: 'network', label: 'ads.network', value: 'oceanengine', isRequired: true },
      {
        ...{ name: 'file', label: 'operator.upload.file', type: 'file', isRequired: true },
        accept: '.csv,.xlsx,text/csv',
      },
      { name: 'dryRun', label: 'operator.upload.dry', type: 'checkbox' },
    ],
  });
  return card(say('ads.import'), say('ads.import.note'), inside(form));
}

function importedView({ say }: Speech, done: z.infer<typeof imported>): Html {
  const { dryRun, lines, entered, refused } = done;
  const what = say(dryRun ? 'ads.import.tried' : 'ads.import.did', { lines, entered });
  return html`<div class="msg${refused.length === 0 ? '' : ' bad'}" role="status"><p>${what}</p>${
    refused.length === 0
      ? ''
      : html`<ul>${refused.map(({ line, reason }) => html`<li>${say('operator.line', { n: line })} ${reason}</li>`)}</ul>`
  }</div>`;
}
