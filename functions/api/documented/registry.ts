import * as z from 'zod';
import {
  merchantSchema,
  providerSchema,
  storeSchema,
} from '../../../lib/store/accounts/parties.ts';
import {
  appGet,
  appsGet,
  merchantGet,
  merchantsGet,
  providerGet,
  providersGet,
  storeGet,
  storesRegistryGet,
} from '../routes/registry.ts';
import type { Documented } from './documented.ts';
import { instant, next } from './shapes.ts';

const urls = { webhookUrl: z.string(), spiUrl: z.string() };

const app = z
  .strictObject({
    integration: z.string(),
    appKey: z.string(),
    settings: z.record(z.string(), z.unknown()),
    secretId: z.string().nullable(),
    registeredAt: instant.nullable(),
    live: z
      .record(
        z.string(),
        z.array(z.strictObject({ fingerprint: z.string(), since: instant.nullable() })),
      )
      .nullable()
      .describe(
        'The live secrets, newest first, each by the first 12 hex digits of its SHA-256. Null: Secrets Manager ' +
          'does not give them at this moment.',
      ),
    ...urls,
  })
  .meta({ id: 'App' });

export const registry: readonly Documented[] = [
  {
    contract: appsGet,
    tag: 'registering',
    summary: 'The registered apps',
    answers: {
      200: {
        json: z.strictObject({
          apps: z.array(z.strictObject({ integration: z.string(), appKey: z.string(), ...urls })),
          next,
        }),
      },
    },
  },
  {
    contract: appGet,
    tag: 'registering',
    summary: 'An app without its secrets: which are live, and since when',
    answers: { 200: { json: app } },
  },
  {
    contract: providersGet,
    tag: 'registering',
    summary: 'The registered providers',
    answers: {
      200: { json: z.strictObject({ providers: z.array(providerSchema.strict()), next }) },
    },
  },
  {
    contract: providerGet,
    tag: 'registering',
    summary: 'A provider',
    answers: { 200: { json: providerSchema.strict() } },
  },
  {
    contract: merchantsGet,
    tag: 'registering',
    summary: 'A platform’s registered merchants',
    answers: {
      200: { json: z.strictObject({ merchants: z.array(merchantSchema.strict()), next }) },
    },
  },
  {
    contract: merchantGet,
    tag: 'registering',
    summary: 'A merchant',
    answers: { 200: { json: merchantSchema.strict() } },
  },
  {
    contract: storesRegistryGet,
    tag: 'registering',
    summary: 'A merchant’s stores, registered and seen',
    answers: { 200: { json: z.strictObject({ stores: z.array(storeSchema.strict()) }) } },
  },
  {
    contract: storeGet,
    tag: 'registering',
    summary: 'A store',
    answers: { 200: { json: storeSchema.strict() } },
  },
];
