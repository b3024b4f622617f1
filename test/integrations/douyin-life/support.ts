import * as z from 'zod';
import type { App, Settings } from '../../../lib/integrations/kit/app.ts';
import type { SignedRequest } from '../../../lib/integrations/kit/integration.ts';
import { sampleText } from '../../support/sample-files.ts';

export const SECRET = 'test_client_secret_0001';
export const MERCHANT = '7300000000000000001';
export const ORDER = '1060000000000000001';
export const VOUCHER = '7400000000000000001';

export const appOf = (
  settings: Partial<Settings> = {},
  ...clientSecret: readonly string[]
): App => ({
  integration: 'douyin-life',
  appKey: 'aw0000000000test',
  secrets: { clientSecret: clientSecret.length > 0 ? clientSecret : [SECRET] },
  settings: { enrichment: 'pull', ...settings },
});

const spiSampleSchema = z.object({
  source: z.string().min(1),
  secret: z.string(),
  operation: z.string(),
  query: z.string(),
  body: z.string(),
  signature: z.string(),
  oldSignature: z.string(),
});
export type SpiSample = z.infer<typeof spiSampleSchema>;

export const textOf = (name: string): string => sampleText('douyin-life', name);

export const spiSample = (name: string): SpiSample =>
  spiSampleSchema.parse(JSON.parse(textOf(`spi-${name}`)));

/** A request as the platform sends it; a header of null is left out. */
export function spiRequest(
  sample: Pick<SpiSample, 'query' | 'body'>,
  signature: { new?: string | null; old?: string | null; webhook?: string },
  spi?: string,
): SignedRequest {
  const headers = new Map([['content-type', 'application/json']]);
  if (typeof signature.new === 'string') headers.set('x-life-sign', signature.new);
  if (signature.webhook !== undefined) headers.set('x-douyin-signature', signature.webhook);
  const query = new URLSearchParams(sample.query);
  if (typeof signature.old === 'string') query.set('sign', signature.old);
  const body = new TextEncoder().encode(sample.body);
  return { headers, query, body, ...(spi === undefined ? {} : { spi }) };
}
