import { type JsonObject, type JsonValue, parseJsonBytes } from '../../json/parse.ts';
import type { App } from '../kit/app.ts';
import type { Reading } from '../kit/integration.ts';
import { isObject } from '../kit/json.ts';
import { malformed, readable } from '../kit/reading.ts';
import { partsOf } from './about.ts';

/** What a platform calls a message, and nothing that a buyer is called. */
const NAME = /^[\w.:/-]{1,64}$/;

/** Where the platform's other receivers put a message's name; a label for people, no more. */
const NAMED_BY = ['event', 'biz_type'] as const;

/**
 * What a verified body says. Neither the list of events nor any body is documented, so nothing is
 * booked from one: every JSON object is parked, whole, until somebody learns its kind.
 * @param kept what about.ts said of the request: there the kind may be named, too
 */
export function read(
  body: Uint8Array,
  app: Pick<App, 'settings'>,
  _receivedAt?: string,
  kept = '',
): Reading {
  return readable(
    () => {
      const message = parseJsonBytes(body);
      if (!isObject(message)) return malformed('unreadable', 'did not fit: the whole');
      const kind = nameIn(message) ?? nameAbout(kept, app.settings.kindParameter) ?? 'unnamed';
      return { outcome: 'unknown', kind };
    },
    () => 'unreadable',
  );
}

function nameIn(message: JsonObject): string | undefined {
  return plainName(NAMED_BY.map((field) => message[field]).find((value) => value !== undefined));
}

/** By the parameter that the operator names, else by the path. */
function nameAbout(kept: string, parameter: unknown): string | undefined {
  const { path, query } = partsOf(kept);
  const named = typeof parameter === 'string' ? query.get(parameter) : null;
  return plainName(named ?? undefined) ?? plainName(path);
}

function plainName(name: JsonValue | undefined): string | undefined {
  return typeof name === 'string' && NAME.test(name) ? name : undefined;
}
