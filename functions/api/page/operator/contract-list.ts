import { html } from 'hono/html';
import { PLATFORMS } from '../../../../lib/events/id.ts';
import { spanText } from '../contracts/text.ts';
import type { Typed } from '../forms.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { actForm, folded } from '../parts/act-form.ts';
import { filterForm } from '../parts/filters.ts';
import { table } from '../parts/table.ts';
import type { FormContract } from './contract-form.ts';
import { card, id, inside, nothing } from './parts.ts';

/** The contracts of a merchant or a provider: what stands, how its end is moved, and what a new one makes due. */

export const CONTRACTS_PATH = '/operator/contracts';

/** Facts that were booked before a contract was signed are restated by hand. */
export function dueCard(
  { say }: Speech,
  window: { platform: string; merchantId: string; from: string; to: string },
): Html {
  const { from, to } = window;
  return card(
    say('terms.restate', { from, to }),
    say('terms.restate.note'),
    inside(
      actForm(say, {
        ...{
          action: CONTRACTS_PATH,
          act: 'restate',
          hidden: window,
          submit: 'terms.restate.act',
          isMain: true,
        },
        fields: [{ name: 'reason', label: 'operator.reason', isRequired: true }],
      }),
    ),
  );
}

interface ContractList {
  readonly choices: readonly (readonly [string, string])[];
  readonly asked: {
    readonly platform?: string | undefined;
    readonly merchantId?: string | undefined;
    readonly providerId?: string | undefined;
  };
  readonly contracts: readonly FormContract[] | null;
  readonly typed: Typed;
}

export function listCard(speech: Speech, { choices, asked, contracts, typed }: ContractList): Html {
  const { say } = speech;
  const filters = filterForm(say, {
    ...{ action: CONTRACTS_PATH, kept: {} },
    fields: [
      {
        ...{ name: 'platform', label: say('platform'), value: asked.platform ?? '' },
        choices: [['', ''] as const, ...PLATFORMS.map((one) => [one, say(one)] as const)],
      },
      { name: 'merchantId', label: say('operator.merchant-id'), value: asked.merchantId ?? '' },
      {
        ...{ name: 'providerId', label: say('operator.provider'), value: asked.providerId ?? '' },
        choices,
      },
    ],
  });
  const rows =
    contracts === null
      ? nothing(say('terms.choose'))
      : contracts.length === 0
        ? nothing(say('terms.none'))
        : rowsOf(speech, contracts, typed, choices);
  return card(say('contracts'), '', html`${filters}${rows}`);
}

function rowsOf(
  speech: Speech,
  rows: readonly FormContract[],
  typed: Typed,
  choices: ContractList['choices'],
): Html {
  const { say } = speech;
  return table<FormContract>({
    ...{ caption: say('contracts'), rows },
    columns: [
      {
        ...{ head: say('operator.provider'), role: 'name' },
        cell: (one) =>
          html`${choices.find(([own]) => own === one.providerId)?.[1] ?? id(one.providerId)}<small class="id">${one.contractId ?? ''}</small>`,
      },
      {
        ...{ head: say('contract.kind'), role: 'pair' },
        cell: ({ mode }) => say(mode === 'special' ? 'contract.special' : 'contract.agency'),
      },
      {
        ...{ head: say('contract.span'), role: 'pair' },
        cell: ({ startsAt, endsAt }) => spanText(speech, { startsAt: startsAt ?? '', endsAt }),
      },
      {
        ...{ head: say('contract.terms'), role: 'main', isNumber: true },
        cell: ({ shareBp, rateBp, commission }) =>
          `${(shareBp / 100).toFixed(2)}% × ${commission === 'product' ? say('contract.by-product') : `${((rateBp ?? 0) / 100).toFixed(2)}%`}`,
      },
      {
        ...{ head: say('contract.scope'), role: 'wide-pair' },
        cell: ({ scope }) => {
          const all = Object.values(scope).flat();
          return all.length === 0 ? say('contract.all') : id(all.slice(0, 8).join(' '));
        },
      },
      {
        ...{ head: say('terms.end'), role: 'wide-pair' },
        cell: ({ contractId = '', endsAt }) =>
          folded(
            say,
            'terms.end',
            [
              actForm(say, {
                ...{
                  action: CONTRACTS_PATH,
                  act: 'try-end',
                  hidden: { contractId },
                  submit: 'terms.try',
                  typed,
                },
                fields: [
                  {
                    ...{ name: 'endsAt', label: 'terms.end-day', type: 'date', isRequired: true },
                    value: endsAt === null ? '' : typedOfEnd(endsAt),
                  },
                ],
              }),
            ],
            typed.contractId === contractId,
          ),
      },
    ],
  });
}

function typedOfEnd(endsAt: string): string {
  return new Date(Date.parse(endsAt) - 1 + 8 * 3_600_000).toISOString().slice(0, 10);
}
