import type { Integration } from '../integration.ts';
import { acknowledge } from './acknowledge.ts';
import { read } from './read.ts';
import { lifeSettingsSchema, secretsSchema } from './settings.ts';
import { signedPart } from './signed.ts';
import { verify } from './verify.ts';

/** Kuaishou life services (快手生活服务), closed loop. */
export const kuaishouLife: Integration = {
  name: 'kuaishou-life',
  platform: 'kuaishou',
  loop: 'closed',
  // That a redemption can be cancelled is implied; for how long is not known.
  reversalWindowMs: 0,
  secrets: secretsSchema,
  settings: lifeSettingsSchema,
  // No check of the URL is documented.
  handshake: () => undefined,
  verify,
  signedBytes: signedPart,
  acknowledge,
  read,
  // Nothing it says is a hint.
  resolve: async () => [],
  fromHint: () => [],
};
