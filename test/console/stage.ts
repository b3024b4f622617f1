import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { seedAds } from '../../infra/local/demo/ads.ts';
import { DEMO_CITY, DEMO_PROVIDERS } from '../../infra/local/demo/city.ts';
import { cityHistory } from '../../infra/local/demo/history.ts';
import { seedLeads } from '../../infra/local/demo/leads.ts';
import { OTHER_MERCHANTS } from '../../infra/local/demo/others.ts';
import { seedMembers } from '../../infra/local/demo/people.ts';
import { seedProgrammes } from '../../infra/local/demo/programmes.ts';
import { seedCity, seedContracts, seedMerchant } from '../../infra/local/demo/seed.ts';
import { mapLimit } from '../../lib/async/map-limit.ts';
import { newToken } from '../../lib/crypto/hash.ts';
import type { Event } from '../../lib/events/event.ts';
import { findIntegration } from '../../lib/integrations/registry.ts';
import { seededRandom } from '../../lib/integrations/sandbox-kit/player.ts';
import { MESSAGE_VERSION } from '../../lib/queue/messages.ts';
import { appendContract, readContracts } from '../../lib/store/accounts/contracts.ts';
import { putToken } from '../../lib/store/accounts/tokens.ts';
import { archiveDelivery, putSetAside } from '../../lib/store/deliveries/archive.ts';
import { recordEvent } from '../../lib/store/ledger/events.ts';
import type { Table } from '../../lib/store/table.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import { amountsOf, redeemed } from '../lib/make.ts';
import { APP_KEY, registerApp } from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';

/** The moment at which the pages are looked at: a Monday afternoon, with most of a month behind it. */
const NOW_MS = Date.parse('2026-11-30T14:32:00+08:00');

/** Whose pages are looked at; the others' merchants would only take time to book. */
export const VIEWER = 'demo-xinghe';

/** A delivery that nobody could read. */
export const SET_ASIDE = 'ab'.repeat(32);

const XINGHES = new Set(
  [
    ...DEMO_CITY.filter(({ contracts }) =>
      contracts.some(({ providerId }) => providerId === VIEWER),
    ),
    ...OTHER_MERCHANTS.filter(({ providerId }) => providerId === VIEWER).map((one) => one.merchant),
  ].map(({ merchantId }) => merchantId),
);

export interface Stage {
  readonly hexiao: HexiaoUnderTest;
  readonly url: string;
  /** By provider. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Something is redeemed in a store at this moment, and booked. */
  redeem(storeId: string): Promise<void>;
  stop(): Promise<void>;
}

/** The demo's city with some months behind it, booked by the real workers, and its console on a port. */
export async function startStage(days: number, perStoreDay = 1): Promise<Stage> {
  const hexiao = await HexiaoUnderTest.start({ now: () => NOW_MS });
  const { table } = hexiao;
  await seedCity(table);
  await addTiers(table);
  await seedMembers(table, NOW_MS);
  await seedLeads(table, NOW_MS);
  await seedAds(table, NOW_MS);
  await seedProgrammes(table, NOW_MS);
  for (const { integration, merchant, providerId, rateBp } of OTHER_MERCHANTS) {
    const platform = findIntegration(integration)?.platform ?? 'douyin';
    await seedMerchant(table, platform, merchant);
    const contracts = [{ providerId, shareBp: 10_000, rateBp }];
    await seedContracts(table, platform, { merchantId: merchant.merchantId, contracts });
  }
  await registerApp(hexiao);
  const delivery = {
    ...{ deliveryId: SET_ASIDE, integration: 'douyin-life', appKey: APP_KEY },
    receivedAt: toInstant(NOW_MS - 3_600_000),
    body: new Uint8Array(
      Buffer.from(
        '{"event":"life_trade_certificate_notify","content":{"action":"verify","poi_id":null}}',
      ),
    ),
  };
  const outcome = {
    outcome: 'quarantined',
    kind: 'life_trade_certificate_notify',
    why: 'poi_id: expected a text',
  } as const;
  await putSetAside(table, 'quarantined', delivery, outcome, NOW_MS);
  await archiveDelivery(table, delivery, outcome, NOW_MS);
  const random = seededRandom(7);
  const history = cityHistory({ untilMs: NOW_MS, days, random, perStoreDay, merchants: XINGHES });
  await mapLimit([...history], 16, (events) => recordAndNotify(hexiao, events));
  // A closed month is before it, however short the history is.
  const end = {
    untilMs: Date.parse('2026-10-31T12:00:00+08:00'),
    days: 2,
    random,
    perStoreDay,
    firstSerial: 500_000,
  };
  const older = days > 31 ? [] : cityHistory({ ...end, merchants: XINGHES });
  await mapLimit([...older], 16, (events) => recordAndNotify(hexiao, events));
  await hexiao.settle();
  await hexiao.call('POST', '/v1/statements/2026-10/close', { providerId: VIEWER });
  await hexiao.settle();
  const tokens: Record<string, string> = {};
  for (const { providerId } of DEMO_PROVIDERS) {
    const token = newToken('hxp');
    await putToken(table, token, {
      ...{ providerId, name: 'stage', memberId: null, role: 'owner', scopes: null, stores: [] },
      ...{ createdAt: toInstant(NOW_MS), createdBy: 'stage', endsAt: null },
    });
    tokens[providerId] = token;
  }
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const started = serve({ fetch: hexiao.api.fetch, port: 0, hostname: '127.0.0.1' }, () =>
      resolve(started),
    );
  });
  return {
    hexiao,
    tokens,
    async redeem(storeId) {
      const merchant = DEMO_CITY.find(({ stores }) =>
        stores.some((one) => one.storeId === storeId),
      );
      const id = `live-${storeId}`;
      const event = redeemed(id, {
        ...{
          merchantId: merchant?.merchantId ?? '',
          storeId,
          voucherId: id,
          orderId: `order-${id}`,
        },
        ...{ occurredAt: toInstant(NOW_MS - 60_000), recordedAt: toInstant(NOW_MS) },
        amounts: amountsOf(26_800),
      });
      await recordAndNotify(hexiao, [event]);
      await hexiao.settle();
    },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await hexiao.stop();
    },
  };
}

/** The largest merchant's contract pays more from a month's GMV on, and ends soon. */
async function addTiers(table: Table): Promise<void> {
  const [merchantId = ''] = DEMO_CITY.map((merchant) => merchant.merchantId);
  const [standing] = await readContracts(table, 'douyin', merchantId);
  if (standing === undefined) throw new Error('the city has contracts');
  await appendContract(table, {
    ...{ ...standing, version: 2, endsAt: '2026-12-21T00:00:00.000+08:00' },
    tiers: [
      { fromFen: 1_000_000, rateBp: 600 },
      { fromFen: 3_000_000, rateBp: 800 },
    ],
  });
}

/** As `normalize` does it. */
async function recordAndNotify(hexiao: HexiaoUnderTest, events: readonly Event[]): Promise<void> {
  for (const event of events) await recordEvent(hexiao.table, event);
  await hexiao.attributeDeps.attribution.sendAll(
    events.map(({ platform, voucherId, orderId }) => ({
      ...{ type: 'changed', v: MESSAGE_VERSION, platform },
      ...{ of: voucherId === null ? 'order' : 'voucher', id: voucherId ?? orderId ?? '' },
    })),
  );
}

/** @returns the session that whoever shows the token gets */
export async function signInTo(url: string, token: string): Promise<string> {
  const body = new URLSearchParams({ token });
  const reply = await fetch(`${url}/sign-in`, { method: 'POST', body, redirect: 'manual' });
  return /hexiao_session=([^;]+)/.exec(reply.headers.get('set-cookie') ?? '')?.[1] ?? '';
}
