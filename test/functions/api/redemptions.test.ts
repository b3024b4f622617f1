import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { minute, redeemed, refunded, reversed, START_MS } from '../../lib/make.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  ask,
  book,
  Clock,
  expectProblem,
  fresh,
  MINUTE_MS,
  makeTenant,
  read,
  redemptionAt,
  redemptionsAnswer,
  type Tenant,
  WINDOW,
} from './support.ts';

const DAY_MINUTES = 1_440;

const clock = new Clock();
let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
});

beforeEach(() => {
  clock.ms = START_MS;
});

afterAll(() => hexiao?.stop());

async function redemptions(token: string, storeId: string, query = WINDOW) {
  const path = `/v1/stores/douyin/${encodeURIComponent(storeId)}/redemptions?${query}`;
  return read(await ask(hexiao, 'GET', path, { token }), redemptionsAnswer);
}

async function statusOf(tenant: Tenant, storeId: string): Promise<string | undefined> {
  return (await redemptions(tenant.token, storeId)).redemptions[0]?.status;
}

describe('GET /v1/stores/{platform}/{storeId}/redemptions', () => {
  it('shows what was booked and under which contract', async () => {
    const tenant = await makeTenant(hexiao);
    const event = redemptionAt(tenant, 'store', { fen: 9_999 });
    await book(hexiao, [event]);
    expect(await redemptions(tenant.token, 'store')).toEqual({
      redemptions: [
        {
          redemptionId: event.redemptionId,
          voucherId: event.voucherId,
          orderId: event.orderId,
          status: 'provisional',
          redeemedAt: minute(0),
          amountFen: 9_999,
          commissionFen: 500,
          channel: 'live',
          contractId: `1.douyin.${tenant.merchantId}`,
        },
      ],
      next: null,
    });
  });

  it('gives each once, newest first, by pages of any size', async () => {
    const tenant = await makeTenant(hexiao);
    // Several at one instant, several days, and takings in between that are no lines of their own.
    const events = Array.from({ length: 25 }, (_, index) =>
      redemptionAt(tenant, 'store', { minutes: Math.floor(index / 3) * 200 }),
    );
    const taken = events.filter((_, index) => index % 4 === 0);
    const takings = taken.map(({ redemptionId, voucherId, orderId, merchantId }, index) => {
      const occurredAt = minute(index * 300 + 10);
      return reversed(redemptionId, { voucherId, orderId, merchantId, occurredAt });
    });
    await book(hexiao, [...events, ...takings]);
    for (const limit of [1, 7, 25, 200]) {
      const seen = [];
      let cursor = '';
      do {
        const page = await redemptions(tenant.token, 'store', `${WINDOW}&limit=${limit}${cursor}`);
        expect(page.redemptions.length).toBeLessThanOrEqual(limit);
        seen.push(...page.redemptions);
        cursor = page.next === null ? '' : `&cursor=${encodeURIComponent(page.next)}`;
      } while (cursor !== '');
      const ids = seen.map((line) => line.redemptionId);
      expect(ids.toSorted()).toEqual(events.map((event) => event.redemptionId).toSorted());
      const times = seen.map((line) => line.redeemedAt);
      expect(times).toEqual(times.toSorted().reverse());
      expect(seen.filter((line) => line.status === 'reversed')).toHaveLength(taken.length);
    }
  });

  it('counts only the days of the window, from the first to the last millisecond', async () => {
    const tenant = await makeTenant(hexiao);
    const at = ['09T23:59:59.999', '10T00:00:00.000', '10T23:59:59.999', '11T00:00:00.000'];
    await book(
      hexiao,
      at.map((time) => ({
        ...redemptionAt(tenant, 'store'),
        occurredAt: `2025-10-${time}+08:00`,
      })),
    );
    const shown = await redemptions(tenant.token, 'store', 'from=2025-10-10&to=2025-10-10');
    expect(shown.redemptions.map((line) => line.redeemedAt)).toEqual([
      '2025-10-10T23:59:59.999+08:00',
      '2025-10-10T00:00:00.000+08:00',
    ]);
  });

  it('shows nothing outside the window requested, though the cursor is of another', async () => {
    const tenant = await makeTenant(hexiao);
    await book(
      hexiao,
      [0, 1, 2, 3, 4].map((day) => redemptionAt(tenant, 'store', { minutes: day * DAY_MINUTES })),
    );
    const { next } = await redemptions(tenant.token, 'store', `${WINDOW}&limit=1`);
    const windows = ['from=2025-10-09&to=2025-10-10', 'from=2025-11-01&to=2025-11-30'];
    for (const window of windows) {
      const path = `/v1/stores/douyin/store/redemptions?${window}&cursor=${next ?? ''}`;
      const reply = await ask(hexiao, 'GET', path, { token: tenant.token });
      // To refuse the cursor is as good.
      if (reply.status === 400) continue;
      const days = read(reply, redemptionsAnswer).redemptions.map((line) =>
        line.redeemedAt.slice(0, 10),
      );
      expect(
        days.filter((day) => day > '2025-10-10'),
        window,
      ).toEqual([]);
    }
  });

  it.each([
    ['a word', 'zzz'],
    ['a sign', '#'],
    ['a day', '2025-10-09'],
    ['more than a key can hold', '字'.repeat(1_024)],
  ])('refuses a cursor that we did not write: %s', async (_what, position) => {
    const { token } = await makeTenant(hexiao);
    const cursor = Buffer.from(JSON.stringify(position)).toString('base64url');
    const path = `/v1/stores/douyin/store/redemptions?${WINDOW}&cursor=${cursor}`;
    expectProblem(await ask(hexiao, 'GET', path, { token }), 400, 'request-invalid');
  });

  it('refuses a platform nobody knows and an id too long', async () => {
    const { token } = await makeTenant(hexiao);
    for (const place of ['weixin/s', 'DOUYIN/s', `douyin/${'s'.repeat(129)}`]) {
      const reply = await ask(hexiao, 'GET', `/v1/stores/${place}/redemptions`, { token });
      expectProblem(reply, 400, 'request-invalid');
    }
  });

  it('is empty for another provider, whatever it names', async () => {
    const tenant = await makeTenant(hexiao);
    const stranger = await makeTenant(hexiao);
    await book(hexiao, [
      redemptionAt(tenant, 'shared', { minutes: 1 }),
      redemptionAt(tenant, 'shared', { minutes: 2 }),
      redemptionAt(stranger, 'shared', { minutes: 0, id: 'of-the-stranger' }),
    ]);
    const { next } = await redemptions(tenant.token, 'shared', `${WINDOW}&limit=1`);
    const foreign = `/v1/stores/douyin/shared/redemptions?${WINDOW}&cursor=${next ?? ''}`;
    const refused = await ask(hexiao, 'GET', foreign, { token: stranger.token });
    expectProblem(refused, 400, 'cursor-foreign');
    for (const attempt of ['', `&providerId=${stranger.providerId}`]) {
      const shown = await redemptions(stranger.token, 'shared', `${WINDOW}${attempt}`);
      expect(shown.redemptions.map((line) => line.redemptionId)).toEqual(['of-the-stranger']);
    }
    const path = `/v1/stores/douyin/shared/redemptions?${WINDOW}&providerId=${tenant.providerId}`;
    expectProblem(await ask(hexiao, 'GET', path, { token: stranger.token }), 404, 'not-found');
  });

  it('is read by the operator for the provider it names', async () => {
    const tenant = await makeTenant(hexiao);
    await book(hexiao, [redemptionAt(tenant, 'store')]);
    const path = `/v1/stores/douyin/store/redemptions?${WINDOW}`;
    expectProblem(await ask(hexiao, 'GET', path), 400, 'request-invalid');
    const reply = await ask(hexiao, 'GET', `${path}&providerId=${tenant.providerId}`);
    expect(read(reply, redemptionsAnswer)).toEqual(await redemptions(tenant.token, 'store'));
  });
});

describe('the status of a redemption', () => {
  it('is provisional for the hour in which it can be reversed, and final from then on', async () => {
    const tenant = await makeTenant(hexiao);
    await book(hexiao, [redemptionAt(tenant, 'store')]);
    clock.ms = START_MS + 60 * MINUTE_MS - 1;
    expect(await statusOf(tenant, 'store')).toBe('provisional');
    clock.ms = START_MS + 60 * MINUTE_MS;
    expect(await statusOf(tenant, 'store')).toBe('final');
  });

  it('is reversed once it was taken back at the till, and the store says so in its totals', async () => {
    const tenant = await makeTenant(hexiao);
    const event = redemptionAt(tenant, 'store', { fen: 5_000 });
    const { voucherId, orderId, merchantId, redemptionId } = event;
    await book(hexiao, [event, reversed(redemptionId, { voucherId, orderId, merchantId })]);
    expect(await statusOf(tenant, 'store')).toBe('reversed');
    clock.ms = START_MS + 2 * DAY_MINUTES * MINUTE_MS;
    expect(await statusOf(tenant, 'store')).toBe('reversed');
    const reply = await ask(hexiao, 'GET', `/v1/stores?${WINDOW}`, { token: tenant.token });
    expect(JSON.parse(reply.text).stores).toMatchObject([
      { redeemedCount: 0, redeemedFen: 0, reversedCount: 1, commissionFen: 0 },
    ]);
  });

  it('is refunded after a refund of the whole, and stays what it was after one of a part', async () => {
    const tenant = await makeTenant(hexiao);
    const [whole, part] = [redemptionAt(tenant, 'whole'), redemptionAt(tenant, 'part')];
    const refundOf = (event: typeof whole, paidFen: number | null) => {
      const { voucherId, orderId, merchantId, redemptionId } = event;
      const takesBack = [{ redemptionId, paidFen }];
      const eventId = `refunded:${voucherId}`;
      return refunded({ eventId, voucherId, orderId, merchantId, takesBack, unusedFen: 0 });
    };
    await book(hexiao, [whole, part, refundOf(whole, null), refundOf(part, 4_000)]);
    clock.ms = START_MS + 2 * DAY_MINUTES * MINUTE_MS;
    expect(await statusOf(tenant, 'whole')).toBe('refunded');
    expect(await statusOf(tenant, 'part')).toBe('final');
    const reply = await ask(hexiao, 'GET', `/v1/stores?${WINDOW}`, { token: tenant.token });
    const shown: { storeId: string }[] = JSON.parse(reply.text).stores;
    expect(shown.sort((a, b) => (a.storeId < b.storeId ? -1 : 1))).toMatchObject([
      { storeId: 'part', redeemedCount: 1, redeemedFen: 6_000, refundedFen: 4_000 },
      { storeId: 'whole', redeemedCount: 0, redeemedFen: 0, refundedFen: 10_000 },
    ]);
  });

  it('is told for each use of one voucher on its own', async () => {
    const tenant = await makeTenant(hexiao);
    const first = redemptionAt(tenant, 'store');
    const { voucherId, orderId, merchantId } = first;
    const secondId = fresh('act');
    const over = { voucherId, orderId, merchantId, storeId: 'store', occurredAt: minute(45) };
    const taken = reversed(first.redemptionId, { voucherId, orderId, merchantId });
    await book(hexiao, [first, taken, redeemed(secondId, over)]);
    clock.ms = START_MS + 70 * MINUTE_MS;
    const shown = await redemptions(tenant.token, 'store');
    expect(shown.redemptions.map(({ redemptionId, status }) => [redemptionId, status])).toEqual([
      [secondId, 'provisional'],
      [first.redemptionId, 'reversed'],
    ]);
  });
});
