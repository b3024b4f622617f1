import type { Settings } from './app.ts';
import { findStore, parseTemplate } from './store-template.ts';

/** A longer field is no place for a store id. */
const MAX_FIELD = 1024;

/**
 * The store that `settings.storeFrom` finds in a message's fields.
 * @param fields the message's own fields by the platform's names
 * @returns null when there is no such setting, field or match: the store is then booked as unknown
 */
export function storeFrom(
  { storeFrom: setting }: Pick<Settings, 'storeFrom'>,
  fields: Readonly<Record<string, unknown>>,
): string | null {
  if (setting === undefined || !Object.hasOwn(fields, setting.field)) return null;
  const value = fields[setting.field];
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || text === '' || text.length > MAX_FIELD) return null;
  const template = setting.template === undefined ? undefined : parseTemplate(setting.template);
  const found = template === undefined ? text : findStore(template, text);
  return found === undefined || found === '' || found.length > 128 ? null : found;
}
