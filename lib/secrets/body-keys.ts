import type { BodyKey, BodyKeys } from '../crypto/body-keys.ts';
import { sha256Hex } from '../crypto/hash.ts';
import { Problem } from '../errors/problem.ts';
import { errorFields, type Log, logLines } from '../log/log.ts';
import type { FetchVersion } from './aws.ts';
import { lazyFetcher, textAt } from './place.ts';

/** A key that a process does not know is looked for no more often. */
const AGAIN_MS = 60_000;

/** Shorter is no key but a word that somebody thought of. */
const MIN_LENGTH = 32;

export interface BodyKeysOptions {
  readonly fetchVersion?: FetchVersion;
  readonly now?: () => number;
  readonly log?: Log;
}

/**
 * The keys of raw bodies, read once a process, when a body is first sealed or opened; and once more when a body
 * names a key that was made since.
 * @param place `file:///…` on one machine, else a secret of AWS Secrets Manager
 */
export function bodyKeysAt(
  place: string,
  { fetchVersion = lazyFetcher, now = Date.now, log = logLines() }: BodyKeysOptions = {},
): BodyKeys {
  let known: Promise<readonly BodyKey[]> | undefined;
  let readAtMs = Number.NEGATIVE_INFINITY;
  const load = async () => {
    try {
      return parseBodyKeys(await textAt(place, fetchVersion));
    } catch (cause) {
      known = undefined;
      log('error', 'body-keys-unreadable', errorFields(cause));
      throw new Problem('body-key-missing', UNREADABLE, { cause });
    }
  };
  const read = () => {
    readAtMs = now();
    known = load();
    return known;
  };
  return {
    async newest() {
      const [first] = await (known ?? read());
      if (first === undefined) throw new Error('a list of keys without one was taken');
      return first;
    },
    async of(keyId) {
      const reading = known ?? read();
      const standing = keyIn(await reading, keyId);
      if (standing !== undefined) return standing;
      // It was made since; somebody else may be reading anew at this moment.
      if (known === reading && now() - readAtMs >= AGAIN_MS) void read();
      const made = keyIn(await (known ?? read()), keyId);
      if (made !== undefined) return made;
      log('error', 'body-keys-unreadable', { keyId });
      throw new Problem('body-key-missing', `A body is sealed with the key ${keyId}. ${PUT_BACK}`);
    },
  };
}

function keyIn(keys: readonly BodyKey[], keyId: string): BodyKey | undefined {
  return keys.find((one) => one.keyId === keyId);
}

const UNREADABLE =
  'The keys of raw bodies cannot be read. Look at the log: the secret or its grant is missing, or it is not ' +
  'JSON like {"newest":"…","older":["…"]}. Nothing is lost meanwhile: what comes waits on its queue.';

const PUT_BACK =
  'It is not among those that are kept: put it back under "older". Nothing is lost meanwhile.';

/**
 * `{"newest":"…","older":["…"]}`, each of 32 characters or more.
 * @throws Error that repeats nothing of it
 */
export function parseBodyKeys(text: string): BodyKey[] {
  const expected = () =>
    new Error(
      'The keys of raw bodies are JSON like {"newest":"…","older":["…"]}, 32 characters each.',
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw expected();
  }
  const { newest, older = [] } = (value ?? {}) as { newest?: unknown; older?: unknown };
  const all = [newest, ...(Array.isArray(older) ? (older as unknown[]) : [undefined])];
  const isKey = (one: unknown): one is string =>
    typeof one === 'string' && one.length >= MIN_LENGTH;
  if (!all.every(isKey)) throw expected();
  return all.map((secret) => ({ keyId: sha256Hex(`body-key\n${secret}`).slice(0, 8), secret }));
}
