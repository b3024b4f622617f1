import type { Integration } from '../integration.ts';
import { acknowledge } from './acknowledge.ts';
import { read } from './read.ts';
import { resolve } from './resolve.ts';
import { shopSecretsSchema, shopSettingsSchema } from './settings.ts';
import { verify } from './verify.ts';

/** Kuaishou e-commerce (快手小店), its orders and e-tickets (电子凭证): closed loop. */
export const kuaishouShop: Integration = {
  name: 'kuaishou-shop',
  platform: 'kuaishou',
  loop: 'closed',
  // Not documented: a reversal is taken whenever it comes.
  reversalWindowMs: 0,
  secrets: shopSecretsSchema,
  settings: shopSettingsSchema,
  // No check of the URL is documented but the heartbeat, which is a message like any other.
  handshake: () => undefined,
  verify,
  signedBytes: (request) => request.body,
  acknowledge,
  read,
  resolve,
  // Without an answer of the platform there is neither an amount nor anybody who vouches for it.
  fromHint: () => [],
};
