import { html } from 'hono/html';
import * as z from 'zod';
import { isWord } from '../../../../lib/i18n/words.ts';
import { STAGES } from '../../lead-days.ts';
import type { Html } from '../html.ts';
import { card, id, inside, nothing } from '../operator/parts.ts';
import type { Speech } from '../page.ts';
import { status } from '../parts/status.ts';
import { table } from '../parts/table.ts';
import { word } from '../views.ts';

const text = z.string().nullable();

export const oneLead = z.object({
  ...{ leadId: z.string(), name: z.string(), city: text, category: text, source: text },
  ...{ platform: text, merchantId: text, followerId: text, note: text, lostBecause: text },
  stage: z.enum(STAGES),
  days: z.record(z.enum(STAGES), text),
});
export type OneLead = z.infer<typeof oneLead>;

export const leadList = z.object({ leads: z.array(oneLead), next: text });

export const funnel = z.object({
  leads: z.int(),
  stages: z.array(
    z.object({
      ...{ stage: z.enum(STAGES), reached: z.int(), ofAllBp: z.int().nullable() },
      ...{ ofBeforeBp: z.int().nullable(), medianDays: z.int().nullable() },
    }),
  ),
});
type Funnel = z.infer<typeof funnel>;

export const stageWord = ({ say }: Speech, stage: string): string => {
  const name = `lead.is.${stage}`;
  return isWord(name) ? say(name) : stage;
};

function stateOf(speech: Speech, { stage, lostBecause }: OneLead): Html {
  if (lostBecause !== null) return status('none', 'none', speech.say('lead.is.lost'));
  const text = stageWord(speech, stage);
  return stage === 'first_redemption' ? status('ok', 'ok', text) : status('go', 'go', text);
}

export function leadRows(speech: Speech, rows: readonly OneLead[]): Html {
  const { say } = speech;
  if (rows.length === 0) return nothing(say('leads.none'));
  return table<OneLead>({
    ...{ caption: say('leads'), rows },
    columns: [
      {
        ...{ head: say('lead.name'), role: 'name' },
        cell: ({ name, leadId }) =>
          html`<a href="/leads?id=${encodeURIComponent(leadId)}">${name}</a>`,
      },
      { head: say('lead.city'), role: 'pair', cell: ({ city }) => city ?? '—' },
      { head: say('lead.category'), role: 'pair', cell: ({ category }) => category ?? '—' },
      { head: say('lead.source'), role: 'pair', cell: ({ source }) => source ?? '—' },
      { head: say('operator.when'), role: 'pair', cell: ({ days }) => days.lead ?? '—' },
      { head: say('lead.stage'), role: 'pair', cell: (one) => stateOf(speech, one) },
    ],
  });
}

/** One lead: what is known of the merchant, and on which day it came to each stage. */
export function leadCard(speech: Speech, one: OneLead): Html {
  const { say } = speech;
  const facts = html`<dl class="kvs"><dt>${say('lead.stage')}</dt><dd>${stateOf(speech, one)}</dd>
<dt>${say('lead.city')}</dt><dd>${one.city ?? '—'}</dd>
<dt>${say('lead.category')}</dt><dd>${one.category ?? '—'}</dd>
<dt>${say('lead.source')}</dt><dd>${one.source ?? '—'}</dd>
<dt>${say('platform')}</dt><dd>${one.platform === null ? '—' : word(say, one.platform)}</dd>
<dt>${say('operator.merchant-id')}</dt><dd>${id(one.merchantId)}</dd>
<dt>${say('lead.follower')}</dt><dd>${id(one.followerId)}</dd>
<dt>${say('lead.remark')}</dt><dd>${one.lostBecause ?? one.note ?? '—'}</dd></dl>`;
  const course = table<(typeof STAGES)[number]>({
    ...{ caption: say('lead.stage'), rows: STAGES },
    columns: [
      { head: say('lead.stage'), role: 'name', cell: (stage) => stageWord(speech, stage) },
      { head: say('operator.when'), role: 'main', cell: (stage) => one.days[stage] ?? '—' },
    ],
  });
  return html`${card(one.name, '', inside(facts))}${card(say('lead.stage'), '', course)}`;
}

export function funnelCard(speech: Speech, { stages }: Funnel): Html {
  const { say } = speech;
  const percent = (bp: number | null) => (bp === null ? '—' : `${(bp / 100).toFixed(1)}%`);
  const rows = table<Funnel['stages'][number]>({
    ...{ caption: say('funnel.title'), rows: stages },
    columns: [
      { head: say('lead.stage'), role: 'name', cell: ({ stage }) => stageWord(speech, stage) },
      {
        ...{ head: say('funnel.reached'), role: 'main', isNumber: true },
        cell: ({ reached }) => String(reached),
      },
      {
        ...{ head: say('funnel.ofAll'), role: 'pair', isNumber: true },
        cell: ({ ofAllBp }) => percent(ofAllBp),
      },
      {
        ...{ head: say('funnel.ofBefore'), role: 'pair', isNumber: true },
        cell: ({ ofBeforeBp }) => percent(ofBeforeBp),
      },
      {
        ...{ head: say('funnel.days'), role: 'pair', isNumber: true },
        cell: ({ medianDays }) => (medianDays === null ? '—' : String(medianDays)),
      },
    ],
  });
  return card(say('funnel.title'), say('funnel.note'), rows);
}
