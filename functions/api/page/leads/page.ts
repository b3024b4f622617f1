import { html } from 'hono/html';
import * as z from 'zod';
import { Problem } from '../../../../lib/errors/problem.ts';
import { PLATFORMS } from '../../../../lib/events/id.ts';
import { check } from '../../input.ts';
import { STAGES } from '../../lead-days.ts';
import { pathOf } from '../ask.ts';
import type { Typed } from '../forms.ts';
import type { Html } from '../html.ts';
import { address, card, inside, more } from '../operator/parts.ts';
import type { Speech } from '../page.ts';
import { type ActField, actForm } from '../parts/act-form.ts';
import { filterForm } from '../parts/filters.ts';
import type { Desk, Room, RoomPage } from '../room.ts';
import { funnel, funnelCard, leadCard, leadList, leadRows, oneLead, stageWord } from './view.ts';

const PATH = '/leads';
const LIST = '/v1/leads';

const query = z.object({
  id: z.string().max(128).optional(),
  stage: z.enum(['', ...STAGES]).default(''),
  cursor: z.string().max(4_096).optional(),
});

const imported = z.object({
  ...{ dryRun: z.boolean(), lines: z.int(), entered: z.int() },
  refused: z.array(z.object({ line: z.int(), reason: z.string() })),
});

/** `GET /leads`: merchants to win, how far each came, and how many come how far. */
export const leadsPage: Room = {
  ...{ path: PATH, is: 'provider', needs: 'reports:read' },
  async read(desk): Promise<RoomPage> {
    const { id, stage, cursor } = check(query, desk.c.req.query());
    const wanted = id ?? desk.typed.id;
    return wanted === undefined ? listPage(desk, stage, cursor) : onePage(desk, wanted);
  },
  acts: {
    async enter({ ask }, typed) {
      const body = { ...filledOf(typed), name: typed.name ?? '' };
      const { leadId } = await ask({ method: 'POST', path: LIST, body }, oneLead);
      return { to: address(PATH, { id: leadId }), done: 'done.lead-entered' };
    },
    async change({ ask }, { id = '', ...typed }) {
      const given = OPTIONAL.filter((name) => typed[name] !== undefined);
      const optional = Object.fromEntries(given.map((name) => [name, typed[name] || null]));
      const body = { ...optional, name: typed.name ?? '' };
      await ask({ method: 'PATCH', path: pathOf`/v1/leads/${id}`, body }, oneLead);
      return { to: address(PATH, { id }), done: 'done.lead-changed' };
    },
    async contact({ ask }, { id = '' }) {
      const body = { stage: 'contacted' };
      await ask({ method: 'PATCH', path: pathOf`/v1/leads/${id}`, body }, oneLead);
      return { to: address(PATH, { id }), done: 'done.lead-changed' };
    },
    async upload({ c, ask }, { dryRun }) {
      const { file } = await c.req.parseBody();
      if (!(file instanceof File) || file.size === 0) {
        throw new Problem('request-invalid', 'file: choose one.', { fields: ['file'] });
      }
      const body = new Uint8Array(await file.arrayBuffer());
      const path = address(`${LIST}/imports`, dryRun === 'yes' ? { dryRun: 'true' } : {});
      const done = await ask({ method: 'POST', path, body }, imported);
      return { once: (speech) => importedView(speech, done) };
    },
  },
};

const TERMS = ['city', 'category', 'source', 'platform', 'merchantId', 'followerId'] as const;
const OPTIONAL = [...TERMS, 'note', 'lostBecause'] as const;

/** An empty field says nothing. */
function filledOf(typed: Typed): Record<string, string> {
  return Object.fromEntries(
    TERMS.flatMap((name) => (typed[name] ? [[name, typed[name] ?? '']] : [])),
  );
}

async function listPage(
  { ask, viewer, typed }: Desk,
  stage: string,
  cursor: string | undefined,
): Promise<RoomPage> {
  const [list, course] = await Promise.all([
    ask({ path: address(LIST, { stage, cursor }) }, leadList),
    ask({ path: '/v1/lead-funnel' }, funnel),
  ]);
  const mayWrite = viewer.principal.permissions.has('followers:manage');
  return {
    title: ({ say }) => say('leads'),
    note: ({ say }) => say('leads.note'),
    main: (speech) => {
      const { say } = speech;
      const filters = filterForm(say, {
        ...{ action: PATH, kept: {} },
        fields: [
          {
            ...{ name: 'stage', label: say('lead.stage'), value: stage },
            choices: [
              ['', say('filter.all')] as const,
              ...STAGES.map((own) => [own, stageWord(speech, own)] as const),
            ],
          },
        ],
      });
      const rows = html`${filters}${leadRows(speech, list.leads)}${more(speech, PATH, { stage }, list.next)}`;
      return html`${card(say('leads'), '', rows)}${funnelCard(speech, course)}${mayWrite ? formsOf(speech, typed) : ''}`;
    },
  };
}

async function onePage({ ask, viewer, typed }: Desk, id: string): Promise<RoomPage> {
  const one = await ask({ path: pathOf`/v1/leads/${id}` }, oneLead);
  const mayWrite = viewer.principal.permissions.has('followers:manage');
  return {
    title: () => one.name,
    crumb: ({ say }) => html`<a href="${PATH}">${say('leads')}</a>`,
    main: (speech) =>
      html`${leadCard(speech, one)}${mayWrite ? changeCard(speech, one, typed) : ''}`,
  };
}

function changeCard(speech: Speech, one: z.infer<typeof oneLead>, typed: Typed): Html {
  const { say } = speech;
  const common = { action: PATH, hidden: { id: one.leadId }, typed };
  const contact =
    one.days.contacted === null
      ? actForm(say, { ...common, act: 'contact', submit: 'lead.contact', isMain: true })
      : '';
  const fields: ActField[] = [
    ...fieldsOf(speech, one),
    { name: 'note', label: 'lead.remark', value: one.note ?? '' },
    { name: 'lostBecause', label: 'lead.lost', value: one.lostBecause ?? '' },
  ];
  const change = actForm(say, { ...common, act: 'change', submit: 'lead.change', fields });
  return card(say('lead.change'), '', inside(html`${contact}${change}`));
}

function fieldsOf({ say }: Speech, one: Partial<z.infer<typeof oneLead>>): ActField[] {
  return [
    { name: 'name', label: 'lead.name', value: one.name ?? '', isRequired: true },
    { name: 'city', label: 'lead.city', value: one.city ?? '' },
    { name: 'category', label: 'lead.category', value: one.category ?? '' },
    { name: 'source', label: 'lead.source', value: one.source ?? '' },
    {
      ...{ name: 'platform', label: 'platform', value: one.platform ?? '' },
      choices: [['', '—'] as const, ...PLATFORMS.map((own) => [own, say(own)] as const)],
    },
    { name: 'merchantId', label: 'operator.merchant-id', value: one.merchantId ?? '' },
    { name: 'followerId', label: 'lead.follower', value: one.followerId ?? '' },
  ];
}

function formsOf(speech: Speech, typed: Typed): Html {
  const { say } = speech;
  const enter = actForm(say, {
    ...{ action: PATH, act: 'enter', submit: 'lead.enter', isMain: true, typed },
    fields: fieldsOf(speech, {}),
  });
  const file = actForm(say, {
    ...{ action: PATH, act: 'upload', submit: 'lead.import', typed },
    fields: [
      {
        ...{ name: 'file', label: 'operator.upload.file', type: 'file', isRequired: true },
        accept: '.csv,.xlsx,text/csv',
      },
      { name: 'dryRun', label: 'operator.upload.dry', type: 'checkbox' },
    ],
  });
  return html`${card(say('lead.new'), say('lead.new.note'), inside(enter))}${card(say('lead.import'), say('lead.import.note'), inside(file))}`;
}

function importedView({ say }: Speech, done: z.infer<typeof imported>): Html {
  const { dryRun, lines, entered, refused } = done;
  const what = say(dryRun ? 'lead.import.tried' : 'lead.import.did', { lines, entered });
  return html`<div class="msg" role="status"><p>${what}</p>${
    refused.length === 0
      ? ''
      : html`<ul>${refused.map(({ line, reason }) => html`<li>${say('operator.line', { n: line })} ${reason}</li>`)}</ul>`
  }</div>`;
}
