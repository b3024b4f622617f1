import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { newToken, sha256Hex } from '../../lib/crypto/hash.ts';
import { parseBodyKeys } from '../../lib/secrets/body-keys.ts';
import { parseProofKeys } from '../../lib/secrets/proof-keys.ts';

/** What `npm start` reads from its environment. */
const settingsSchema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(8787),
  HEXIAO_DATA: z.string().min(1).default('.hexiao'),
  HEXIAO_OPERATOR_TOKEN: z
    .string()
    .regex(/^\S{1,512}$/, 'must be one word')
    .optional(),
  HEXIAO_DEMO: z.enum(['on', 'off']).default('on'),
});

export interface LocalSettings {
  readonly port: number;
  readonly data: string;
  readonly demo: boolean;
  /** The keys of raw bodies: made on the first start. */
  readonly bodyKeysFile: string;
  /** The keys that proofs are signed with: made on the first start, or the first after they came to be. */
  readonly proofKeysFile: string;
  readonly operatorTokenHash: string;
  /** The token, when it was made just now: the one time it can be shown. */
  readonly newOperatorToken: string | null;
  /** The token in clear, when this start knows it. */
  readonly operatorToken: string | null;
}

/** @throws with what to set to what */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>>,
): LocalSettings {
  const parsed = settingsSchema.safeParse(withoutEmpty(environment));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new Error(`${issue?.path.join('.')}: ${issue?.message}`);
  }
  const { PORT, HEXIAO_DATA, HEXIAO_DEMO, HEXIAO_OPERATOR_TOKEN } = parsed.data;
  const data = resolve(HEXIAO_DATA);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const bodyKeysFile = keysOfBodies(data);
  const proofKeysFile = keysOfProofs(data);
  const demo = HEXIAO_DEMO === 'on';
  const files = { bodyKeysFile, proofKeysFile };
  return { port: PORT, data, demo, ...files, ...operator(data, HEXIAO_OPERATOR_TOKEN) };
}

/** @throws where the table is older than the keys that there are: it has bodies that nobody could open */
function keysOfBodies(data: string): string {
  const file = join(data, 'body-keys.json');
  if (existsSync(file)) {
    try {
      parseBodyKeys(readFileSync(file, 'utf8'));
    } catch (error) {
      throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return file;
  }
  if (existsSync(join(data, 'dynamodb'))) {
    throw new Error(
      `${file} is missing, and what platforms sent is sealed with it: put it back, or remove ${data} to begin anew.`,
    );
  }
  return makeKeys(file);
}

/** Proofs that are out are checked by the public key in them, so lost keys are made anew. */
function keysOfProofs(data: string): string {
  const file = join(data, 'proof-keys.json');
  if (!existsSync(file)) return makeKeys(file);
  try {
    parseProofKeys(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  return file;
}

function makeKeys(file: string): string {
  const keys = { newest: randomBytes(32).toString('base64url'), older: [] };
  writeFileSync(file, `${JSON.stringify(keys)}\n`, { mode: 0o600 });
  return file;
}

/** The operator's token: given, or made on the first start and kept as a hash. */
function operator(data: string, given: string | undefined) {
  const file = join(data, 'operator-token.sha256');
  if (given !== undefined) {
    return { operatorTokenHash: sha256Hex(given), newOperatorToken: null, operatorToken: given };
  }
  if (existsSync(file)) {
    const operatorTokenHash = readFileSync(file, 'utf8').trim();
    return { operatorTokenHash, newOperatorToken: null, operatorToken: null };
  }
  const token = newToken('hxo');
  const operatorTokenHash = sha256Hex(token);
  writeFileSync(file, `${operatorTokenHash}\n`, { mode: 0o600 });
  return { operatorTokenHash, newOperatorToken: token, operatorToken: token };
}

function withoutEmpty(environment: Readonly<Record<string, string | undefined>>) {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
}
