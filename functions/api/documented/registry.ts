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
import { appPatch, merchantPatch, providerPatch, storePatch } from '../routes/registry-changes.ts';
import type { Documented } from './documented.ts';
import { instant, next } from './shapes.ts';

const urls = { webhookUrl: z.string(), spiUrl: z.string() };

const archivedAt = instant
  .optional()
  .describe('Since when it is archived; absent where it is not.');

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
    archivedAt,
    ...urls,
  })
  .meta({ id: 'App' });

const LISTED =
  'What is archived is left out, also of a page that is shorter then; `archived=true` shows it as well.';

const PATCHED =
  'Changes what is named and nothing else. `archived: true` takes it out of the lists, and nothing new is made of it; ' +
  'its history and its money stay as they are, and what still comes is booked. `archived: false` takes that back.';

export const registry: readonly Documented[] = [
  {
    contract: appsGet,
    tag: 'registering',
    summary: 'The registered apps',
    description: LISTED,
    answers: {
      200: {
        json: z.strictObject({
          apps: z.array(
            z.strictObject({ integration: z.string(), appKey: z.string(), archivedAt, ...urls }),
          ),
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
    description: LISTED,
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
    description: LISTED,
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
    description: LISTED,
    answers: { 200: { json: z.strictObject({ stores: z.array(storeSchema.strict()) }) } },
  },
  {
    contract: storeGet,
    tag: 'registering',
    summary: 'A store',
    answers: { 200: { json: storeSchema.strict() } },
  },
  {
    contract: appPatch,
    tag: 'registering',
    summary: 'Change settings of an app, or archive it',
    description:
      `${PATCHED} Of an app: webhooks and callbacks are verified, answered and booked as before, because they may take ` +
      'money back; its records are not read any more, its silence is not reported, and its till is closed. A setting ' +
      'that is null is taken away; secrets are changed by PUT.',
    answers: {
      200: {
        json: z.strictObject({
          integration: z.string(),
          appKey: z.string(),
          settings: z.record(z.string(), z.unknown()),
          archivedAt,
          ...urls,
        }),
      },
    },
    problems: ['not-found'],
    example: { archived: true },
  },
  {
    contract: providerPatch,
    tag: 'registering',
    summary: 'Change a provider, or archive it',
    description: `${PATCHED} Of a provider: it gets no contract, member or token; those that it has go on.`,
    answers: { 200: { json: providerSchema.strict() } },
    problems: ['not-found'],
    example: { name: '星河代运营（上海）' },
  },
  {
    contract: merchantPatch,
    tag: 'registering',
    summary: 'Change a merchant, or archive it',
    description: `${PATCHED} Of a merchant: it gets no contract and no store; its contracts go on until they are ended.`,
    answers: { 200: { json: merchantSchema.strict() } },
    problems: ['not-found'],
    example: { archived: true },
  },
  {
    contract: storePatch,
    tag: 'registering',
    summary: 'Change a store, or archive it',
    description: PATCHED,
    answers: { 200: { json: storeSchema.strict() } },
    problems: ['not-found'],
    example: { city: '上海', archived: false },
  },
];
