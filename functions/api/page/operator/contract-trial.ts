import { html } from 'hono/html';
import * as z from 'zod';
import { amount, count, signedAmount } from '../../../../lib/i18n/format.ts';
import type { Typed } from '../forms.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { actForm } from '../parts/act-form.ts';
import { table } from '../parts/table.ts';
import { word } from '../views.ts';
import { formContract } from './contract-form.ts';
import { card, inside, named, nothing } from './parts.ts';

/** What a contract would change, by the dry run of a restatement, and the button that signs it. */

const sums = z.object({
  ...{ paidFen: z.int(), redeemedFen: z.int(), commissionFen: z.int(), entryCount: z.int() },
});

export const trialRun = z.object({
  ...{ restatementId: z.string(), status: z.string(), from: z.string(), to: z.string() },
  progress: z.object({ entriesRead: z.int() }),
  proposed: formContract.nullable(),
  providers: z.array(
    z.object({
      ...{ providerId: z.string(), before: sums, after: sums },
      ...{ stores: z.array(z.string()), hasMoreStores: z.boolean() },
    }),
  ),
});
export type TrialRun = z.infer<typeof trialRun>;
type Gain = TrialRun['providers'][number];

/** Sent back when it is signed: what was tried, and nothing else. */
export interface SignForm {
  readonly action: string;
  readonly hidden: Typed;
}

/** @param names of the providers, by id */
export function trialCard(
  speech: Speech,
  run: TrialRun,
  signing: SignForm,
  names: ReadonlyMap<string, string>,
): Html {
  const { say } = speech;
  const isRunning = run.status === 'planned' || run.status === 'running';
  const isDone = run.status === 'done';
  const rows =
    run.providers.length === 0
      ? nothing(say(isRunning ? 'operator.gains.later' : 'operator.gains.none'))
      : gains(speech, run.providers, names);
  return html`<div data-live="trial">${card(
    say('terms.tried'),
    say('terms.tried.note'),
    html`${inside(html`<p>${word(say, `job.${run.status}`)} · ${say('terms.window', { from: run.from, to: run.to })}</p>`)}${rows}${
      isDone ? inside(signForm(speech, signing)) : ''
    }`,
  )}</div>`;
}

/** Nothing that is booked would change. */
export function futureCard(speech: Speech, isStanding: boolean, signing: SignForm): Html {
  const { say } = speech;
  return card(
    say('terms.tried'),
    say('terms.tried.note'),
    html`${nothing(say(isStanding ? 'terms.standing' : 'terms.future'))}${isStanding ? '' : inside(signForm(speech, signing))}`,
  );
}

function signForm({ say }: Speech, { action, hidden }: SignForm): Html {
  return actForm(say, { action, act: 'sign', hidden, submit: 'terms.sign', isMain: true });
}

function gains({ say }: Speech, rows: readonly Gain[], names: ReadonlyMap<string, string>): Html {
  const gmv = ({ paidFen, redeemedFen }: Gain['before']) => paidFen + redeemedFen;
  return table<Gain>({
    ...{ caption: say('operator.gains'), rows },
    columns: [
      {
        ...{ head: say('operator.provider'), role: 'name' },
        cell: ({ providerId }) => named(names.get(providerId), providerId),
      },
      {
        ...{ head: `GMV · ${say('terms.before')}`, role: 'pair', isNumber: true },
        cell: ({ before }) => amount(gmv(before)),
      },
      {
        ...{ head: `GMV · ${say('terms.after')}`, role: 'pair', isNumber: true },
        cell: ({ after }) => amount(gmv(after)),
      },
      {
        ...{ head: `GMV · ${say('terms.change')}`, role: 'main', isNumber: true },
        cell: ({ before, after }) => signedAmount(gmv(after) - gmv(before)),
      },
      {
        ...{ head: `${say('figure.commission')} · ${say('terms.change')}`, role: 'pair' },
        isNumber: true,
        cell: ({ before, after }) => signedAmount(after.commissionFen - before.commissionFen),
      },
      {
        ...{ head: say('terms.entries'), role: 'pair', isNumber: true },
        cell: ({ before, after }) => `${count(before.entryCount)} → ${count(after.entryCount)}`,
      },
      {
        ...{ head: say('contract.stores'), role: 'wide-pair' },
        cell: ({ stores, hasMoreStores }) =>
          html`<span class="id wrap">${stores.join(' ')}</span>${hasMoreStores ? html` ${say('terms.more')}` : ''}`,
      },
    ],
  });
}
