import type { Integration } from '../kit/integration.ts';
import { prepare } from './prepare.ts';
import { read } from './read.ts';
import { meituanReceiver } from './receiver.ts';
import { records } from './records.ts';
import { meituanSecretsSchema, meituanSettingsSchema } from './settings.ts';
import { redeem, reverse } from './till.ts';

/** A voucher's use can be taken back for ten minutes. Source: receipt/reverseconsume. */
const REVERSAL_WINDOW_MS = 600_000;

/** Meituan and Dianping in-store (技术服务合作中心): closed loop. */
export const meituan = {
  ...meituanReceiver,
  loop: 'closed',
  redemptionsUnnotified: true,
  reversalWindowMs: REVERSAL_WINDOW_MS,
  secrets: meituanSecretsSchema,
  settings: meituanSettingsSchema,
  read,
  // Its call (refundcallback) is known by name only, so the operator enters the decision by hand.
  auditRefund: async () => ({
    outcome: 'refused',
    why: 'no documented call reports a decision to Meituan: enter it in its merchant console too',
  }),
  records,
  prepare,
  redeem,
  reverse,
} satisfies Integration;
