import * as z from 'zod';
import { type EventDraft, eventSchema } from '../../../lib/events/event.ts';
import type { App } from '../../../lib/integrations/kit/app.ts';
import type { SignedRequest } from '../../../lib/integrations/kit/integration.ts';
import { kuaishouShop } from '../../../lib/integrations/kuaishou-shop/index.ts';
import { sealMessage } from '../../../lib/integrations/kuaishou-shop/sandbox/index.ts';
import { samplesOf } from '../../support/sample-files.ts';

export const APP_KEY = 'ks699000000000000003';
export const SECRET = 'MDEyMzQ1Njc4OWFiY2RlZg==';
export const OTHER_SECRET = Buffer.from('another-16-bytes').toString('base64');
export const ORDER = '2632600000000001';

const sampleSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('message'),
    source: z.string().min(1),
    appKey: z.string(),
    messageSecret: z.string(),
    plaintext: z.string(),
    body: z.string(),
  }),
  z.object({
    kind: z.literal('call'),
    source: z.string().min(1),
    signSecret: z.string(),
    params: z.record(z.string(), z.string()),
    sign: z.string(),
  }),
]);

const samples = samplesOf('kuaishou-shop', sampleSchema);

export const messageSamples = samples.filter((sample) => sample.kind === 'message');
export const callSamples = samples.filter((sample) => sample.kind === 'call');

export function messageSample(name: string) {
  const sample = messageSamples.find((one) => one.name === name);
  if (sample === undefined) throw new Error(`no sample ${name}`);
  return sample;
}

export function appWith(
  secrets: Readonly<Record<string, string | string[]>> = { messageSecret: SECRET },
  settings: Readonly<Record<string, unknown>> = {},
): App {
  return {
    integration: 'kuaishou-shop',
    appKey: APP_KEY,
    secrets: kuaishouShop.secrets.parse(secrets),
    settings: kuaishouShop.settings.parse(settings),
  };
}

export function request(body: string | Uint8Array): SignedRequest {
  return {
    headers: new Map(),
    query: new URLSearchParams(),
    body: typeof body === 'string' ? Buffer.from(body) : body,
  };
}

/** A message with fields given as JSON text, so that numbers stay as written. */
export const plaintext = (event: string, info: string, more = '') =>
  `{"eventId":"e1","userId":2160000001,"appKey":"${APP_KEY}","event":${JSON.stringify(event)},` +
  `"info":${JSON.stringify(info)},"createTime":1795312800500,"updateTime":1795312800800${more}}`;

export const readPlaintext = (text: string | Uint8Array, app = appWith()) =>
  kuaishouShop.read(Buffer.from(sealMessage(SECRET, text)), app);

/** As normalize writes them down. @throws when the vocabulary does not take one */
export const recorded = (events: readonly EventDraft[]) =>
  events.map((event) =>
    eventSchema.parse({
      ...event,
      ...{ platform: 'kuaishou', loop: 'closed', integration: 'kuaishou-shop', appKey: 'a' },
      ...{ deliveryId: null, recordedAt: event.occurredAt },
    }),
  );
