import { hasLostDigits, spoiledBySpreadsheet } from '../events/spoiled-id.ts';
import { EVERYTHING } from './contract.ts';

/**
 * What a contract says, from texts under the names of `POST /v1/contracts`: a line of a spreadsheet, or
 * what was typed. An empty text is absent. Lists are separated by `;`, so an id with one in it cannot
 * be said here; `productRates` are `product=rate`, `tiers` are `fromFen=rate`. Not `:`, which is in
 * more ids, and of which spreadsheets make times: `18:05`. An id that a spreadsheet has spoilt is refused.
 * @returns what the schema of a contract then judges. @throws ContractTextError
 */
export function readContractText(fields: Readonly<Record<string, string>>): object {
  const body: Record<string, unknown> = {};
  const scope: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
    if (read === undefined) throw new ContractTextError(`a contract has no "${name.slice(0, 50)}"`);
    const text = field.trim();
    if (text === '') continue;
    (SCOPES.includes(name) ? scope : body)[name] = read(text, name);
  }
  return Object.keys(scope).length === 0 ? body : { ...body, scope };
}

/** Its text says how to write what could not be read, and never repeats a value. */
export class ContractTextError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ContractTextError';
  }
}

const SCOPES = Object.keys(EVERYTHING);

const READERS: Readonly<Record<string, (text: string, name: string) => unknown>> = {
  providerId: idOf,
  platform: asItIs,
  merchantId: idOf,
  mode: asItIs,
  startsAt: asItIs,
  endsAt: asItIs,
  shareBp: wholeOf,
  rateBp: wholeOf,
  ...Object.fromEntries(SCOPES.map((name) => [name, idsOf])),
  commission: asItIs,
  productRates: ratesOf,
  tiers: tiersOf,
};

/** Every name that there is, as error texts list them. */
export const CONTRACT_NAMES: readonly string[] = Object.keys(READERS);

function asItIs(text: string): string {
  return text;
}

/** @throws ContractTextError when it is not what the platform calls it any more */
function idOf(text: string, name: string): string {
  const spoilt = spoiledBySpreadsheet(text);
  if (spoilt !== null) {
    throw new ContractTextError(`${name}: ${spoilt}. Format its column as text and enter it again`);
  }
  if (hasLostDigits(text)) {
    const detail = 'it ends as an id does of which a spreadsheet kept 15 digits';
    const todo =
      'Format its column as text and enter it again. Should the id be so, record this contract';
    throw new ContractTextError(`${name}: ${detail}. ${todo} with POST /v1/contracts`);
  }
  return text;
}

function idsOf(text: string, name: string): string[] {
  return listOf(text, name).map((id) => idOf(id, name));
}

function ratesOf(text: string, name: string): Record<string, number> {
  const rates = pairsOf(text, name, 'product=rate');
  for (const [product] of rates) idOf(product, name);
  // Of two rates for one product nobody knows which is meant.
  if (new Set(rates.map(([product]) => product)).size !== rates.length) {
    throw new ContractTextError(`${name}: a product is named twice`);
  }
  return Object.fromEntries(rates);
}

function tiersOf(text: string, name: string): { fromFen: number; rateBp: number }[] {
  return pairsOf(text, name, 'fromFen=rate').map(([from, rateBp]) => {
    return { fromFen: wholeOf(from, name), rateBp };
  });
}

/** Split at the last `=`: what stands before it may be any id. */
function pairsOf(text: string, name: string, form: string): [string, number][] {
  return listOf(text, name).map((pair) => {
    const at = pair.lastIndexOf('=');
    if (at < 1) throw new ContractTextError(`${name}: written ${form};${form}`);
    return [pair.slice(0, at).trim(), wholeOf(pair.slice(at + 1).trim(), name)];
  });
}

function wholeOf(text: string, name: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new ContractTextError(`${name}: whole numbers only`);
  return Number(text);
}

/** Nothing between two `;` is refused: an empty list would mean all. */
function listOf(text: string, name: string): string[] {
  const parts = text.split(';').map((part) => part.trim());
  if (parts.includes('')) throw new ContractTextError(`${name}: nothing stands beside a ";"`);
  return parts;
}
