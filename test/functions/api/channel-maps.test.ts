import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Finding } from '../../../functions/normalize/finding.ts';
import { recordFindings } from '../../../functions/normalize/record.ts';
import { overlapping } from '../../../lib/attribution/overlap.ts';
import { type Channel, channelSchema } from '../../../lib/events/channel.ts';
import { mapKnownAt, withMappedChannel } from '../../../lib/events/channel-map.ts';
import { UNKNOWN_SALE } from '../../../lib/events/sale.ts';
import { findIntegration } from '../../../lib/integrations/registry.ts';
import { packCells, unpackCells } from '../../../lib/ledger/dimensions.ts';
import { emptyRollup } from '../../../lib/ledger/rollup.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { contract, minute, START_MS } from '../../lib/make.ts';
import { sendWithoutDelay } from '../../support/around.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
import {
  ask,
  Clock,
  cookieOf,
  expectProblem,
  fresh,
  makeTenant,
  read,
  redemptionAt,
  type Tenant,
  WINDOW,
} from './support.ts';

const clock = new Clock();
let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  sendWithoutDelay(hexiao.emulators.sqs);
});
afterAll(() => hexiao?.stop());

const APP = { integration: 'douyin-life', appKey: 'aw0000000000maps' } as const;
const PATH = `/v1/channel-maps/${APP.integration}/${APP.appKey}`;

/** Records a use as `normalize` does, with a word for its channel and what the integration reads in it. */
async function record(tenant: Tenant, raw: string, channel: Channel, fen: number): Promise<void> {
  clock.ms += 60_000;
  const { deliveryId: _d, recordedAt: _r, ...use } = redemptionAt(tenant, 's1', { fen });
  const integration = findIntegration(APP.integration);
  if (integration === undefined) throw new Error('no such integration');
  const sale = { ...UNKNOWN_SALE, channel, channelRaw: raw };
  const finding: Finding = {
    delivery: {
      ...{ deliveryId: fresh('delivery'), ...APP, receivedAt: toInstant(clock.ms) },
      body: new Uint8Array(),
    },
    ...{ integration, kind: use.kind, outcome: 'events', events: [{ ...use, sale }], stores: [] },
    ...{ source: 'webhook', waiting: undefined, sinceMs: 0 },
    fail: (error) => {
      throw error;
    },
  };
  await recordFindings([finding], hexiao.normalizeDeps);
  await hexiao.settle();
}

const reportedWord = z.looseObject({ raw: z.string(), read: z.string(), channel: z.string() });

const gmvRows = z.object({
  rows: z.array(z.object({ key: z.string(), redeemedFen: z.int() })),
  total: z.object({ redeemedFen: z.int() }),
});

async function byChannel({ token }: Tenant): Promise<Record<string, number>> {
  const reply = await ask(hexiao, 'GET', `/v1/gmv?${WINDOW}&by=channel`, { token });
  const { rows, total } = read(reply, gmvRows);
  expect(rows.reduce((sum, row) => sum + row.redeemedFen, 0)).toBe(total.redeemedFen);
  return Object.fromEntries(
    rows.filter((row) => row.redeemedFen !== 0).map((row) => [row.key, row.redeemedFen]),
  );
}

async function runOver(path: string, { merchantId }: Tenant, more: object): Promise<unknown> {
  clock.ms += 60_000;
  const body = { platform: 'douyin', merchantId, from: '2025-10-01', to: '2025-10-31', ...more };
  const { restatementId, rebuildId } = await hexiao.call<Record<string, string>>(
    ...(['POST', path, body] as const),
  );
  let job: { status?: string } = {};
  await expect
    .poll(async () => {
      await hexiao.settle();
      job = JSON.parse((await ask(hexiao, 'GET', `${path}/${restatementId ?? rebuildId}`)).text);
      return job.status;
    })
    .toBe('done');
  return job;
}

const put = (map: readonly object[]) => ask(hexiao, 'PUT', PATH, { body: { map } });

describe('PUT /v1/channel-maps/{integration}/{appKey}', () => {
  it('holds for what is recorded from then on, and by a restatement for what was', async () => {
    // Prepare
    clock.ms = START_MS;
    const app = { secrets: { clientSecret: 'secret-of-the-maps' }, settings: {} };
    await hexiao.call('PUT', `/v1/apps/${APP.integration}/${APP.appKey}`, app);
    const tenant = await makeTenant(hexiao);
    await record(tenant, '直播间-商家', 'live', 100);
    await record(tenant, '服务号', 'unknown', 20);
    await record(tenant, '没人知道', 'unknown', 3);
    const before = await byChannel(tenant);
    expect(before).toEqual({ live: 100, unknown: 23 });
    // Act
    clock.ms += 60_000;
    const map = [
      { raw: ' 直播间-商家 ', channel: 'self_live' },
      { raw: '服务号', channel: 'service_account' },
    ];
    const first = read(await put(map), z.looseObject({ version: z.int() }));
    const again = read(await put(map), z.looseObject({ version: z.int() }));
    // Assess
    expect([first.version, again.version]).toEqual([1, 1]);
    expect(await byChannel(tenant)).toEqual(before);
    await record(tenant, '直播间-商家', 'live', 4_000);
    await record(tenant, '没人知道', 'unknown', 500);
    expect(await byChannel(tenant)).toEqual({ live: 100, self_live: 4_000, unknown: 523 });
    await runOver('/v1/restatements', tenant, { reason: '渠道' });
    expect(await byChannel(tenant)).toEqual({
      ...{ self_live: 4_100, service_account: 20, unknown: 503 },
    });
    expect(await runOver('/v1/rebuilds', tenant, {})).toMatchObject({ differenceCount: 0 });
    // Taken out of the map, a word is what the integration reads in it.
    read(await put([]), z.looseObject({ version: z.literal(2) }));
    await runOver('/v1/restatements', tenant, { reason: '渠道' });
    expect(await byChannel(tenant)).toEqual({ live: 4_100, unknown: 523 });
    const shown = read(
      await ask(hexiao, 'GET', PATH),
      z.looseObject({ versions: z.array(z.looseObject({})), words: z.array(reportedWord) }),
    );
    expect(shown.versions).toMatchObject([
      { version: 2, map: [], recordedBy: 'bootstrap' },
      { version: 1, map: [{ raw: '直播间-商家', channel: 'self_live' }, {}] },
    ]);
    const words = shown.words.map(({ raw, read: is, channel }) => `${raw} ${is} ${channel}`);
    expect(new Set(words)).toEqual(
      new Set([...['服务号 unknown unknown', '没人知道 unknown unknown', '直播间-商家 live live']]),
    );
  });

  it('refuses a word twice, a channel that nobody knows, and an app that nobody registered', async () => {
    const word = { raw: '直播', channel: 'live' };
    expectProblem(await put([word, { ...word, channel: 'scan' }]), 400, 'request-invalid');
    expectProblem(await put([{ raw: '直播', channel: 'elsewhere' }]), 400, 'request-invalid');
    const path = '/v1/channel-maps/douyin-life/nobodys';
    const reply = await ask(hexiao, 'PUT', path, { body: { map: [word] } });
    expectProblem(reply, 404, 'not-found');
  });
});

describe('the page of an app’s channels', () => {
  it('says a word anew and leaves the others, for whoever may', async () => {
    read(await put([{ raw: '服务号', channel: 'service_account' }]), z.looseObject({}));
    const cookie = await cookieOf(hexiao, OPERATOR_TOKEN);
    const path = `/operator/apps/${APP.integration}/${APP.appKey}/channels`;
    const headers = { ...cookie, accept: 'text/html' };
    const page = await ask(hexiao, 'GET', path, { token: null, headers });
    expect(page.text).toContain('直播间-商家');
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams({ act: 'map', raw: '直播间-商家', channel: 'creator_live' });
    const sent = { token: null, headers: { ...headers, ...form }, body: body.toString() };
    expect((await ask(hexiao, 'POST', path, sent)).status).toBe(303);
    const { map } = JSON.parse((await ask(hexiao, 'GET', PATH)).text);
    expect(map).toEqual([
      { raw: '服务号', channel: 'service_account' },
      { raw: '直播间-商家', channel: 'creator_live' },
    ]);
  });
});

describe('a channel', () => {
  it('is known by the map of its time, and keeps what was read in its word', () => {
    const version = (at: number, channel: Channel) => ({
      ...{ ...APP, version: at, recordedAt: minute(at), recordedBy: 'x' },
      map: [{ raw: '词', channel }],
    });
    const log = [version(1, 'shop'), version(3, 'live')];
    expect(mapKnownAt(log, minute(0))).toBeUndefined();
    expect(mapKnownAt(log, minute(2))?.version).toBe(1);
    const sale = { ...UNKNOWN_SALE, channel: 'store_page', channelRaw: ' 词' } as const;
    const once = withMappedChannel(sale, log[0]);
    expect(once).toMatchObject({ channel: 'shop', channelRead: 'store_page' });
    expect(withMappedChannel(once, log[1])).toMatchObject({ channel: 'live' });
    expect(withMappedChannel(once, undefined)).toEqual(sale);
  });

  it('that is part of another is claimed with it, so two contracts for both overlap', () => {
    const own = (channels: readonly Channel[]) => ({
      ...contract(1),
      scope: { ...contract(1).scope, channels: [...channels] },
    });
    const proposed = own(['live']);
    expect(overlapping(proposed, [own(['self_live'])])).toHaveLength(1);
    expect(overlapping(proposed, [own(['service_account'])])).toHaveLength(0);
  });

  it('of every name is read again from the bytes of a total', () => {
    const entry = { platform: 'douyin', merchantId: 'm', loop: 'closed', productId: null } as const;
    const cell = { ...entry, creatorId: null, cpsKind: null, rollup: emptyRollup() };
    for (const channel of channelSchema.options) {
      const [back] = unpackCells(packCells([{ ...cell, channel }]));
      expect(back?.channel).toBe(channel);
    }
  });
});
