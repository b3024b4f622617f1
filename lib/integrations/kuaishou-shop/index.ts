import type { Integration } from '../kit/integration.ts';
import { read } from './read.ts';
import { kuaishouShopReceiver } from './receiver.ts';
import { resolve } from './resolve.ts';
import { shopSecretsSchema, shopSettingsSchema } from './settings.ts';
import { redeem, reverse } from './till.ts';

/** Kuaishou e-commerce (快手小店), its orders and e-tickets (电子凭证): closed loop. */
export const kuaishouShop = {
  ...kuaishouShopReceiver,
  loop: 'closed',
  refundsByOrder: true,
  // Not documented: a reversal is taken whenever it comes.
  reversalWindowMs: 0,
  secrets: shopSecretsSchema,
  settings: shopSettingsSchema,
  read,
  records: () => ({
    unverifiable: {
      zh: '设置所命名的查询只按单个订单号，没有按日列表',
      en: 'the queries that the settings name are of one order, and none lists a day',
    },
  }),
  resolve,
  // No fromHint: without an answer of the platform there is neither an amount nor anybody who vouches for it.
  redeem,
  reverse,
} satisfies Integration;
