import * as z from 'zod';
import type { App, Settings } from '../../../lib/integrations/kit/app.ts';
import type { Reading, SignedRequest } from '../../../lib/integrations/kit/integration.ts';
import { kuaishouMiniapp } from '../../../lib/integrations/kuaishou-miniapp/index.ts';
import { samplesOf } from '../../support/sample-files.ts';

export const APP_ID = 'ks700000000000000001';
export const APP_SECRET = 'test_app_secret_KS01';
export const MESSAGE_TOKEN = 'test_component_token';
export const MESSAGE_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';

const sampleSchema = z.object({
  source: z.string().min(1),
  secrets: z.record(z.string(), z.string()),
  body: z.string(),
  signature: z.string(),
});

/** The documented deliveries; those of calls are not among them. */
export const samples = samplesOf(
  'kuaishou-miniapp',
  sampleSchema,
  (name) => !name.startsWith('call-'),
);

export function sample(name: string): (typeof samples)[number] {
  const found = samples.find((one) => one.name === name);
  if (found === undefined) throw new Error(`no sample ${name}`);
  return found;
}

export const utf8 = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));

export const appOf = (secrets: App['secrets'], settings: Partial<Settings> = {}): App => ({
  integration: 'kuaishou-miniapp',
  appKey: APP_ID,
  secrets,
  settings: { enrichment: 'none', ...settings },
});

/** With every secret there is. */
export const APP = appOf({
  appSecret: [APP_SECRET],
  messageToken: [MESSAGE_TOKEN],
  messageKey: [MESSAGE_KEY],
});

export function request(body: string | Uint8Array, signature?: string): SignedRequest {
  const headers = new Headers({ 'content-type': 'application/json' });
  if (signature !== undefined) headers.append('kwaisign', signature);
  return {
    headers: new Map(headers),
    query: new URLSearchParams(),
    body: typeof body === 'string' ? utf8(body) : body,
  };
}

export const readText = (body: string, app: App = APP): Reading =>
  kuaishouMiniapp.read(utf8(body), app);

export const ackOf = (body: string) => kuaishouMiniapp.acknowledge(request(body)).body;

/** A notice whose data is given as JSON text, so that big numbers stay as written. */
export const notice = (bizType: string, data: string, more = '"timestamp":1795312800123') =>
  `{"data":{${data}},"biz_type":"${bizType}","message_id":"m1","app_id":"${APP_ID}",${more}}`;

export const payment = (data: string) => notice('PAYMENT', `"status":"SUCCESS",${data}`);
