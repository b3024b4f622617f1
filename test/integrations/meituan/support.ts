import * as z from 'zod';
import { type EventDraft, eventSchema } from '../../../lib/events/event.ts';
import type { App } from '../../../lib/integrations/kit/app.ts';
import type { SignedRequest } from '../../../lib/integrations/kit/integration.ts';
import { meituan } from '../../../lib/integrations/meituan/index.ts';
import { signedForm } from '../../../lib/integrations/meituan/sandbox/index.ts';
import { samplesOf } from '../../support/sample-files.ts';

export const KEY = 'test_sign_key_MT';
export const DEVELOPER = '100001';
export const ORDER = '5026112200000000001';
export const VOUCHER = '0112345678901';

const sampleSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('push'),
    source: z.string().min(1),
    signKey: z.string(),
    developerId: z.string(),
    body: z.string(),
    sign: z.string(),
  }),
  z.object({
    kind: z.literal('call'),
    source: z.string().min(1),
    scheme: z.enum(['meituan', 'dianping']),
    secret: z.string(),
    params: z.record(z.string(), z.string()),
    sign: z.string(),
  }),
  z.object({ kind: z.literal('answer'), source: z.string().min(1), body: z.string() }),
]);

const samples = samplesOf('meituan', sampleSchema);

export const pushSamples = samples.filter((sample) => sample.kind === 'push');
export const callSamples = samples.filter((sample) => sample.kind === 'call');
export const answerSamples = samples.filter((sample) => sample.kind === 'answer');

export function pushSample(name: string) {
  const sample = pushSamples.find((one) => one.name === name);
  if (sample === undefined) throw new Error(`no sample ${name}`);
  return sample;
}

export function appWith(
  settings: Readonly<Record<string, unknown>> = {},
  secrets: Readonly<Record<string, string | string[]>> = { signKey: KEY },
): App {
  return {
    integration: 'meituan',
    appKey: DEVELOPER,
    secrets: meituan.secrets.parse(secrets),
    settings: meituan.settings.parse(settings),
  };
}

/** An app whose operator said where messages of these types say what. */
export const appReading = (messages: object, settings: object = {}) =>
  appWith({ ...settings, messages });

export function request(body: string | Uint8Array): SignedRequest {
  return {
    headers: new Map(),
    query: new URLSearchParams(),
    body: typeof body === 'string' ? Buffer.from(body) : body,
  };
}

/** A signed push whose `message` is given as JSON text, so that numbers stay as written. */
export const form = (msgType: string, message: string, more: Record<string, string> = {}) =>
  signedForm(KEY, {
    developerId: DEVELOPER,
    businessId: msgType.slice(0, -5),
    msgType,
    msgId: 'm1',
    timestamp: '1795312800',
    opBizCode: 'op_test_0001',
    message,
    ...more,
  });

export const readText = (body: string | Uint8Array, app = appWith()) =>
  meituan.read(typeof body === 'string' ? Buffer.from(body) : body, app);

/** As normalize writes them down. @throws when the vocabulary does not take one */
export const recorded = (events: readonly EventDraft[]) =>
  events.map((event) =>
    eventSchema.parse({
      ...event,
      ...{ platform: 'meituan', loop: 'closed', integration: 'meituan', appKey: 'a' },
      ...{ deliveryId: null, recordedAt: event.occurredAt },
    }),
  );
