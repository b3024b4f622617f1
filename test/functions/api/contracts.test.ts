import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
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

const answer = z.strictObject({ contractId: z.string().min(1) });

let hexiao: HexiaoUnderTest;
let providerId: string;
let token: string;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: new Clock().now });
  providerId = fresh('provider');
  token = await makeProvider(hexiao, providerId);
});

afterAll(() => hexiao.stop());

async function newMerchant(): Promise<string> {
  const merchantId = fresh('merchant');
  await makeMerchant(hexiao, merchantId);
  return merchantId;
}

function propose(over: object): Promise<Reply> {
  return ask(hexiao, 'POST', '/v1/contracts', { body: contractBody({ providerId, ...over }) });
}

async function accept(over: object): Promise<string> {
  const reply = await propose(over);
  expect(reply.status, reply.text).toBe(201);
  return read(reply, answer).contractId;
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
    await accept({ merchantId, startsAt: turn, shareBp: 5_000 });
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
        propose({ merchantId, shareBp: 6_000 }),
      ]);
      expect(replies.map((reply) => reply.status).sort((a, b) => a - b)).toEqual([201, 409]);
    }
  });

  it('that fit together are all taken when they are posted at once, each under its own id', async () => {
    const merchantId = await newMerchant();
    const ids = await Promise.all([1, 2, 3].map(() => accept({ merchantId, shareBp: 3_000 })));
    expect(new Set(ids).size).toBe(3);
  });
});
