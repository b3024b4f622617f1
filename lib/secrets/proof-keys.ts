import { Problem } from '../errors/problem.ts';
import { errorFields, type Log, logLines } from '../log/log.ts';
import {
  type OpenProofKey,
  type ProofKey,
  type ProofKeys,
  proofKeyOf,
  publicOf,
} from '../proof/keys.ts';
import type { FetchVersion } from './aws.ts';
import { lazyFetcher, textAt } from './place.ts';

/** A rotated key signs within this. */
const FRESH_MS = 60_000;

/** Shorter is no key but a word that somebody thought of. */
const MIN_LENGTH = 32;

export interface ProofKeysOptions {
  readonly fetchVersion?: FetchVersion;
  readonly now?: () => number;
  readonly log?: Log;
}

interface Known {
  readonly newest: ProofKey;
  readonly published: readonly OpenProofKey[];
}

/**
 * The keys that proofs are signed with, read when somebody first asks for one and again a minute later.
 * @param place `file:///…` on one machine, else a secret of AWS Secrets Manager
 */
export function proofKeysAt(
  place: string,
  { fetchVersion = lazyFetcher, now = Date.now, log = logLines() }: ProofKeysOptions = {},
): ProofKeys {
  let known: Promise<Known> | undefined;
  let readAtMs = Number.NEGATIVE_INFINITY;
  const load = async () => {
    try {
      return parseProofKeys(await textAt(place, fetchVersion));
    } catch (cause) {
      known = undefined;
      log('error', 'proof-keys-unreadable', errorFields(cause));
      throw new Problem('proof-key-missing', UNREADABLE, { cause });
    }
  };
  const read = () => {
    if (known !== undefined && now() - readAtMs < FRESH_MS) return known;
    readAtMs = now();
    known = load();
    return known;
  };
  return {
    newest: async () => (await read()).newest,
    published: async () => (await read()).published,
  };
}

const UNREADABLE =
  'The keys that proofs are signed with cannot be read. Look at the log: the secret or its grant is missing, or it ' +
  'is not JSON like {"newest":"…","older":["…"],"retired":["…"]}.';

/**
 * `{"newest":"…","older":["…"],"retired":["…"]}`: secrets of 32 characters or more, and of keys whose secret is gone
 * the public half.
 * @throws Error that repeats nothing of it
 */
export function parseProofKeys(text: string): Known {
  const expected = () =>
    new Error(
      'The keys of proofs are JSON like {"newest":"…","older":["…"],"retired":["…"]}: secrets of 32 characters or ' +
        'more, and public keys of 43.',
    );
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw expected();
  }
  const { newest, older = [], retired = [] } = (value ?? {}) as Record<string, unknown>;
  const isSecret = (one: unknown): one is string =>
    typeof one === 'string' && one.length >= MIN_LENGTH;
  const isPublic = (one: unknown): one is string =>
    typeof one === 'string' && /^[\w-]{43}$/.test(one);
  if (!isSecret(newest) || !isListOf(older, isSecret) || !isListOf(retired, isPublic)) {
    throw expected();
  }
  const first = proofKeyOf(newest);
  const secret = [first, ...older.map(proofKeyOf)];
  const all = [...secret.map(({ publicKey }) => publicKey), ...retired].map(publicOf);
  return { newest: first, published: all };
}

function isListOf<T>(value: unknown, isOne: (one: unknown) => one is T): value is T[] {
  return Array.isArray(value) && value.every(isOne);
}
