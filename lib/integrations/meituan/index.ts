import type { Integration } from '../integration.ts';
import { acknowledge } from './acknowledge.ts';
import { read } from './read.ts';
import { meituanSecretsSchema, meituanSettingsSchema } from './settings.ts';
import { signedBytes, verify } from './verify.ts';

/** A voucher's use can be taken back for ten minutes. Source: receipt/reverseconsume. */
export const REVERSAL_WINDOW_MS = 600_000;

/** Meituan and Dianping in-store (技术服务合作中心): closed loop. */
export const meituan: Integration = {
  name: 'meituan',
  platform: 'meituan',
  loop: 'closed',
  reversalWindowMs: REVERSAL_WINDOW_MS,
  secrets: meituanSecretsSchema,
  settings: meituanSettingsSchema,
  // No check of the URL is documented.
  handshake: () => undefined,
  verify: (request, app) => verify(request, app, Date.now()),
  signedBytes,
  acknowledge,
  read,
  // Every message is a fact or is set aside: none is a hint.
  resolve: async () => [],
  fromHint: () => [],
};
