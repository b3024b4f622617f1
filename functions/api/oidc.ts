import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

/** The stage's own sign-in service, an OpenID Connect issuer. */
export interface OidcSettings {
  /** As its discovery document names it: `https://sso.example.com/realms/hexiao`. */
  readonly issuer: string;
  readonly clientId: string;
  /** Read when it is used. */
  readonly clientSecret: () => Promise<string>;
}

const secretSchema = z.object({ clientSecret: z.union([z.string(), z.array(z.string()).min(1)]) });

/**
 * What the environment says of it.
 * @returns undefined where none is configured
 * @throws when a part of it is missing: at start, not at the first sign-in
 */
export function oidcOf(
  environment: Readonly<Record<string, string | undefined>>,
): OidcSettings | undefined {
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_SECRET: place } = environment;
  if (!issuer && !clientId && !place) return undefined;
  if (!issuer || !clientId || !place) {
    throw new Error('Set OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_SECRET together, or none of them.');
  }
  return { issuer, clientId, clientSecret: () => readSecret(place) };
}

/** @param place `file:///…` on one machine, else a secret that is kept as an app's: `{"clientSecret":"…"}` */
async function readSecret(place: string): Promise<string> {
  const { clientSecret } = secretSchema.parse(
    place.startsWith('file:')
      ? JSON.parse(await readFile(fileURLToPath(place), 'utf8'))
      : await (await reader())(place),
  );
  return typeof clientSecret === 'string' ? clientSecret : (clientSecret[0] ?? '');
}

/** Remembers for a minute, and both live versions of a secret that is being changed. */
async function reader() {
  const { secretsReader } = await import('../../lib/secrets/secrets.ts');
  known ??= secretsReader();
  return known;
}

let known: ((secretId: string) => Promise<unknown>) | undefined;
