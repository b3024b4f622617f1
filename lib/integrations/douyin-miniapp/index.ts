import * as z from 'zod';
import { liveSecretSchema, presentOnly } from '../kit/app.ts';
import type { Integration } from '../kit/integration.ts';
import { auditRefund } from './audit.ts';
import { prepare, QR } from './prepare.ts';
import { read } from './read.ts';
import { douyinMiniappReceiver } from './receiver.ts';
import { miniappSettingsSchema } from './settings.ts';
import { AES_KEY } from './third-party.ts';
import { redeem, reverse } from './till.ts';
import { publicKeyOf } from './verify.ts';

/** A redemption cannot be cancelled later than this. Source: fulfill-tool/coupon-verify-cancel. */
const REVERSAL_WINDOW_MS = 3_600_000;

const publicKeys = liveSecretSchema.refine(
  (keys) => keys.every((pem) => publicKeyOf(pem) !== undefined),
  'must be RSA public keys of 2048 bits or more, in PEM: the platform’s, never your own private key',
);

const aesKeys = liveSecretSchema.refine(
  (keys) => keys.every((key) => AES_KEY.test(key)),
  'must be the 43 characters of the EncodingAESKey',
);

const secrets = z
  .strictObject({
    /** The platform's public keys of this app: the RSA-signed systems. */
    platformPublicKeys: publicKeys,
    /** Tokens of 担保支付, old ones too: an order keeps the token it was paid under. */
    ecpayTokens: liveSecretSchema,
    webhookSecrets: liveSecretSchema,
    thirdPartyToken: liveSecretSchema,
    thirdPartyAesKey: aesKeys,
    /** For calling the platform; also tried on webhooks. */
    clientSecret: liveSecretSchema,
  })
  .partial()
  .refine((all) => Object.values(all).some((live) => live !== undefined), 'needs a secret')
  .refine(
    (all) => (all.thirdPartyToken === undefined) === (all.thirdPartyAesKey === undefined),
    'thirdPartyToken and thirdPartyAesKey come together',
  )
  .transform(presentOnly);

/** Douyin mini-programs, open loop: the merchant's own mini-program sells. */
export const douyinMiniapp = {
  ...douyinMiniappReceiver,
  loop: 'open',
  refundsByOrder: true,
  reversalWindowMs: REVERSAL_WINDOW_MS,
  secrets,
  settings: miniappSettingsSchema,
  read,
  records: () => ({
    unverifiable: {
      zh: '小程序只有按订单号的查询，没有按日列表',
      en: 'the mini-program’s queries name one order, and none lists a day',
    },
  }),
  auditRefund,
  prepare,
  qr: QR,
  redeem,
  reverse,
} satisfies Integration;
