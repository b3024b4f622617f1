import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { minute, refunded, reversed } from '../../lib/make.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  ask,
  book,
  Clock,
  contractBody,
  expectProblem,
  fresh,
  makeMerchant,
  makeProvider,
  makeTenant,
  read,
  redemptionAt,
  voucherAnswer,
  WINDOW,
} from './support.ts';

const clock = new Clock();
let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
});

afterAll(() => hexiao?.stop());

const listAnswer = z.strictObject({
  entries: z.array(
    z.looseObject({
      entryId: z.string(),
      kind: z.string(),
      amountFen: z.int(),
      providerId: z.string(),
      storeId: z.string(),
    }),
  ),
  next: z.string().nullable(),
});

const words = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });

const explanationAnswer = z.strictObject({
  entry: z.looseObject({ entryId: z.string() }),
  rule: z.string(),
  policy: z.strictObject({ version: z.int(), basis: z.string(), order: z.array(z.string()) }),
  candidates: z.array(
    z.strictObject({
      contractId: z.string(),
      version: z.int(),
      providerId: z.string(),
      mode: z.string(),
      isTaken: z.boolean(),
      verdict: z.string(),
      shareBp: z.int(),
      why: words,
    }),
  ),
  basis: z.string(),
  arithmetic: z.array(z.looseObject({ step: z.string() })),
  contract: z.strictObject({ contractId: z.string(), version: z.int() }).nullable(),
  restatement: z.strictObject({ restatementId: z.string(), reason: z.string() }).nullable(),
  isReproduced: z.boolean(),
  sentence: words,
});

async function list(query: string, token?: string) {
  const asking = token === undefined ? {} : { token };
  return read(await ask(hexiao, 'GET', `/v1/entries?${WINDOW}&${query}`, asking), listAnswer);
}

async function explanation(entryId: string, token?: string) {
  const asking = token === undefined ? {} : { token };
  const path = `/v1/entries/${entryId}/explanation`;
  return read(await ask(hexiao, 'GET', path, asking), explanationAnswer);
}

describe('GET /v1/entries', () => {
  it('lists a provider’s entries over its stores, page by page, without a gap or a repeat', async () => {
    // Prepare
    const tenant = await makeTenant(hexiao);
    const stores = [fresh('store'), fresh('store'), fresh('store')];
    const events = stores.flatMap((storeId) =>
      [0, 60, 1_500].map((minutes) => redemptionAt(tenant, storeId, { minutes })),
    );
    await book(hexiao, events);
    // Act
    const seen: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 20; pages += 1) {
      const page = await list(`limit=2${cursor}`, tenant.token);
      seen.push(...page.entries.map((entry) => entry.entryId));
      if (page.next === null) break;
      cursor = `&cursor=${page.next}`;
    }
    // Assess
    expect(seen).toHaveLength(9);
    expect(new Set(seen).size).toBe(9);
    const one = await list(`platform=douyin&storeId=${stores[0]}&limit=2`, tenant.token);
    expect(one.entries.map((entry) => entry.storeId)).toEqual([stores[0], stores[0]]);
    const rest = await list(
      `platform=douyin&storeId=${stores[0]}&limit=2&cursor=${one.next}`,
      tenant.token,
    );
    expect(rest.entries).toHaveLength(1);
  });

  it('shows a provider no other’s, whatever it asks', async () => {
    // Prepare
    const [tenant, stranger] = [await makeTenant(hexiao), await makeTenant(hexiao)];
    const store = fresh('store');
    await book(hexiao, [redemptionAt(tenant, store)]);
    // Act
    const asked = `providerId=${tenant.providerId}&platform=douyin&storeId=${store}`;
    const { entries } = await list(asked);
    // Assess
    expect(entries).toHaveLength(1);
    const { token } = stranger;
    const named = await ask(hexiao, 'GET', `/v1/entries?${WINDOW}&${asked}`, { token });
    expectProblem(named, 404, 'not-found');
    const own = await list(`platform=douyin&storeId=${store}`, token);
    expect(own.entries).toEqual([]);
    const path = `/v1/entries/${entries[0]?.entryId}/explanation`;
    const theirs = await ask(hexiao, 'GET', path, { token });
    expectProblem(theirs, 404, 'not-found');
  });
});

describe('GET /v1/entries/{id}/explanation', () => {
  it('says which contracts were considered, why, and every step of the sum', async () => {
    // Prepare
    const merchantId = fresh('merchant');
    await makeMerchant(hexiao, merchantId);
    const [agency, special] = [fresh('provider'), fresh('provider')];
    const token = await makeProvider(hexiao, agency);
    await makeProvider(hexiao, special);
    const store = fresh('store');
    for (const over of [
      { providerId: agency, shareBp: 3_333 },
      { providerId: special, mode: 'special', scope: { channels: ['search'] } },
      { providerId: special, shareBp: 100, scope: { stores: ['elsewhere'] } },
      { providerId: special, shareBp: 100, startsAt: '2025-10-10T00:00:00+08:00' },
    ]) {
      await hexiao.call('POST', '/v1/contracts', contractBody({ merchantId, ...over }));
    }
    const event = redemptionAt({ merchantId }, store, { fen: 9_901 });
    await book(hexiao, [event]);
    const asked = `platform=douyin&storeId=${store}`;
    const [entry] = (await list(asked, token)).entries;
    // Act
    const all = await explanation(entry?.entryId ?? '');
    const own = await explanation(entry?.entryId ?? '', token);
    // Assess
    expect(all.candidates.map(({ verdict }) => verdict)).toEqual([
      ...['taken', 'other-channel', 'other-store', 'not-yet-in-force'],
    ]);
    expect(all.arithmetic).toMatchObject([
      { step: 'amounts', paidFen: 9_901 },
      { step: 'basis', resultFen: 9_901 },
      { step: 'share', shareBp: 3_333, resultFen: 3_300 },
      { step: 'commission', rateBp: 500, resultFen: 165 },
    ]);
    expect(all).toMatchObject({
      ...{ rule: 'agency-contract', isReproduced: true, restatement: null },
      policy: { version: 0, basis: 'paid+platform', order: ['special', 'agency'] },
    });
    expect(all.sentence.zh).toContain('33.00');
    expect(own.candidates.map((one) => one.providerId)).toEqual([agency]);
    expect(JSON.stringify(own)).not.toContain(special);
  });

  it('explains what was taken back by what was booked, and a voucher shows the same ids', async () => {
    // Prepare
    const tenant = await makeTenant(hexiao);
    const event = redemptionAt(tenant, fresh('store'), { fen: 1_000 });
    const { voucherId, orderId, merchantId, redemptionId } = event;
    await book(hexiao, [event, reversed(redemptionId, { voucherId, orderId, merchantId })]);
    const shown = read(
      await ask(hexiao, 'GET', `/v1/vouchers/douyin/${voucherId}`, { token: tenant.token }),
      voucherAnswer,
    );
    // Act
    const back = shown.entries.find((entry) => entry.kind === 'reversal');
    const explained = await explanation(String(back?.entryId), tenant.token);
    // Assess
    expect(explained).toMatchObject({ rule: 'reversing-entry', isReproduced: true });
    const redemption = shown.entries.find((entry) => entry.kind === 'redemption');
    expect(explained.arithmetic.at(-1)).toMatchObject({
      ...{ step: 'taken-back', amountFen: -1_000, what: redemption?.entryId },
    });
    expect(back).toMatchObject({ reverses: redemption?.entryId, corrects: null });
    expect(await explanation(String(back?.reverses), tenant.token)).toMatchObject({
      entry: { kind: 'redemption' },
    });
  });

  it('follows the policy that was recorded before the event', async () => {
    // Prepare
    const tenant = await makeTenant(hexiao);
    clock.ms += 60_000;
    const policy = { basis: 'paid', order: ['agency'], holdingDays: 7 };
    const body = { ...policy, order: ['agency', 'agency'] };
    expectProblem(await ask(hexiao, 'POST', '/v1/policies', { body }), 400, 'request-invalid');
    const version = await hexiao.call<{ version: number }>('POST', '/v1/policies', policy);
    const store = fresh('store');
    const before = redemptionAt(tenant, store, { fen: 900 });
    const amounts = { ...before.amounts, platformDiscountFen: 100 };
    const old = { ...before, amounts, recordedAt: minute(0) };
    const late = { ...redemptionAt(tenant, store, { fen: 900, minutes: 1 }), amounts };
    // Act
    await book(hexiao, [old, late]);
    const { entries } = await list(`platform=douyin&storeId=${store}`, tenant.token);
    // Assess
    expect(entries.map((entry) => entry.amountFen)).toEqual([900, 1_000]);
    const explained = await explanation(entries[0]?.entryId ?? '');
    expect(explained.policy).toEqual({
      version: version.version,
      basis: 'paid',
      order: ['agency'],
    });
    const current = await hexiao.call<{ current: object }>('GET', '/v1/policies');
    expect(current.current).toMatchObject({ ...policy, version: 1 });
  });

  it('is not found for an id that nobody made', async () => {
    const { pk, sk } = { pk: 'TOKEN#x', sk: '-' };
    const forged = Buffer.from(JSON.stringify([pk, sk])).toString('base64url');
    for (const id of ['nonsense', forged, Buffer.from('["LEDGER#","a"]').toString('base64url')]) {
      expectProblem(await ask(hexiao, 'GET', `/v1/entries/${id}/explanation`), 404, 'not-found');
    }
  });
});

describe('what waits', () => {
  it('is shown with its voucher: a reversal before its redemption', async () => {
    const tenant = await makeTenant(hexiao);
    const event = redemptionAt(tenant, fresh('store'));
    const { voucherId, orderId, merchantId, redemptionId } = event;
    const own = { voucherId, orderId, merchantId };
    const takesBack = [{ redemptionId, paidFen: 100 }];
    const eventId = `refunded:${voucherId}`;
    await book(hexiao, [
      reversed(redemptionId, own),
      refunded({ ...own, eventId, takesBack, unusedFen: 0 }),
    ]);
    const path = `/v1/vouchers/douyin/${voucherId}`;
    const waiting = async () => read(await ask(hexiao, 'GET', path), voucherAnswer).waiting;
    expect((await waiting()).map(({ kind }) => kind)).toEqual([
      ...['voucher.redemption_reversed', 'voucher.refunded'],
    ]);
    await book(hexiao, [event]);
    expect(await waiting()).toEqual([]);
  });
});
