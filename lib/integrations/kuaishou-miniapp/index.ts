import type { Integration } from '../integration.ts';
import { acknowledge } from './acknowledge.ts';
import { read } from './read.ts';
import { miniappSettingsSchema, secretsSchema } from './settings.ts';
import { verify } from './verify.ts';

/** Kuaishou mini-programs with guaranteed payment (担保支付), open loop. */
export const kuaishouMiniapp: Integration = {
  name: 'kuaishou-miniapp',
  platform: 'kuaishou',
  loop: 'open',
  // Redemptions are ours to report and to take back: the platform names no window.
  reversalWindowMs: 0,
  secrets: secretsSchema,
  settings: miniappSettingsSchema,
  // The test event on saving the URL is not documented; it is expected to be signed like any other.
  handshake: () => undefined,
  verify,
  signedBytes: (request) => request.body,
  acknowledge,
  read,
  // Nothing it says is a hint.
  resolve: async () => [],
  fromHint: () => [],
};
