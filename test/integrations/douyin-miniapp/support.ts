import * as z from 'zod';
import type { Event, EventDraft } from '../../../lib/events/event.ts';
import { eventSchema } from '../../../lib/events/event.ts';
import { douyinMiniapp } from '../../../lib/integrations/douyin-miniapp/index.ts';
import { read } from '../../../lib/integrations/douyin-miniapp/read.ts';
import { makeKeyPair, signTrade } from '../../../lib/integrations/douyin-miniapp/sandbox/index.ts';
import type { App } from '../../../lib/integrations/kit/app.ts';
import type { Reading, SignedRequest } from '../../../lib/integrations/kit/integration.ts';
import { sampleOf } from '../../support/sample-files.ts';

const sampleSchema = z.looseObject({
  source: z.string().min(1),
  body: z.string(),
  headers: z.record(z.string(), z.string()).default({}),
  publicKey: z.string().default(''),
  token: z.string().default(''),
  encodingAesKey: z.string().default(''),
  secret: z.string().default(''),
  signature: z.string().default(''),
  plain: z.string().default(''),
  appId: z.string().default(''),
});

export function sample(name: string): z.infer<typeof sampleSchema> {
  return sampleOf('douyin-miniapp', name, sampleSchema);
}

export const APP_ID = 'ttexample00000000001';
export const STAMP = { timestamp: '1695261183', nonce: 'Lvd6e6w4sbxDxTIYlOwk3QAZDIXLG5du' };

/** Made anew for every run: no private key is written down anywhere. */
export const PAIR = makeKeyPair();
export const OTHER_PAIR = makeKeyPair();

export function app(
  secrets: Record<string, readonly string[]> = { platformPublicKeys: [PAIR.publicKey] },
  settings: Record<string, unknown> = {},
): App {
  return {
    integration: 'douyin-miniapp',
    appKey: APP_ID,
    secrets,
    // The samples were signed in other years.
    settings: { enrichment: 'none', timestampWindowHours: 'off', ...settings },
  };
}

export const utf8 = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));

export function request(
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): SignedRequest {
  return {
    headers: new Map(new Headers(headers)),
    query: new URLSearchParams(),
    body: typeof body === 'string' ? utf8(body) : body,
  };
}

/** As the platform signs it, with this run's pair. */
export const signed = (body: string | Uint8Array, privateKey = PAIR.privateKey) =>
  request(body, signTrade(privateKey, body, STAMP));

export const RECEIVED_AT = '2026-11-22T10:00:00.000+08:00';

export const readText = (
  body: string,
  as: App = app(),
  receivedAt: string | null = RECEIVED_AT,
): Reading => read(utf8(body), as, receivedAt);

/** The only event of a reading. */
export function only(reading: Reading): EventDraft {
  const [event, ...more] = reading.outcome === 'events' ? reading.events : [];
  if (event === undefined || more.length > 0) throw new Error(`not one event: ${reading.outcome}`);
  return event;
}

/** As normalize writes it; throws where the vocabulary does not take it. */
export function stamped(draft: EventDraft): Event {
  return eventSchema.parse({
    ...draft,
    platform: douyinMiniapp.platform,
    loop: douyinMiniapp.loop,
    integration: douyinMiniapp.name,
    appKey: APP_ID,
    deliveryId: 'd',
    recordedAt: RECEIVED_AT,
  });
}
