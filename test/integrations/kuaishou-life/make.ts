import * as z from 'zod';
import type { App, Settings } from '../../../lib/integrations/kit/app.ts';
import type { SignedRequest } from '../../../lib/integrations/kit/integration.ts';
import { kuaishouLife } from '../../../lib/integrations/kuaishou-life/index.ts';
import { sampleText } from '../../support/sample-files.ts';

export const APP_ID = 'ks690000000000000002';

export function sampleFile(name: string): unknown {
  return JSON.parse(sampleText('kuaishou-life', name));
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
