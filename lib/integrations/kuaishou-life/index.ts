import type { Integration } from '../kit/integration.ts';
import { read } from './read.ts';
import { kuaishouLifeReceiver } from './receiver.ts';
import { lifeSettingsSchema, secretsSchema } from './settings.ts';
import { redeem } from './till.ts';

/** Kuaishou life services (快手生活服务), closed loop. */
export const kuaishouLife = {
  ...kuaishouLifeReceiver,
  loop: 'closed',
  // That a redemption can be cancelled is implied; for how long is not known.
  reversalWindowMs: 0,
  secrets: secretsSchema,
  settings: lifeSettingsSchema,
  read,
  // No public source says how a redemption is cancelled.
  redeem,
} satisfies Integration;
