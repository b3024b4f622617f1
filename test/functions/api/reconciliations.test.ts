import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { putCheckedDay } from '../../../lib/store/reconciliation/checked-days.ts';
import { putDifference } from '../../../lib/store/reconciliation/differences.ts';
import { DAY_MS, toInstant } from '../../../lib/time/shanghai.ts';
import { APP_KEY, registerApp, SAMPLE_TIME, startDouyin } from '../../support/douyin.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
import { reconcileOnce } from '../../support/records.ts';
import {
  ask,
  cookieOf,
  expectProblem,
  fresh,
  makeMerchant,
  makeProvider,
  read,
} from './support.ts';

const DAY = '2025-10-08';
let hexiao: HexiaoUnderTest;
let nowMs = SAMPLE_TIME;
const douyin = startDouyin();

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ fetch: douyin.fetch, now: () => nowMs });
  await registerApp(hexiao);
});
afterAll(() => hexiao?.stop());

const window = { integration: 'douyin-life', appKey: APP_KEY, from: DAY, to: DAY };
const begun = z.strictObject({ reconciliationId: z.string() });
const state = z.looseObject({ status: z.string(), done: z.int(), total: z.int().nullable() });

describe('POST /v1/reconciliations', () => {
  it('begins one, which goes on by the schedule and says how far it is', async () => {
    // Prepare
    const { accountId } = douyin.world.addMerchant({ name: '商家' });
    await makeMerchant(hexiao, accountId);
    // Act
    const asked = await ask(hexiao, 'POST', '/v1/reconciliations', { body: window });
    const { reconciliationId } = read(asked, begun);
    const path = `/v1/reconciliations/${reconciliationId}`;
    const first = read(await ask(hexiao, 'GET', path), state);
    await reconcileOnce(hexiao);
    // Assess
    expect(asked.status).toBe(202);
    expect(first).toMatchObject({ status: 'running', done: 0, total: null, secondsLeft: null });
    const last = read(await ask(hexiao, 'GET', path), state);
    expect(last).toMatchObject({ status: 'done', done: 1, total: 1, differences: 0, found: 0 });
    const rows = await ask(hexiao, 'GET', `/v1/completeness?from=${DAY}&to=${DAY}`);
    expect(JSON.parse(rows.text)).toMatchObject({
      rows: [{ merchantId: accountId, status: 'complete', ours: { count: 0, fen: 0 } }],
    });
  });

  it('is one when it is wanted twice at once, and is stopped for good', async () => {
    nowMs += 1_000;
    const body = { ...window, stores: ['s2', 's1', 's1'] };
    const [one, other] = await Promise.all(
      [0, 1].map(() => ask(hexiao, 'POST', '/v1/reconciliations', { body })),
    );
    expect(other?.text).toBe(one?.text);
    if (one === undefined) throw new Error('there are two');
    const { reconciliationId } = read(one, begun);
    const cancel = () => ask(hexiao, 'POST', `/v1/reconciliations/${reconciliationId}/cancel`);
    expect(read(await cancel(), state)).toMatchObject({
      status: 'cancelled',
      stores: ['s1', 's2'],
    });
    await reconcileOnce(hexiao);
    expect(read(await cancel(), state)).toMatchObject({ status: 'cancelled', done: 0 });
  });

  it.each([
    ['days the wrong way round', { from: '2025-10-08', to: '2025-10-07' }, 400, 'request-invalid'],
    ['more than 400 days', { from: '2024-01-01', to: '2025-10-07' }, 400, 'request-invalid'],
    ['days to come', { from: '2025-10-08', to: '2026-10-07' }, 400, 'request-invalid'],
    ['another app', { appKey: 'nobody' }, 404, 'not-found'],
    ['another integration', { integration: 'nobody' }, 422, 'integration-unknown'],
    ['no store at all', { stores: [] }, 400, 'request-invalid'],
  ])('refuses %s', async (_what, over, status, code) => {
    const body = { ...window, ...over };
    expectProblem(await ask(hexiao, 'POST', '/v1/reconciliations', { body }), status, code);
  });
});

describe('GET /v1/completeness and /v1/differences', () => {
  const businessDay = toInstant(SAMPLE_TIME - 20 * DAY_MS).slice(0, 10);
  const span = `from=${businessDay}&to=${businessDay}`;

  async function kept(merchantId: string, differences: number): Promise<void> {
    const of = {
      ...({ platform: 'douyin', integration: 'douyin-life', appKey: 'a', storeId: null } as const),
      ...{ merchantId, businessDay },
    };
    const side = { ours: { count: 1, fen: 100 }, theirs: { count: 2, fen: null } };
    await putCheckedDay(hexiao.table, {
      ...of,
      ...{ status: 'different', reason: 'counts-differ', ...side, found: 0, repaired: 0 },
      ...{ differences, byWebhook: 1, byAsking: 0, latestSeconds: null, rows: {} },
      ...{ stores: [], source: 'douyin-life', checkedAt: toInstant(SAMPLE_TIME) },
    });
    for (let n = 0; n < differences; n += 1) {
      await putDifference(hexiao.table, {
        ...{ ...of, voucherId: fresh('voucher'), orderId: null, kind: 'extra', ours: 100 },
        ...{ theirs: null, reason: 'redemption-extra', state: 'open' },
        seenAt: toInstant(SAMPLE_TIME),
      });
    }
  }

  const list = z.strictObject({
    differences: z.array(z.looseObject({ differenceId: z.string(), voucherId: z.string() })),
    next: z.string().nullable(),
  });

  it('come in pages that leave nothing out, and names reasons in both languages', async () => {
    const merchantId = fresh('paged');
    await kept(merchantId, 250);
    const seen = new Set<string>();
    let next: string | null = null;
    let pages = 0;
    do {
      const cursor: string = next === null ? '' : `&cursor=${next}`;
      const path = `/v1/differences?${span}&platform=douyin&merchantId=${merchantId}${cursor}`;
      const page: z.infer<typeof list> = read(await ask(hexiao, 'GET', path), list);
      for (const one of page.differences) seen.add(one.voucherId);
      ({ next } = page);
      pages += 1;
    } while (next !== null);
    expect(seen.size).toBe(250);
    expect(pages).toBe(2);
    const rows = await ask(hexiao, 'GET', `/v1/completeness?${span}&platform=douyin`);
    expect(rows.text).toMatch(/逐笔无差异.* \/ the day’s totals differ/);
    expect(rows.text).toContain('"theirs":{"count":2,"fen":null}');
  });

  it('are on the page in the language of who reads it, and in no other', async () => {
    const headers = await cookieOf(hexiao, OPERATOR_TOKEN);
    const pageIn = async (lang: string) =>
      (
        await ask(hexiao, 'GET', `/operator/completeness?${span}&lang=${lang}`, {
          token: null,
          headers,
        })
      ).text;
    const [zh, en] = [await pageIn('zh'), await pageIn('en')];
    expect(zh).toContain('逐笔无差异');
    expect(zh).not.toContain('no single record does');
    expect(en).toContain('no single record does');
    expect(en).not.toContain('逐笔无差异');
  });

  it('say what no webhook brought, and beyond which share an app is losing', async () => {
    const yesterday = toInstant(nowMs - DAY_MS).slice(0, 10);
    const lost = async (appKey: string, byAsking: number, integration = 'douyin-life') => {
      await putCheckedDay(hexiao.table, {
        ...({ platform: 'douyin', integration, appKey, merchantId: fresh('m') } as const),
        ...{ storeId: null, businessDay: yesterday, status: 'repaired', reason: null, stores: [] },
        ...{ ours: { count: 1, fen: 1 }, theirs: null, found: 0, repaired: 0, differences: 0 },
        ...{ byWebhook: 97, byAsking, latestSeconds: 60, rows: {}, source: integration },
        checkedAt: toInstant(nowMs),
      });
      return { integration, appKey };
    };
    const [losing, fine] = [await lost(fresh('losing'), 3), await lost(fresh('fine'), 0)];
    // Nothing notifies of these, so nothing is lost.
    await lost(fresh('unheard'), 500, 'meituan');
    const text = async (path: string) => (await ask(hexiao, 'GET', path)).text;
    const { losing: shown } = JSON.parse(await text('/v1/pipeline'));
    expect(shown).toMatchObject({ businessDay: yesterday, lossAlarmBp: 100 });
    expect(shown.apps).toMatchObject([{ ...losing, lossBp: 300 }]);
    const all = JSON.parse(await text(`/v1/losses?from=${yesterday}&to=${yesterday}`));
    expect(all.lossAlarmBp).toBe(100);
    for (const [app, isLosing] of [[losing, true] as const, [fine, false] as const]) {
      expect(all.rows).toContainEqual(expect.objectContaining({ ...app, isLosing }));
    }
    const headers = await cookieOf(hexiao, OPERATOR_TOKEN);
    const path = `/operator/completeness?from=${yesterday}&to=${yesterday}&lang=en`;
    const page = (await ask(hexiao, 'GET', path, { token: null, headers })).text;
    expect(page).toContain('beyond 1.00% of a day');
    expect(page.indexOf(losing.appKey)).toBeLessThan(page.indexOf(fine.appKey));
    expect(page).toContain('1 day beyond the threshold');
    expect(page).toContain('Within the threshold');
    // Whose every redemption is found by asking is not within it, and rings no alarm.
    expect(page).toContain('its platform notifies none');
  });

  it('let a difference be, once, with the reason', async () => {
    const merchantId = fresh('accepted');
    await kept(merchantId, 1);
    const path = `/v1/differences?${span}&platform=douyin&merchantId=${merchantId}`;
    const { differences } = read(await ask(hexiao, 'GET', path), list);
    const [{ differenceId } = { differenceId: '' }] = differences;
    const accept = (reason: string) =>
      ask(hexiao, 'POST', `/v1/differences/${differenceId}/accept`, { body: { reason } });
    expect(JSON.parse((await accept('confirmed')).text)).toMatchObject({
      ...{ state: 'accepted', acceptedReason: 'confirmed' },
    });
    expect(JSON.parse((await accept('again')).text)).toMatchObject({ acceptedReason: 'confirmed' });
    for (const id of ['nobody', Buffer.from('["x"]').toString('base64url')]) {
      const asked = await ask(hexiao, 'POST', `/v1/differences/${id}/accept`, {
        body: { reason: 'x' },
      });
      expectProblem(asked, 404, 'not-found');
    }
  });

  it('show a provider nothing of a merchant that it has no contract with', async () => {
    const merchantId = fresh('foreign');
    await kept(merchantId, 1);
    const token = await makeProvider(hexiao, fresh('stranger'));
    for (const what of ['completeness', 'differences']) {
      const asked = await ask(hexiao, 'GET', `/v1/${what}?${span}`, { token });
      expect(asked.text).not.toContain(merchantId);
    }
  });
});
