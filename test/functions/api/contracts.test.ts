import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Event } from '../../../lib/events/event.ts';
import { recordEvent } from '../../../lib/store/ledger/events.ts';
import { reversed } from '../../lib/make.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  ask,
  book,
  Clock,
  contractBody,
  expectProblem,
  fresh,
  gmvAnswer,
  makeMerchant,
  makeProvider,
  type Reply,
  read,
  redemptionAt,
  WINDOW,
} from './support.ts';

const answer = z.strictObject({
  contractId: z.string().min(1),
  version: z.int().min(1),
  endsAt: z.string().nullable(),
  affects: z.strictObject({ from: z.iso.date(), to: z.iso.date() }).nullable(),
  standing: z.boolean(),
  restatementDue: z.boolean(),
});

let hexiao: HexiaoUnderTest;
let providerId: string;
let token: string;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: new Clock().now });
  providerId = fresh('provider');
  token = await makeProvider(hexiao, providerId);
});

afterAll(() => hexiao?.stop());

async function newMerchant(): Promise<string> {
  const merchantId = fresh('merchant');
  await makeMerchant(hexiao, merchantId);
  return merchantId;
}

function propose(over: object): Promise<Reply> {
  return ask(hexiao, 'POST', '/v1/contracts', { body: contractBody({ providerId, ...over }) });
}

async function record(over: object): Promise<z.infer<typeof answer>> {
  const reply = await propose(over);
  expect(reply.status, reply.text).toBe(201);
  return read(reply, answer);
}

async function accept(over: object): Promise<string> {
  return (await record(over)).contractId;
}

describe('POST /v1/contracts', () => {
  it('registers a contract that redemptions are then booked by', async () => {
    const merchantId = await newMerchant();
    await accept({ merchantId, rateBp: 333, shareBp: 5_000 });
    await book(hexiao, [redemptionAt({ merchantId }, 'store', { fen: 10_001 })]);
    const { total } = read(await ask(hexiao, 'GET', `/v1/gmv?${WINDOW}`, { token }), gmvAnswer);
    expect(total).toMatchObject({ redeemedCount: 1, redeemedFen: 5_001, commissionFen: 167 });
  });

  it('takes the whole share and an open end when neither is said, or the end is null', async () => {
    const first = await newMerchant();
    await accept({ merchantId: first, shareBp: undefined });
    expectProblem(await propose({ merchantId: first, shareBp: 1 }), 409, 'contract-overlap');
    const second = await newMerchant();
    await accept({ merchantId: second, endsAt: null });
    const later = { startsAt: '2099-01-01T00:00:00Z' };
    expectProblem(await propose({ merchantId: second, ...later }), 409, 'contract-overlap');
  });

  it('takes a rate of nothing and of everything, and none over it', async () => {
    await accept({ merchantId: await newMerchant(), rateBp: 0 });
    await accept({ merchantId: await newMerchant(), rateBp: 10_000 });
    const reply = await propose({ merchantId: await newMerchant(), rateBp: 10_001 });
    expect(expectProblem(reply, 400, 'request-invalid').detail).toContain('rateBp');
  });

  it('refuses one that ends before or when it starts, also across offsets', async () => {
    const merchantId = await newMerchant();
    const startsAt = '2025-06-01T08:00:00+08:00';
    for (const endsAt of ['2025-05-31T00:00:00Z', startsAt, '2025-06-01T00:00:00Z']) {
      const reply = await propose({ merchantId, startsAt, endsAt });
      expect(expectProblem(reply, 400, 'request-invalid').detail).toContain('endsAt');
    }
    await accept({ merchantId, startsAt, endsAt: '2025-06-01T00:00:00.001Z' });
  });

  it('refuses a provider or a merchant that is not registered', async () => {
    const merchantId = await newMerchant();
    const nobody = await propose({ merchantId, providerId: 'nobody' });
    expectProblem(nobody, 422, 'provider-unknown');
    expectProblem(await propose({ merchantId: 'nobody' }), 422, 'merchant-unknown');
    const elsewhere = await propose({ merchantId, platform: 'kuaishou' });
    expectProblem(elsewhere, 422, 'merchant-unknown');
  });

  it('takes ids with signs in them', async () => {
    const odd = fresh('p#%/');
    await makeProvider(hexiao, odd);
    const merchantId = fresh('m#%/');
    await makeMerchant(hexiao, merchantId);
    const id = await accept({ providerId: odd, merchantId });
    const reply = await propose({ merchantId, shareBp: 1 });
    const { detail } = expectProblem(reply, 409, 'contract-overlap');
    expect(detail).toContain(id);
    expect(detail).toContain(odd);
  });
});

describe('the instants of a contract', () => {
  it('are the same in any offset', async () => {
    const merchantId = await newMerchant();
    await accept({ merchantId, endsAt: '2025-06-01T00:00:00+08:00' });
    await accept({ merchantId, startsAt: '2025-05-31T16:00:00Z' });
  });

  it.each([
    '2025-02-30T00:00:00Z',
    'Oct 9 2025 00:00 +08:00',
    '1Z',
    'Thu, 09 Oct 2025 00:00:00 +0800',
  ])('are refused when they are not ISO 8601 or no day of the calendar: %s', async (startsAt) => {
    const reply = await propose({ merchantId: await newMerchant(), startsAt });
    expectProblem(reply, 400, 'request-invalid');
  });

  it.each(['9999-12-31T23:59:59Z', '+010000-01-01T00:00:00Z', '-000001-01-01T00:00:00Z'])(
    'never break the log of their merchant: %s',
    async (startsAt) => {
      const merchantId = await newMerchant();
      const reply = await propose({ merchantId, startsAt, shareBp: 1 });
      if (reply.status !== 201) expectProblem(reply, 400, 'request-invalid');
      await accept({ merchantId, shareBp: 1 });
    },
  );

  it('may end with the last second of the calendar, as other systems write "for ever"', async () => {
    await accept({ merchantId: await newMerchant(), endsAt: '9999-12-31T15:59:59Z' });
    const reply = await propose({
      merchantId: await newMerchant(),
      endsAt: '9999-12-31T23:59:59Z',
    });
    // Taken, or refused in words that are true.
    if (reply.status !== 201) {
      const { detail } = expectProblem(reply, 400, 'request-invalid');
      expect(detail).not.toContain('must be after startsAt');
    }
  });
});

describe('shares', () => {
  it('over the whole are refused, and every contract in the way is named with its provider', async () => {
    const merchantId = await newMerchant();
    const other = fresh('provider');
    await makeProvider(hexiao, other);
    const first = await accept({ merchantId, shareBp: 6_000 });
    const second = await accept({ merchantId, shareBp: 3_000, providerId: other });
    const { detail } = expectProblem(
      await propose({ merchantId, shareBp: 1_001 }),
      409,
      'contract-overlap',
    );
    for (const name of [first, second, providerId, other]) expect(detail).toContain(name);
    await accept({ merchantId, shareBp: 1_000 });
  });

  it('are added up at every instant, not only where the new contract starts', async () => {
    const merchantId = await newMerchant();
    const march = { startsAt: '2025-03-01T00:00:00Z', endsAt: '2025-04-01T00:00:00Z' };
    const id = await accept({ merchantId, ...march, shareBp: 6_000 });
    const { detail } = expectProblem(
      await propose({ merchantId, shareBp: 5_000 }),
      409,
      'contract-overlap',
    );
    expect(detail).toContain(id);
  });

  it('of contracts that follow each other, or stand side by side within the whole, are fine', async () => {
    const merchantId = await newMerchant();
    const turn = '2025-06-01T00:00:00+08:00';
    await accept({ merchantId, endsAt: turn });
    await accept({ merchantId, startsAt: turn, shareBp: 5_000 });
    await accept({ merchantId, startsAt: turn, shareBp: 5_000, rateBp: 501 });
    const justBefore = { startsAt: '2025-05-31T23:59:59.999+08:00', shareBp: 1 };
    expectProblem(await propose({ merchantId, ...justBefore }), 409, 'contract-overlap');
  });

  it('of agencies and of special contracts, and of two merchants, are counted apart', async () => {
    const merchantId = await newMerchant();
    await accept({ merchantId });
    await accept({ merchantId, mode: 'special' });
    await accept({ merchantId: await newMerchant() });
    const again = await propose({ merchantId, mode: 'special', shareBp: 1 });
    expectProblem(again, 409, 'contract-overlap');
  });

  it('never pass the whole, though two contracts are posted at once: exactly one wins', async () => {
    for (let round = 0; round < 5; round += 1) {
      const merchantId = await newMerchant();
      const replies = await Promise.all([
        propose({ merchantId, shareBp: 6_000 }),
        propose({ merchantId, shareBp: 6_000, rateBp: 501 }),
      ]);
      expect(replies.map((reply) => reply.status).sort((a, b) => a - b)).toEqual([201, 409]);
    }
  });

  it('that fit together are all taken when they are posted at once, each under its own id', async () => {
    const merchantId = await newMerchant();
    const ids = await Promise.all(
      [1, 2, 3].map((rateBp) => accept({ merchantId, shareBp: 3_000, rateBp })),
    );
    expect(new Set(ids).size).toBe(3);
  });
});

describe('a contract that is posted again', () => {
  const log = async (merchantId: string) => {
    const path = `/v1/contracts?platform=douyin&merchantId=${merchantId}&history=true`;
    const { contracts } = read(
      await ask(hexiao, 'GET', path),
      z.object({ contracts: z.array(z.looseObject({ version: z.int() })) }),
    );
    return contracts.map(({ version }) => version);
  };

  it('stands already, and is answered as the first time: the books are as of one', async () => {
    // Prepare
    const merchantId = await newMerchant();
    const own = fresh('provider');
    const ownToken = await makeProvider(hexiao, own);
    const scope = { stores: ['s1', 's2'], channels: ['live', 'search'] };
    const terms = { merchantId, providerId: own, shareBp: 5_000 };
    const first = await record({ ...terms, scope });
    // Act: the same is said in another order, and in another offset
    const again = await propose({
      ...{ ...terms, startsAt: '2024-12-31T16:00:00Z', endsAt: null },
      scope: { stores: ['s2', 's1', 's2'], channels: ['search', 'live'] },
    });
    // Assess
    expect(again.status).toBe(200);
    expect(read(again, answer)).toEqual({ ...first, standing: true });
    expect(first).toMatchObject({ standing: false, restatementDue: true });
    expect(await log(merchantId)).toEqual([1]);
    await book(hexiao, [redemptionAt({ merchantId }, 's1', { fen: 10_000 })]);
    const { total } = read(
      await ask(hexiao, 'GET', `/v1/gmv?${WINDOW}`, { token: ownToken }),
      gmvAnswer,
    );
    expect(total).toMatchObject({ redeemedCount: 1, redeemedFen: 5_000, commissionFen: 250 });
  });

  it('at once by eight is one', async () => {
    const merchantId = await newMerchant();
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => propose({ merchantId, shareBp: 1_000 })),
    );
    expect(replies.map(({ status }) => status).sort((a, b) => a - b)).toEqual([
      ...[200, 200, 200, 200, 200, 200, 200, 201],
    ]);
    expect(await log(merchantId)).toEqual([1]);
  });

  it.each([
    { rateBp: 501 },
    { shareBp: 5_001 },
    { mode: 'special' },
    { endsAt: '2027-01-01T00:00:00Z' },
    { startsAt: '2025-01-01T00:00:00.001+08:00' },
    { scope: { stores: ['s1'] } },
    { tiers: [{ fromFen: 5, rateBp: 600 }] },
  ])('in other terms is another: %j', async (over) => {
    const merchantId = await newMerchant();
    const terms = { merchantId, shareBp: 1_000 };
    await accept(terms);
    await accept({ ...terms, ...over });
    expect(await log(merchantId)).toEqual([1, 2]);
  });

  it('is another too after the first was ended', async () => {
    const merchantId = await newMerchant();
    const terms = { merchantId, startsAt: '2025-11-01T00:00:00+08:00' };
    const contractId = await accept(terms);
    const path = `/v1/contracts/${contractId}/end`;
    const body = { endsAt: '2025-11-01T00:00:00.001+08:00' };
    await ask(hexiao, 'POST', path, { body });
    expectProblem(await propose(terms), 409, 'contract-overlap');
    await accept({ ...terms, startsAt: body.endsAt });
  });

  it('and its end, said again, is one version and the same answer', async () => {
    const merchantId = await newMerchant();
    const contractId = await accept({ merchantId });
    const path = `/v1/contracts/${contractId}/end`;
    const end = () => ask(hexiao, 'POST', path, { body: { endsAt: '2025-09-30T16:00:00Z' } });
    const [first, again] = [read(await end(), answer), read(await end(), answer)];
    expect(first.affects).toEqual({ from: '2025-10-01', to: '2025-10-09' });
    expect(again).toEqual({ ...first, standing: true });
    expect(await log(merchantId)).toEqual([1, 2]);
  });
});

describe('two contracts of one provider that share a redemption', () => {
  it('count it once in all totals, also when it is taken back', async () => {
    // Prepare
    const merchantId = await newMerchant();
    const [own, other] = [fresh('provider'), fresh('provider')];
    const ownToken = await makeProvider(hexiao, own);
    const otherToken = await makeProvider(hexiao, other);
    await accept({ merchantId, providerId: own, shareBp: 3_000 });
    await accept({ merchantId, providerId: other, shareBp: 3_000 });
    await accept({ merchantId, providerId: own, shareBp: 4_000, rateBp: 1_000 });
    const [kept, taken] = [0, 1].map(() => redemptionAt({ merchantId }, 'shared', { fen: 10_000 }));
    if (kept === undefined || taken === undefined) throw new Error('there are two');
    await book(hexiao, [kept, taken]);
    const counts = async (asToken: string) => {
      const totals = [];
      for (const by of ['day', 'store']) {
        const path = `/v1/gmv?${WINDOW}&by=${by}`;
        const { rows, total } = read(await ask(hexiao, 'GET', path, { token: asToken }), gmvAnswer);
        totals.push(total.redeemedCount, ...rows.map(({ redeemedCount }) => redeemedCount));
      }
      return totals;
    };
    // Act
    const before = [await counts(ownToken), await counts(otherToken)];
    const { voucherId, orderId, redemptionId } = taken;
    await book(hexiao, [reversed(redemptionId, { voucherId, orderId, merchantId })]);
    const after = [await counts(ownToken), await counts(otherToken)];
    // Assess
    expect(before).toEqual([
      [2, 2, 2, 2],
      [2, 2, 2, 2],
    ]);
    expect(after).toEqual([
      [1, 1, 1, 1],
      [1, 1, 1, 1],
    ]);
    const { total } = read(
      await ask(hexiao, 'GET', `/v1/gmv?${WINDOW}`, { token: ownToken }),
      gmvAnswer,
    );
    expect(total).toMatchObject({ redeemedFen: 7_000, commissionFen: 150 + 400 });
  });
});

describe('a contract about the past', () => {
  it('books nothing, and says which days a restatement is due for', async () => {
    // Prepare: the clock stands at 2025-10-09
    const merchantId = await newMerchant();
    // Act
    const open = await record({ merchantId, startsAt: '2025-09-30T23:30:00+08:00', shareBp: 1 });
    const over = await record({
      ...{ merchantId, shareBp: 1, startsAt: '2025-08-01T00:00:00+08:00' },
      endsAt: '2025-09-01T00:00:00+08:00',
    });
    const ahead = await record({ merchantId, shareBp: 1, startsAt: '2025-10-10T00:00:00+08:00' });
    // Assess
    expect(open).toMatchObject({
      affects: { from: '2025-09-30', to: '2025-10-09' },
      restatementDue: true,
    });
    expect(over.affects).toEqual({ from: '2025-08-01', to: '2025-09-01' });
    expect(ahead).toMatchObject({ affects: null, restatementDue: false });
  });
});

describe('POST /v1/contracts/{id}/end', () => {
  const end = (contractId: string, endsAt: string) =>
    ask(hexiao, 'POST', `/v1/contracts/${encodeURIComponent(contractId)}/end`, {
      body: { endsAt },
    });

  it('adds a version of the same contract, and room from then on', async () => {
    // Prepare
    const merchantId = await newMerchant();
    const contractId = await accept({ merchantId });
    // Act
    const ended = read(await end(contractId, '2025-12-01T00:00:00+08:00'), answer);
    // Assess
    expect(ended).toEqual({
      ...{ contractId, version: 2, endsAt: '2025-12-01T00:00:00.000+08:00' },
      ...{ standing: false, affects: null, restatementDue: false },
    });
    expectProblem(
      await propose({ merchantId, startsAt: '2025-11-30T00:00:00+08:00' }),
      409,
      'contract-overlap',
    );
    await accept({ merchantId, startsAt: '2025-12-01T00:00:00+08:00' });
  });

  it('in the past says which days it changes', async () => {
    const contractId = await accept({ merchantId: await newMerchant() });
    const ended = read(await end(contractId, '2025-10-01T00:00:00+08:00'), answer);
    expect(ended).toMatchObject({
      affects: { from: '2025-10-01', to: '2025-10-09' },
      restatementDue: true,
    });
    // Ended earlier still: only the days between are said otherwise.
    const again = read(await end(contractId, '2025-09-01T00:00:00+08:00'), answer);
    expect(again.affects).toEqual({ from: '2025-09-01', to: '2025-10-01' });
  });

  it('is refused before the start, of what is unknown, and where another took the room', async () => {
    // Prepare
    const merchantId = await newMerchant();
    const contractId = await accept({ merchantId, endsAt: '2025-12-01T00:00:00+08:00' });
    await accept({ merchantId, startsAt: '2025-12-01T00:00:00+08:00' });
    // Act, Assess
    const early = await end(contractId, '2025-01-01T00:00:00+08:00');
    expect(expectProblem(early, 400, 'request-invalid').detail).toContain('endsAt');
    expectProblem(await end(contractId, '2026-01-01T00:00:00Z'), 409, 'contract-overlap');
    for (const unknown of [`9.douyin.${merchantId}`, '1.weixin.m', 'nonsense']) {
      expectProblem(await end(unknown, '2026-01-01T00:00:00Z'), 404, 'not-found');
    }
  });
});

describe('GET /v1/contracts', () => {
  const listAnswer = z.strictObject({
    contracts: z.array(
      z.looseObject({ contractId: z.string(), version: z.int(), providerId: z.string() }),
    ),
  });
  const list = async (query: string, asToken?: string) =>
    read(
      await ask(
        hexiao,
        'GET',
        `/v1/contracts?${query}`,
        asToken === undefined ? {} : { token: asToken },
      ),
      listAnswer,
    ).contracts;

  it('lists the latest versions, all of them when asked, and a provider its own alone', async () => {
    // Prepare
    const merchantId = await newMerchant();
    const [mine, theirs] = [fresh('provider'), fresh('provider')];
    const mineToken = await makeProvider(hexiao, mine);
    await makeProvider(hexiao, theirs);
    const contractId = await accept({ merchantId, providerId: mine, shareBp: 4_000 });
    await accept({ merchantId, providerId: theirs, shareBp: 4_000 });
    await ask(hexiao, 'POST', `/v1/contracts/${contractId}/end`, {
      body: { endsAt: '2026-01-01T00:00:00Z' },
    });
    const query = `platform=douyin&merchantId=${merchantId}`;
    // Act, Assess
    expect((await list(query)).map((one) => one.version)).toEqual([3, 2]);
    expect((await list(`${query}&history=true`)).map((one) => one.version)).toEqual([1, 2, 3]);
    for (const asked of ['', query, `${query}&providerId=${mine}`, `providerId=${mine}`]) {
      expect((await list(asked, mineToken)).map((one) => one.contractId)).toEqual([contractId]);
    }
    for (const asked of [`${query}&providerId=${theirs}`, `providerId=${theirs}`]) {
      const reply = await ask(hexiao, 'GET', `/v1/contracts?${asked}`, { token: mineToken });
      expectProblem(reply, 404, 'not-found');
    }
    expect((await list(`providerId=${theirs}`)).map((one) => one.providerId)).toEqual([theirs]);
  });

  it('asks the operator whose', async () => {
    expectProblem(await ask(hexiao, 'GET', '/v1/contracts'), 400, 'request-invalid');
    expectProblem(await ask(hexiao, 'GET', '/v1/contracts?merchantId=m'), 400, 'request-invalid');
  });
});

describe('a contract for part of a merchant', () => {
  it('books by store, channel and product, and leaves the rest to others', async () => {
    // Prepare
    const merchantId = await newMerchant();
    const [one, two] = [fresh('provider'), fresh('provider')];
    const tokens = [await makeProvider(hexiao, one), await makeProvider(hexiao, two)];
    const stores = [fresh('store'), fresh('store')];
    await accept({ merchantId, providerId: one, scope: { stores: [stores[0]] } });
    await accept({
      merchantId,
      providerId: two,
      scope: { stores: [stores[1]], channels: ['search'] },
    });
    // Act: both are live sales
    await book(
      hexiao,
      stores.map((storeId) => redemptionAt({ merchantId }, storeId, { fen: 1_000 })),
    );
    // Assess
    const totals = [];
    for (const own of tokens) {
      const reply = await ask(hexiao, 'GET', `/v1/gmv?${WINDOW}`, { token: own });
      totals.push(read(reply, gmvAnswer).total.redeemedFen);
    }
    expect(totals).toEqual([1_000, 0]);
  });

  it('pays a rate by product, and nothing on what has none', async () => {
    // Prepare
    const merchantId = await newMerchant();
    const own = fresh('provider');
    const ownToken = await makeProvider(hexiao, own);
    const terms = { commission: 'product', productRates: { '1805': 300 }, rateBp: undefined };
    await accept({ merchantId, providerId: own, ...terms });
    const store = fresh('store');
    const [rated, other] = [0, 1].map(() => redemptionAt({ merchantId }, store, { fen: 1_000 }));
    // Act
    const sale = { ...(rated as NonNullable<typeof rated>).sale, productId: '1805' };
    await book(hexiao, [
      { ...(rated as NonNullable<typeof rated>), sale },
      other as NonNullable<typeof other>,
    ]);
    // Assess
    const reply = await ask(hexiao, 'GET', `/v1/gmv?${WINDOW}`, { token: ownToken });
    expect(read(reply, gmvAnswer).total).toMatchObject({ redeemedFen: 2_000, commissionFen: 30 });
  });

  it('is no rival of one for other stores, though a third for all is one of both', async () => {
    // Prepare
    const merchantId = await newMerchant();
    await accept({ merchantId, shareBp: 6_000, scope: { stores: ['s1'] } });
    const second = await accept({ merchantId, shareBp: 6_000, scope: { stores: ['s2'] } });
    // Act, Assess
    await accept({ merchantId, shareBp: 4_000 });
    const reply = await propose({ merchantId, shareBp: 1, scope: { stores: ['s2', 's3'] } });
    const { detail } = expectProblem(reply, 409, 'contract-overlap');
    expect(detail).toContain(second);
    await accept({ merchantId, shareBp: 6_000, scope: { stores: ['s3'] } });
  });

  it.each([
    { rateBp: undefined },
    { productRates: { '1': 1 } },
    { commission: 'product', productRates: { '1': 10_001 } },
    {
      tiers: [
        { fromFen: 5, rateBp: 1 },
        { fromFen: 5, rateBp: 2 },
      ],
    },
    { scope: { channels: ['radio'] } },
    { scope: { places: [] } },
  ])('is refused when it makes no sense: %j', async (over) => {
    expectProblem(
      await propose({ merchantId: await newMerchant(), ...over }),
      400,
      'request-invalid',
    );
  });
});

describe('POST /v1/contracts/import', () => {
  const rowSchema = z.strictObject({
    line: z.int(),
    result: z.string(),
    contractId: z.string().nullable(),
    affects: z.strictObject({ from: z.string(), to: z.string() }).nullable(),
    code: z.string().nullable(),
    detail: z.string().nullable(),
  });
  const importAnswer = z.strictObject({
    dryRun: z.boolean(),
    rows: z.array(rowSchema),
    refused: z.int(),
    accepted: z.int(),
  });
  const send = async (body: string, query = '') =>
    ask(hexiao, 'POST', `/v1/contracts/import${query}`, { body });

  it('records each row or says what to do, and the same file again changes nothing', async () => {
    // Prepare
    const merchantId = await newMerchant();
    const row = (shareBp: string, stores = '') =>
      `${providerId},douyin,${merchantId},agency,2025-01-01T00:00:00+08:00,${shareBp},500,"${stores}"`;
    const file = [
      '\uFEFFproviderId,platform,merchantId,mode,startsAt,shareBp,rateBp,stores',
      row('6000', 's1;s2'),
      row('6000', 's2'),
      row('6000', 's3'),
      row('a lot'),
      '',
    ].join('\r\n');
    // Act
    const dry = read(await send(file, '?dryRun=true'), importAnswer);
    const wet = read(await send(file), importAnswer);
    const again = read(await send(file), importAnswer);
    // Assess
    const results = (one: z.infer<typeof importAnswer>) => one.rows.map(({ result }) => result);
    const would = 'would-be-recorded';
    expect(results(dry)).toEqual([would, 'refused', would, 'refused']);
    expect(results(wet)).toEqual(['recorded', 'refused', 'recorded', 'refused']);
    expect(results(again)).toEqual(['standing', 'refused', 'standing', 'refused']);
    expect(wet.rows.map(({ line, code }) => [line, code])).toEqual([
      [2, null],
      [3, 'contract-overlap'],
      [4, null],
      [5, 'request-invalid'],
    ]);
    expect(again.rows[0]?.contractId).toBe(wet.rows[0]?.contractId);
    // It began in the past, which is booked by what was known then; whoever lost the answer is told again.
    for (const { rows } of [dry, wet, again])
      expect(rows[0]?.affects).toMatchObject({ from: '2025-01-01' });
    expect(wet.rows[1]?.affects).toBeNull();
  });

  /** One row of a merchant's contract, with more columns. */
  const one = (merchantId: string, more: Record<string, string>) => {
    const fields = {
      ...{ providerId, platform: 'douyin', merchantId, mode: 'agency' },
      ...{ startsAt: '2025-01-01T00:00:00+08:00', ...more },
    };
    const cells = Object.values(fields).map((field) => `"${field.replaceAll('"', '""')}"`);
    return `${Object.keys(fields).join(',')}\n${cells.join(',')}\n`;
  };
  const latest = async (merchantId: string) => {
    const path = `/v1/contracts?platform=douyin&merchantId=${merchantId}`;
    return read(
      await ask(hexiao, 'GET', path),
      z.object({ contracts: z.array(z.record(z.string(), z.unknown())) }),
    ).contracts;
  };

  it('takes all that a contract can say', async () => {
    // Prepare
    const merchantId = await newMerchant();
    const file = one(merchantId, {
      ...{ endsAt: '2026-01-01T00:00:00Z', shareBp: '9000', rateBp: '', commission: 'product' },
      ...{ stores: 's1; s2', channels: 'live;search', products: 'spu:1', creators: 'c1' },
      ...{ productRates: 'spu:1=300;a=b=0', tiers: '0=100;500000=200' },
    });
    // Act
    const { rows } = read(await send(file), importAnswer);
    // Assess
    expect(rows).toMatchObject([{ line: 2, result: 'recorded' }]);
    expect(await latest(merchantId)).toMatchObject([
      {
        ...{ endsAt: '2026-01-01T08:00:00.000+08:00', shareBp: 9_000, commission: 'product' },
        scope: {
          ...{ stores: ['s1', 's2'], channels: ['live', 'search'] },
          ...{ products: ['spu:1'], creators: ['c1'] },
        },
        productRates: { 'spu:1': 300, 'a=b': 0 },
        tiers: [
          { fromFen: 0, rateBp: 100 },
          { fromFen: 500_000, rateBp: 200 },
        ],
      },
    ]);
  });

  it('knows what stands in whatever order its rates are said', async () => {
    const merchantId = await newMerchant();
    const contractId = await accept({
      ...{ merchantId, rateBp: undefined, commission: 'product' },
      productRates: { b: 1, a: 2 },
    });
    const by = { commission: 'product', shareBp: '10000' };
    const same = one(merchantId, { ...by, productRates: 'a=2;b=1' });
    const other = one(merchantId, { ...by, productRates: 'a=2;b=2' });
    expect(read(await send(same), importAnswer).rows).toMatchObject([
      { result: 'standing', contractId },
    ]);
    expect(read(await send(other), importAnswer).rows).toMatchObject([
      { result: 'refused', code: 'contract-overlap' },
    ]);
  });

  it('refuses a row of somebody unknown, in a dry run too', async () => {
    const merchantId = await newMerchant();
    const nobody = one(merchantId, { rateBp: '1' }).replace(providerId, 'nobody');
    const nowhere = one('unheard-of', { rateBp: '1' });
    for (const query of ['?dryRun=true', '?dryRun=false']) {
      const told = [];
      for (const file of [nobody, nowhere]) {
        const { rows, ...sums } = read(await send(file, query), importAnswer);
        expect(sums).toEqual({ dryRun: query === '?dryRun=true', refused: 1, accepted: 0 });
        told.push(rows[0]?.code);
      }
      expect(told).toEqual(['provider-unknown', 'merchant-unknown']);
    }
  });

  it.each([
    ['rateBp', '3%'],
    ['stores', 's1;'],
    ['tiers', '0:100'],
    ['productRates', '1805:300'],
  ])('says of a row which field is written wrongly: %s %s', async (name, text) => {
    const merchantId = await newMerchant();
    const { rows } = read(await send(one(merchantId, { [name]: text })), importAnswer);
    expect(rows).toMatchObject([{ result: 'refused', code: 'request-invalid' }]);
    expect(rows[0]?.detail).toContain(`${name}: `);
    expect(rows[0]?.detail).not.toContain(text);
  });

  it.each([
    ['stores', '6.6E+18'],
    ['stores', 's1;6.60E+18'],
    ['products', '1.805E+15'],
    ['creators', '1,805,000'],
    ['productRates', '1.805e+15=300'],
    ['merchantId', '7.3E+18'],
    ['providerId', '#REF!'],
    ['stores', '########'],
    ['stores', '6600000000000000001.0'],
    ['stores', '6600000000000000000'],
  ])(
    'refuses an id that a spreadsheet has spoilt, and says what to do: %s %s',
    async (name, text) => {
      const merchantId = await newMerchant();
      const { rows } = read(await send(one(merchantId, { [name]: text })), importAnswer);
      expect(rows).toMatchObject([{ result: 'refused', code: 'request-invalid' }]);
      expect(rows[0]?.detail).toMatch(new RegExp(`^${name}: .*as text and enter it again`));
      expect(rows[0]?.detail).not.toContain(text);
    },
  );

  it('takes an id in the form that spreadsheets keep, as our own files have it', async () => {
    const merchantId = await newMerchant();
    const file = one(merchantId, { rateBp: '1', stores: '="6600000000000000001"' });
    expect(read(await send(file), importAnswer).rows).toMatchObject([{ result: 'recorded' }]);
    expect(await latest(merchantId)).toMatchObject([
      { scope: { stores: ['6600000000000000001'] } },
    ]);
  });

  it('passes over what spreadsheets add, and tells the line that a row begins in', async () => {
    const merchantId = await newMerchant();
    const [header = '', row = ''] = one(merchantId, { rateBp: '500', stores: 's1;\n s2' }).split(
      /\n(.*)/s,
    );
    const empty = ','.repeat(header.split(',').length - 1);
    const file = `\uFEFF${header.replace('rateBp', ' rateBp ')}\n${empty}\n\n${row}${row}${empty}\n`;
    const { rows } = read(await send(file), importAnswer);
    expect(rows.map(({ line, result }) => [line, result])).toEqual([
      [4, 'recorded'],
      [6, 'standing'],
    ]);
  });

  it.each(['?dryrun=true', '?dryRun=yes', '?dryRun'])('writes nothing at %s', async (query) => {
    const merchantId = await newMerchant();
    const reply = await send(one(merchantId, { rateBp: '1' }), query);
    expectProblem(reply, 400, 'request-invalid');
    expect(await latest(merchantId)).toEqual([]);
  });

  it.each([
    ['providerId,platform\np', /^line 2: 1 fields/],
    ['providerId,colour\np,red', /^line 1: "colour" is none of providerId, /],
    ['colour', /^line 1: "colour" is none of providerId, /],
    ['providerId,providerId\np,p', /^line 1: .* twice/],
    ['providerId\n\np"q', /^line 3: a quote/],
    ['"providerId', /^line 1: a quote/],
    ['', /no header/],
  ])('refuses what is no such CSV: %j', async (file, why) => {
    expect(expectProblem(await send(file), 400, 'request-invalid').detail).toMatch(why);
  });

  it('refuses a file in another encoding, instead of guessing its ids', async () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('providerId\n'), 0xc9, 0xcf]);
    const reply = await ask(hexiao, 'POST', '/v1/contracts/import', { bytes });
    expect(expectProblem(reply, 400, 'request-invalid').detail).toContain('UTF-8');
  });
});

describe('contract proposals', () => {
  it('are listed as the platform reported them, and confirmed into a contract once', async () => {
    // Prepare
    const merchantId = await newMerchant();
    const common = {
      ...redemptionAt({ merchantId }, 'store'),
      ...{ orderId: null, voucherId: null, cooperationId: 'c1', state: 'SIGNED' },
    };
    const { redemptionId: _r, storeId: _s, amounts: _a, sale: _l, kind: _k, ...told } = common;
    const events: Event[] = [
      { ...told, kind: 'contract.proposed', eventId: 'proposed:c1', partnerId: 'partner' },
      {
        ...{ ...told, kind: 'commission.changed', eventId: 'rate:c1', changeId: 'x' },
        ...{ productId: null, rateBp: 450 },
      },
    ];
    for (const event of events) await recordEvent(hexiao.table, event);
    const query = `platform=douyin&merchantId=${merchantId}`;
    const list = async () =>
      hexiao.call<{ proposals: { draft: object; contractId: string | null }[] }>(
        'GET',
        `/v1/contract-proposals?${query}`,
      );
    // Act
    const [before] = (await list()).proposals;
    const path = `/v1/contract-proposals/douyin/${merchantId}/c1/confirm`;
    const body = { ...before?.draft, providerId, startsAt: '2025-01-01T00:00:00Z' };
    const first = read(await ask(hexiao, 'POST', path, { body }), answer);
    const second = read(await ask(hexiao, 'POST', path, { body }), answer);
    // Assess
    expect(before).toMatchObject({
      ...{ partnerId: 'partner', state: 'SIGNED', contractId: null },
      draft: { rateBp: 450, commission: 'account', merchantId },
    });
    expect(second.contractId).toBe(first.contractId);
    expect((await list()).proposals[0]?.contractId).toBe(first.contractId);
    const other = path.replace('/c1/', '/c2/');
    expectProblem(await ask(hexiao, 'POST', other, { body }), 404, 'not-found');
  });

  it('are refused with a reason, once, and not when they stand as a contract', async () => {
    // Prepare
    const merchantId = await newMerchant();
    const common = {
      ...redemptionAt({ merchantId }, 'store'),
      ...{ orderId: null, voucherId: null, cooperationId: 'c1', state: 'SIGNED' },
    };
    const { redemptionId: _r, storeId: _s, amounts: _a, sale: _l, kind: _k, ...told } = common;
    const eventId = `proposed:${merchantId}:c1`;
    const proposed = { ...told, kind: 'contract.proposed', eventId, partnerId: 'p' } as const;
    await recordEvent(hexiao.table, proposed);
    const path = `/v1/contract-proposals/douyin/${merchantId}/c1`;
    const list = async () =>
      hexiao.call<{ proposals: object[] }>(
        'GET',
        `/v1/contract-proposals?platform=douyin&merchantId=${merchantId}`,
      );
    const refusal = z.object({ refused: z.object({ reason: z.string(), actor: z.string() }) });
    const refuse = (reason: string) => ask(hexiao, 'POST', `${path}/refuse`, { body: { reason } });
    // Act
    const first = read(await refuse('未签书面合同'), refusal);
    const second = read(await refuse('另一个理由'), refusal);
    // Assess
    expect(first.refused).toEqual({ reason: '未签书面合同', actor: 'bootstrap' });
    expect(second).toEqual(first);
    expect((await list()).proposals).toMatchObject([{ contractId: null, refused: first.refused }]);
    const unknown = ask(hexiao, 'POST', path.replace('c1', 'c9/refuse'), { body: { reason: 'x' } });
    expectProblem(await unknown, 404, 'not-found');
    const body = contractBody({ providerId, merchantId });
    read(await ask(hexiao, 'POST', `${path}/confirm`, { body }), answer);
    const { detail } = expectProblem(await refuse('太晚'), 400, 'request-invalid');
    expect(detail).toContain('stands as contract');
  });

  it('confirmed at once on different terms are one contract; one registered by hand is linked', async () => {
    // Prepare
    const merchantId = await newMerchant();
    const tell = (cooperationId: string) => {
      const common = {
        ...redemptionAt({ merchantId }, 'store'),
        ...{ orderId: null, voucherId: null, cooperationId, state: 'SIGNED' },
      };
      const { redemptionId: _r, storeId: _s, amounts: _a, sale: _l, kind: _k, ...told } = common;
      const eventId = `proposed:${merchantId}:${cooperationId}`;
      const event = { ...told, kind: 'contract.proposed', eventId, partnerId: 'p' } as const;
      return recordEvent(hexiao.table, event);
    };
    await Promise.all([tell('c1'), tell('c2')]);
    const confirm = (id: string, over: object) =>
      ask(hexiao, 'POST', `/v1/contract-proposals/douyin/${merchantId}/${id}/confirm`, {
        body: contractBody({ providerId, merchantId, ...over }),
      });
    const byHand = await accept({ merchantId, shareBp: 1_000 });
    // Act
    const [a, b] = await Promise.all([
      confirm('c1', { shareBp: 2_000 }),
      confirm('c1', { shareBp: 2_001 }),
    ]);
    const linked = read(await confirm('c2', { shareBp: 1_000 }), answer);
    // Assess
    expect([a.status, b.status].sort((x, y) => x - y)).toEqual([200, 201]);
    expect(read(a, answer).contractId).toBe(read(b, answer).contractId);
    expect(linked.contractId).toBe(byHand);
    expect(read(await confirm('c2', { shareBp: 1_000 }), answer).standing).toBe(true);
  });
});
