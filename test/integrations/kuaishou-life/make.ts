import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { App, Settings } from '../../../lib/integrations/app.ts';
import type { SignedRequest } from '../../../lib/integrations/integration.ts';
import { kuaishouLife } from '../../../lib/integrations/kuaishou-life/index.ts';

export const APP_ID = 'ks690000000000000002';

export function sampleFile(name: string): unknown {
  const file = `../../../lib/integrations/kuaishou-life/samples/${name}.json`;
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
}

export const SPI = z
  .object({
    source: z.string().min(1),
    secret: z.string(),
    query: z.string(),
    body: z.string(),
    signature: z.string(),
  })
  .parse(sampleFile('spi'));

export const utf8 = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));

export const appOf = (secrets: App['secrets'], settings: Partial<Settings> = {}): App => ({
  integration: 'kuaishou-life',
  appKey: APP_ID,
  secrets,
  settings: { enrichment: 'none', ...settings },
});

export function request(
  body: string | Uint8Array,
  query: string | URLSearchParams,
  headers: Record<string, string> = {},
): SignedRequest {
  return {
    headers: new Map(new Headers(headers)),
    query: new URLSearchParams(query),
    body: typeof body === 'string' ? utf8(body) : body,
  };
}

export const readText = (body: string) => kuaishouLife.read(utf8(body), appOf({}));

/** The address that a client asked, however it gave it. */
export const urlOf = (input: string | URL | Request): string =>
  input instanceof Request ? input.url : input.toString();
