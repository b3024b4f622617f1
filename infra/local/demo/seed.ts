import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { contractVersionSchema } from '../../../lib/attribution/contract.ts';
import { newToken } from '../../../lib/crypto/hash.ts';
import type { ChannelMap } from '../../../lib/events/channel-map.ts';
import type { Platform } from '../../../lib/events/event.ts';
import { findIntegration } from '../../../lib/integrations/registry.ts';
import type { PlayedMerchant, Player } from '../../../lib/integrations/sandbox-kit/player.ts';
import { appendChannelMap } from '../../../lib/store/accounts/channel-maps.ts';
import {
  appendContract,
  listForProvider,
  readContracts,
} from '../../../lib/store/accounts/contracts.ts';
import {
  putApp,
  putMerchant,
  putProvider,
  putStore,
  readRegisteredAt,
} from '../../../lib/store/accounts/parties.ts';
import { putProduct } from '../../../lib/store/accounts/products.ts';
import { putToken } from '../../../lib/store/accounts/tokens.ts';
import type { Table } from '../../../lib/store/table.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { DEMO_CITY, DEMO_PROVIDERS, type DemoMerchant } from './city.ts';
import type { OtherMerchant } from './others.ts';

/** The city's app. */
export const APP_KEY = 'aw0000000000demo';

const tokensSchema = z.record(z.string(), z.string());

/** Contracts of the demo are in force, and known, this much before its first redemption. */
const STARTS_AT = '2025-01-01T00:00:00.000+08:00';

/** Which channels the player's words are that the integration does not know. */
const DEMO_CHANNELS: ChannelMap = {
  ...{ integration: 'douyin-life', appKey: APP_KEY, version: 1 },
  map: [
    { raw: '朋友圈', channel: 'private_domain' },
    { raw: '门店页', channel: 'poi_page' },
  ],
  ...{ recordedAt: STARTS_AT, recordedBy: 'demo' },
};

/** Registers the city. Repeating it changes nothing, so the demo can be started again on its data. */
export async function seedCity(table: Table): Promise<void> {
  for (const provider of DEMO_PROVIDERS) await putProvider(table, provider);
  await appendChannelMap(table, DEMO_CHANNELS);
  for (const merchant of DEMO_CITY) {
    await seedMerchant(table, 'douyin', merchant);
    await seedContracts(table, 'douyin', merchant);
  }
  for (const [at, { products }] of DEMO_CITY.entries()) {
    await seedProducts(table, 'douyin', products, DEMO_CATEGORIES[at] ?? null);
  }
}

/** What the city's merchants sell, in their order. */
export const DEMO_CATEGORIES = ['火锅', '烘焙', '足疗', '茶饮', '运动', '美发'];

/** Products with one name are one dish, at whatever platform. */
async function seedProducts(
  table: Table,
  platform: Platform,
  products: PlayedMerchant['products'],
  category: string | null,
): Promise<void> {
  for (const { productId, name } of products) {
    await putProduct(table, { platform, productId, name, category, supplyId: name });
  }
}

/** The app of a player, as the operator's route would check and keep it. */
export async function seedApp(table: Table, player: Player, apiBaseUrl: string): Promise<void> {
  const { integration: name, appKey } = player;
  const integration = findIntegration(name);
  if (integration === undefined) throw new Error(`no integration ${name}`);
  await putApp(table, {
    ...{ integration: name, appKey },
    registeredAt: (await readRegisteredAt(table, name, appKey)) ?? toInstant(Date.now()),
    secrets: integration.secrets.parse(player.secrets),
    settings: integration.settings.parse(player.settings(apiBaseUrl)),
  });
}

/** A platform besides the city's, with its one merchant and who holds it. */
export async function seedOther(
  table: Table,
  player: Player,
  { merchant, providerId, rateBp }: OtherMerchant,
  apiBaseUrl: string,
): Promise<void> {
  await seedApp(table, player, apiBaseUrl);
  await seedMerchant(table, player.platform, merchant);
  await seedProducts(table, player.platform, merchant.products, '套餐');
  const contracts = [{ providerId, shareBp: 10_000, rateBp }];
  await seedContracts(table, player.platform, { merchantId: merchant.merchantId, contracts });
}

/** One token a provider, made on the first start and kept with the data so that it can be shown again. */
export async function demoTokens(table: Table, data: string): Promise<Record<string, string>> {
  const file = join(data, 'demo-tokens.json');
  if (existsSync(file)) return tokensSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const tokens: Record<string, string> = {};
  for (const { providerId } of DEMO_PROVIDERS) {
    const token = newToken('hxp');
    const createdAt = toInstant(Date.now());
    await putToken(table, token, {
      ...{ providerId, name: 'demo', memberId: null, role: 'owner', scopes: null, stores: [] },
      ...{ createdAt, createdBy: 'demo', endsAt: null },
    });
    tokens[providerId] = token;
  }
  writeFileSync(file, `${JSON.stringify(tokens, null, 2)}\n`, { mode: 0o600 });
  return tokens;
}

export async function seedMerchant(
  table: Table,
  platform: Platform,
  { merchantId, name, stores }: PlayedMerchant,
) {
  await putMerchant(table, { platform, merchantId, name });
  for (const store of stores) {
    await putStore(table, { platform, merchantId, ...store, namedBy: 'operator' });
  }
}

export async function seedContracts(
  table: Table,
  platform: Platform,
  { merchantId, contracts }: Pick<DemoMerchant, 'merchantId' | 'contracts'>,
) {
  const log = await readContracts(table, platform, merchantId);
  for (const [index, contract] of contracts.entries()) {
    const version = index + 1;
    if (version <= log.length) continue;
    const recorded = contractVersionSchema.parse({
      ...contract,
      contractId: `${version}.${platform}.${merchantId}`,
      version,
      platform,
      merchantId,
      mode: 'agency',
      startsAt: STARTS_AT,
      endsAt: null,
      recordedAt: STARTS_AT,
    });
    await listForProvider(table, recorded);
    await appendContract(table, recorded);
  }
}
