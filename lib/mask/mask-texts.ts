import { mask } from './mask.ts';

/** The same value with the phone numbers and mail addresses in its texts masked; ids and keys stay whole. */
export function maskTexts(value: unknown, key = ''): unknown {
  if (typeof value === 'string') return ID.test(key) ? value : mask('text', value);
  if (Array.isArray(value)) return value.map((one) => maskTexts(one, key));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, maskTexts(one, name)]),
  );
}

const ID = /(?:Ids?|Key|stores)$/;
