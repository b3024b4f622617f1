import * as z from 'zod';
import { providerRoleSchema } from '../../../lib/access/permissions.ts';
import { codePoolSchema } from '../../../lib/callbacks/code-pools.ts';
import { refundPolicySchema } from '../../../lib/callbacks/refund-policy.ts';
import {
  merchantSchema,
  providerSchema,
  storeSchema,
} from '../../../lib/store/accounts/parties.ts';
import { appPut } from '../routes/apps.ts';
import { codePoolGet, codePoolPut, codesPost } from '../routes/code-pools.ts';
import { merchantPut, storePut } from '../routes/merchants.ts';
import { providerPut, tokenPost } from '../routes/providers.ts';
import { refundPolicyGet, refundPolicyPut } from '../routes/refund-policies.ts';
import type { Documented } from './documented.ts';
import { instant, shownOnce } from './shapes.ts';

const app = z.strictObject({
  integration: z.string(),
  appKey: z.string(),
  liveSecrets: z.record(z.string(), z.int()).describe('How many secrets of each kind are live.'),
  settings: z.record(z.string(), z.unknown()),
  secretId: z.string().optional(),
  webhookUrl: z.string().describe('To paste into the platform’s console.'),
  spiUrl: z.string(),
});

const providerToken = z.strictObject({
  tokenId: z.string(),
  ...shownOnce,
  providerId: z.string(),
  role: providerRoleSchema,
  createdAt: instant,
});

const pool = z.union([codePoolSchema.options[0].strict(), codePoolSchema.options[1].strict()]);

const freePool = z.union([
  codePoolSchema.options[0].extend({ free: z.int() }).strict(),
  codePoolSchema.options[1].extend({ free: z.int() }).strict(),
]);

const refundPolicy = z.strictObject({ policy: refundPolicySchema });

const merchant = { platform: 'douyin', merchantId: '7011223344', name: '山月火锅' } as const;

export const registering: readonly Documented[] = [
  {
    contract: appPut,
    tag: 'registering',
    summary: 'Register an app: its live secrets and settings, whole',
    description:
      '`secrets` and `settings`, or `secretId` and `settings` where AWS Secrets Manager keeps the secrets. A ' +
      'secret is one string or the live ones, newest first. To name another address of the platform’s API ' +
      'beside a `secretId`, give the kept `secrets` as well: they are compared, not stored. Each ' +
      'integration’s README lists its secrets and settings; `settings.factsSince` (a day) is for an app ' +
      'whose past is longer than 400 days before its registration. Secrets go in and never come out. ' +
      'A `secretId` whose secret cannot be read is refused.',
    answers: { 200: { json: app } },
    problems: ['integration-unknown', 'secret-unreadable'],
    example: { secrets: { clientSecret: '…' }, settings: {} },
  },
  {
    contract: providerPut,
    tag: 'registering',
    summary: 'Register a provider (服务商)',
    answers: { 200: { json: providerSchema.strict() } },
    example: { name: '星河代运营', kind: 'agency' },
  },
  {
    contract: tokenPost,
    tag: 'registering',
    summary: 'Make a provider’s token, which is shown once',
    description: 'A shorthand of `POST /v1/tokens`.',
    answers: { 201: { json: providerToken } },
    problems: ['archived', 'provider-unknown'],
    example: { role: 'viewer' },
  },
  {
    contract: merchantPut,
    tag: 'registering',
    summary: 'Register a merchant (商家)',
    answers: { 200: { json: merchantSchema.strict(), example: merchant } },
    example: { name: merchant.name },
  },
  {
    contract: storePut,
    tag: 'registering',
    summary: 'Register a store (门店) of a merchant',
    answers: { 200: { json: storeSchema.strict() } },
    problems: ['archived', 'merchant-unknown'],
    example: { name: '山月火锅（静安店）', merchantId: merchant.merchantId, city: '上海' },
  },
  {
    contract: refundPolicyPut,
    tag: 'till',
    summary: 'Set how a merchant’s refund requests are decided',
    answers: { 200: { json: refundPolicy } },
    problems: ['merchant-unknown'],
    example: { policy: 'auto-approve-unused' },
  },
  {
    contract: refundPolicyGet,
    tag: 'till',
    summary: 'How a merchant’s refund requests are decided',
    answers: { 200: { json: refundPolicy, example: { policy: 'manual' } } },
    problems: ['merchant-unknown'],
  },
  {
    contract: codePoolPut,
    tag: 'till',
    summary: 'Set where a merchant’s third-party codes (三方码) come from',
    answers: { 200: { json: pool, example: { source: 'generated', length: 12 } } },
    problems: ['merchant-unknown'],
    example: { source: 'generated', length: 12 },
  },
  {
    contract: codePoolGet,
    tag: 'till',
    summary: 'A merchant’s code pool, and how many imported codes are free',
    answers: { 200: { json: freePool } },
    problems: ['merchant-unknown', 'not-found'],
  },
  {
    contract: codesPost,
    tag: 'till',
    summary: 'Import codes, at most 500 at once',
    answers: { 200: { json: z.strictObject({ added: z.int(), known: z.int() }) } },
    problems: ['merchant-unknown', 'code-pool-missing'],
    example: { codes: ['48219374', '48219375'] },
  },
];
