import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { newToken, sha256Hex } from '../../../lib/crypto/hash.ts';
import { appendContract, readContracts } from '../../../lib/store/contracts.ts';
import {
  putApp,
  putMerchant,
  putProvider,
  putStore,
  putToken,
} from '../../../lib/store/registry.ts';
import type { Table } from '../../../lib/store/table.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { DEMO_CITY, DEMO_PROVIDERS, type DemoMerchant } from './city.ts';

const tokensSchema = z.record(z.string(), z.string());

/** Contracts of the demo are this much older than its first redemption. */
const STARTS_AT = '2025-01-01T00:00:00.000+08:00';

/** Registers the city. Repeating it changes nothing, so the demo can be started again on its data. */
export async function seedCity(
  table: Table,
  app: { appKey: string; clientSecret: string; apiBaseUrl: string },
): Promise<void> {
  const { appKey, clientSecret, apiBaseUrl } = app;
  await putApp(table, {
    integration: 'douyin-life',
    appKey,
    secrets: { clientSecret: [clientSecret] },
    settings: { apiBaseUrl, enrichment: 'pull' },
  });
  for (const provider of DEMO_PROVIDERS) await putProvider(table, provider);
  for (const merchant of DEMO_CITY) {
    await seedMerchant(table, merchant);
    await seedContracts(table, merchant);
  }
}

/** One token a provider, made on the first start and kept with the data so that it can be shown again. */
export async function demoTokens(table: Table, data: string): Promise<Record<string, string>> {
  const file = join(data, 'demo-tokens.json');
  if (existsSync(file)) return tokensSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const tokens: Record<string, string> = {};
  for (const { providerId } of DEMO_PROVIDERS) {
    const token = newToken('hxp');
    const createdAt = toInstant(Date.now());
    await putToken(table, sha256Hex(token), { providerId, role: 'owner', createdAt });
    tokens[providerId] = token;
  }
  writeFileSync(file, `${JSON.stringify(tokens, null, 2)}\n`, { mode: 0o600 });
  return tokens;
}

async function seedMerchant(table: Table, { merchantId, name, stores }: DemoMerchant) {
  await putMerchant(table, { platform: 'douyin', merchantId, name });
  for (const store of stores) {
    await putStore(table, { platform: 'douyin', merchantId, ...store, namedBy: 'operator' });
  }
}

async function seedContracts(table: Table, { merchantId, contracts }: DemoMerchant) {
  const log = await readContracts(table, 'douyin', merchantId);
  for (const [index, contract] of contracts.entries()) {
    const version = index + 1;
    if (version <= log.length) continue;
    await appendContract(table, {
      ...contract,
      contractId: `${version}.douyin.${merchantId}`,
      version,
      platform: 'douyin',
      merchantId,
      mode: 'agency',
      startsAt: STARTS_AT,
      endsAt: null,
      recordedAt: toInstant(Date.now()),
    });
  }
}
