import type { Secrets } from '../integrations/kit/app.ts';
import { errorFields, type Log, logLines } from '../log/log.ts';
import type { FetchVersion } from './aws.ts';

/** A rotated secret is used, and a removed one refused, within this. */
const FRESH_MS = 60_000;

/** While Secrets Manager is out of reach, what was read last is used this long. */
const STALE_MS = 3_600_000;

/** More apps than any operator has. */
const MAX_REMEMBERED = 1_000;

export interface SecretsOptions {
  readonly fetchVersion?: FetchVersion;
  readonly now?: () => number;
  readonly log?: Log;
}

export type ReadSecrets = (secretId: string) => Promise<Secrets>;

/**
 * Reads apps' secrets from AWS Secrets Manager. Both live versions count, the current one first, so that
 * a rotation loses no webhook that was signed before it; how long the previous one counts is for the
 * operator to say, by taking its stage away.
 * @returns what reads one @throws when it is not there, or not JSON of the form that an app has
 */
export function secretsReader({
  fetchVersion = lazyFetcher(),
  now = Date.now,
  log = logLines(),
}: SecretsOptions = {}): ReadSecrets {
  const remembered = new Map<string, { readonly atMs: number; readonly secrets: Secrets }>();
  const reading = new Map<string, Promise<Secrets>>();
  const read = async (secretId: string): Promise<Secrets> => {
    const known = remembered.get(secretId);
    try {
      const secrets = await readLive(fetchVersion, secretId);
      if (known !== undefined || remembered.size < MAX_REMEMBERED) {
        remembered.set(secretId, { atMs: now(), secrets });
      }
      return secrets;
    } catch (error) {
      if (known === undefined || now() - known.atMs > STALE_MS) throw error;
      log('warn', 'secret-remembered', errorFields(error));
      return known.secrets;
    }
  };
  return async (secretId) => {
    const known = remembered.get(secretId);
    if (known !== undefined && now() - known.atMs < FRESH_MS) return known.secrets;
    // Webhooks come in bursts; one question serves them all.
    const pending = reading.get(secretId) ?? read(secretId).finally(() => reading.delete(secretId));
    reading.set(secretId, pending);
    return pending;
  };
}

async function readLive(fetchVersion: FetchVersion, secretId: string): Promise<Secrets> {
  const [current, previous] = await Promise.all([
    fetchVersion(secretId, 'AWSCURRENT'),
    fetchVersion(secretId, 'AWSPREVIOUS'),
  ]);
  if (current === undefined) {
    throw new Error(
      `There is no secret ${secretId}: make it, or register the app without secretId.`,
    );
  }
  const live = [current, ...(previous === undefined ? [] : [previous])];
  const versions = live.map((text) => parseVersion(text, secretId));
  const names = new Set(versions.flatMap((version) => Object.keys(version)));
  return Object.fromEntries(
    [...names].map((name) => [name, [...new Set(versions.flatMap((each) => each[name] ?? []))]]),
  );
}

/** `{"clientSecret":"…"}`, or several under one name, newest first. No error repeats any of it. */
function parseVersion(text: string, secretId: string): Record<string, string[]> {
  const expected = () =>
    new Error(
      `The secret ${secretId} is not JSON like {"clientSecret":"…"}: its names are those that PUT ` +
        '/v1/apps takes under "secrets".',
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw expected();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw expected();
  const named = Object.entries(value).map(([name, one]): [string, unknown[]] => [
    name,
    Array.isArray(one) ? one : [one],
  ]);
  const isSecret = (one: unknown): one is string => typeof one === 'string' && one.length > 0;
  if (!named.every(([, all]) => all.length > 0 && all.every(isSecret))) throw expected();
  return Object.fromEntries(named) as Record<string, string[]>;
}

/** The client is loaded with the first secret: most deployments keep secrets in the table. */
function lazyFetcher(): FetchVersion {
  let fetch: FetchVersion | undefined;
  return async (secretId, stage) => {
    const { versionFetcher } = await import('./aws.ts');
    fetch ??= versionFetcher();
    return fetch(secretId, stage);
  };
}
