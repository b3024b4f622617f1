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
  records: () => ({
    unverifiable: {
      zh: '公开文档没有核销或订单的按日查询',
      en: 'no public page documents a query of a day’s redemptions or orders',
    },
  }),
  // No public source says how a redemption is cancelled.
  redeem,
} satisfies Integration;
