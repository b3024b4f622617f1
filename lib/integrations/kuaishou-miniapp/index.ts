import type { Integration } from '../integration.ts';
import { redeem, reverse } from './counter.ts';
import { kuaishouMiniappDoor } from './door.ts';
import { read } from './read.ts';
import { miniappSettingsSchema, secretsSchema } from './settings.ts';

/** Kuaishou mini-programs with guaranteed payment (担保支付), open loop. */
export const kuaishouMiniapp: Integration = {
  ...kuaishouMiniappDoor,
  loop: 'open',
  // Redemptions are ours to report and to take back: the platform names no window.
  reversalWindowMs: 0,
  secrets: secretsSchema,
  settings: miniappSettingsSchema,
  read,
  // Nothing it says is a hint.
  resolve: async () => [],
  fromHint: () => [],
  redeem,
  reverse,
};
