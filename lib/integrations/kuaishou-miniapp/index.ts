import type { Integration } from '../kit/integration.ts';
import { read } from './read.ts';
import { kuaishouMiniappReceiver } from './receiver.ts';
import { miniappSettingsSchema, secretsSchema } from './settings.ts';
import { redeem, reverse } from './till.ts';

/** Kuaishou mini-programs with guaranteed payment (担保支付), open loop. */
export const kuaishouMiniapp = {
  ...kuaishouMiniappReceiver,
  loop: 'open',
  // Redemptions are ours to report and to take back: the platform names no window.
  reversalWindowMs: 0,
  secrets: secretsSchema,
  settings: miniappSettingsSchema,
  read,
  records: () => ({
    unverifiable: {
      zh: '小程序只有按订单号的查询，没有按日列表',
      en: 'the mini-program’s queries name one order, and none lists a day',
    },
  }),
  redeem,
  reverse,
} satisfies Integration;
