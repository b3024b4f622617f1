import * as z from 'zod';
import { readContractText } from '../../../../lib/attribution/contract-text.ts';
import { Problem } from '../../../../lib/errors/problem.ts';
import { PLATFORMS } from '../../../../lib/events/id.ts';
import type { Say } from '../../../../lib/i18n/words.ts';
import { addDays } from '../../../../lib/time/shanghai.ts';
import type { Typed } from '../forms.ts';
import type { ActField } from '../parts/act-form.ts';

/** What of a contract's form is text, by the names of `POST /v1/contracts`; rates are in per cent, tiers in yuan. */

/** A contract as a dry run has it, or as a platform proposes it. */
export const formContract = z.object({
  contractId: z.string().optional(),
  providerId: z.string().nullable(),
  platform: z.string(),
  merchantId: z.string(),
  mode: z.string(),
  scope: z
    .object({
      stores: z.array(z.string()),
      channels: z.array(z.string()),
      products: z.array(z.string()),
      creators: z.array(z.string()),
    })
    .default({ stores: [], channels: [], products: [], creators: [] }),
  shareBp: z.int(),
  commission: z.string().default('account'),
  rateBp: z.int().nullable().default(null),
  productRates: z.record(z.string(), z.int()).default({}),
  tiers: z
    .array(z.object({ fromFen: z.int(), rateBp: z.int() }))
    .nullable()
    .default(null),
  startsAt: z.string().nullable(),
  endsAt: z.string().nullable().default(null),
});
export type FormContract = z.infer<typeof formContract>;

/** The body of `POST /v1/contracts`. @throws Problem `request-invalid`, which names the field */
export function bodyOfForm(typed: Typed): object {
  const names = ['providerId', 'platform', 'merchantId', 'mode', 'commission'] as const;
  const lists = ['stores', 'channels', 'products', 'creators'] as const;
  const given = (name: string) => typed[name] ?? '';
  const tiers = pairs('tiers', given('tiers'), (from) => hundredths('tiers', from));
  try {
    return readContractText({
      ...Object.fromEntries([...names, ...lists].map((name) => [name, given(name)])),
      shareBp: hundredths('shareBp', given('share')),
      rateBp: hundredths('rateBp', given('rate')),
      productRates: pairs('productRates', given('productRates'), (id) => id),
      tiers,
      startsAt: given('startsAt') === '' ? '' : `${given('startsAt')}T00:00:00+08:00`,
      endsAt: given('endsAt') === '' ? '' : endOf(given('endsAt')),
    });
  } catch (error) {
    if (error instanceof Problem) throw error;
    const detail = error instanceof Error ? error.message : 'a field cannot be read';
    throw new Problem('request-invalid', detail, { fields: [detail.split(':')[0] ?? ''] });
  }
}

/** Just after the last day. */
export function endOf(lastDay: string): string {
  return /^\d{4}-\d\d-\d\d$/.test(lastDay) ? `${addDays(lastDay, 1)}T00:00:00+08:00` : lastDay;
}

/** `5`, `5.25`: per cent or yuan, in hundredths; nothing is nothing. @throws Problem */
function hundredths(name: string, text: string): string {
  if (text === '') return '';
  const [, whole = '', part = ''] = /^(\d{1,13})(?:\.(\d{1,2}))?$/.exec(text) ?? [];
  if (whole === '') {
    const detail = `${name}: a number with two places at most`;
    throw new Problem('request-invalid', detail, { fields: [name] });
  }
  return String(Number(whole) * 100 + Number(part.padEnd(2, '0')));
}

function pairs(name: string, text: string, left: (text: string) => string): string {
  if (text === '') return '';
  return text
    .split(';')
    .map((pair) => {
      const at = pair.lastIndexOf('=');
      return `${left(pair.slice(0, Math.max(at, 0)).trim())}=${hundredths(name, pair.slice(at + 1).trim())}`;
    })
    .join(';');
}

/** A contract as its form has it. */
export function typedOf(contract: FormContract): Record<string, string> {
  const { scope, rateBp, shareBp, productRates, tiers, startsAt, endsAt } = contract;
  const percent = (bp: number) => (bp / 100).toFixed(2);
  return {
    ...{ providerId: contract.providerId ?? '', platform: contract.platform },
    ...{ merchantId: contract.merchantId, mode: contract.mode, commission: contract.commission },
    ...Object.fromEntries(Object.entries(scope).map(([name, ids]) => [name, ids.join(';')])),
    share: percent(shareBp),
    rate: rateBp === null || contract.commission === 'product' ? '' : percent(rateBp),
    productRates: Object.entries(productRates)
      .map(([id, bp]) => `${id}=${percent(bp)}`)
      .join(';'),
    tiers: (tiers ?? []).map((one) => `${percent(one.fromFen)}=${percent(one.rateBp)}`).join(';'),
    startsAt: (startsAt ?? '').slice(0, 10),
    endsAt: endsAt === null ? '' : addDays(endsAt.slice(0, 10), -1),
  };
}

/** @param values what stands in the fields at first */
export function contractFields(
  say: Say,
  providers: readonly (readonly [string, string])[],
  values: Typed,
): ActField[] {
  const fields: ActField[] = [
    { name: 'providerId', label: 'operator.provider', choices: providers, isRequired: true },
    {
      ...{ name: 'platform', label: 'platform', isRequired: true },
      choices: PLATFORMS.map((one) => [one, say(one)] as const),
    },
    { name: 'merchantId', label: 'operator.merchant-id', isRequired: true },
    {
      ...{ name: 'mode', label: 'contract.kind' },
      choices: (['agency', 'special'] as const).map(
        (one) => [one, say(`contract.${one}`)] as const,
      ),
    },
    { name: 'startsAt', label: 'terms.first-day', type: 'date', isRequired: true },
    { name: 'endsAt', label: 'terms.last-day', type: 'date' },
    { name: 'share', label: 'terms.share', value: '100', isRequired: true },
    {
      ...{ name: 'commission', label: 'terms.commission' },
      choices: (['account', 'product'] as const).map(
        (one) => [one, say(`terms.commission.${one}`)] as const,
      ),
    },
    { name: 'rate', label: 'terms.rate' },
    { name: 'productRates', label: 'terms.product-rates', hint: '1805=3;1806=2.5' },
    { name: 'tiers', label: 'terms.tiers', hint: '50000=6;100000=7' },
    { name: 'stores', label: 'contract.stores' },
    { name: 'channels', label: 'contract.channels', hint: 'live;short_video' },
    { name: 'products', label: 'contract.products' },
    { name: 'creators', label: 'contract.creators' },
  ];
  return fields.map((field) => {
    const value = values[field.name];
    return value === undefined ? field : { ...field, value };
  });
}
