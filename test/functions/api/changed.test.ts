import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Remembered } from '../../../functions/api/remembered.ts';
import { Meter, total } from '../../bench/support/meter.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { book, Clock, cookieOf, makeTenant, redemptionAt, type Tenant, WINDOW } from './support.ts';

/** Whoever polls pays little while nothing is new, and sees at once what is. */

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let api: HexiaoUnderTest['api'];
let meter: Meter;
let own: Tenant;
let other: Tenant;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  // As deployed: a busy process reads once for many requests who may do what.
  api = hexiao.another({ remembered: new Remembered({ freshMs: 5_000, clockMs: () => 0 }) });
  [own, other] = [await makeTenant(hexiao), await makeTenant(hexiao)];
  for (const tenant of [own, other]) {
    const days = Array.from({ length: 20 }, (_, day) => day * 24 * 60);
    await book(
      hexiao,
      days.map((minutes) => redemptionAt(tenant, 'store', { minutes })),
    );
  }
  meter = new Meter(hexiao.emulators.database);
});

afterAll(async () => {
  meter?.stop();
  await hexiao?.stop();
});

async function get(path: string, token: string, etag?: string) {
  meter.reset();
  const headers = {
    authorization: `Bearer ${token}`,
    ...(etag !== undefined && { 'if-none-match': etag }),
  };
  const response = await api.request(path, { headers });
  const text = await response.text();
  const { status } = response;
  return { status, text, etag: response.headers.get('etag') ?? '', units: total(meter.reads) };
}

const month = 'from=2025-10-01&to=2025-10-31';
const LISTS = [
  `/v1/gmv?${month}`,
  `/v1/gmv?${month}&by=platform`,
  `/v1/gmv?${month}&by=store`,
  `/v1/gmv?${month}&by=channel`,
  `/v1/gmv?${month}&by=merchant`,
  `/v1/stores?${month}`,
];

describe('a conditional read', () => {
  it.each(LISTS)(
    'of %s is a read unit while nothing is new, and whole when something is',
    async (path) => {
      await get(path, own.token);
      const first = await get(path, own.token);
      expect([first.status, first.etag]).toEqual([200, expect.stringMatching(/^"[0-9a-f]{24}"$/)]);
      for (const known of [first.etag, `W/${first.etag}`, `"another", ${first.etag}`]) {
        const kept = await get(path, own.token, known);
        expect([kept.status, kept.text, kept.etag]).toEqual([304, '', first.etag]);
        expect(kept.units).toBeLessThanOrEqual(1);
        expect(kept.units).toBeGreaterThan(0);
      }
      // Something is booked, on a day long gone.
      await book(hexiao, [redemptionAt(own, 'store', { minutes: 1 })]);
      const changed = await get(path, own.token, first.etag);
      expect(changed.status).toBe(200);
      expect(changed.etag).not.toBe(first.etag);
      expect(changed.text).not.toBe(first.text);
    },
  );

  it.each(LISTS)('of %s is of the reader, the window and the query', async (path) => {
    const mine = await get(path, own.token);
    const foreign = await get(path, other.token, mine.etag);
    expect([foreign.status, foreign.etag === mine.etag]).toEqual([200, false]);
    const shorter = await get(path.replace('10-31', '10-30'), own.token, mine.etag);
    expect(shorter.status).toBe(200);
  });

  it('does not answer a window that moves with the clock from yesterday', async () => {
    const today = await get('/v1/gmv', own.token);
    clock.ms += 86_400_000;
    expect((await get('/v1/gmv', own.token, today.etag)).status).toBe(200);
    clock.ms -= 86_400_000;
  });

  it('shows another name within ten minutes, though no total changed', async () => {
    const body = { name: 'before', merchantId: own.merchantId };
    await hexiao.call('PUT', '/v1/stores/douyin/store', body);
    const path = `/v1/stores?${WINDOW}`;
    const first = await get(path, own.token);
    await hexiao.call('PUT', '/v1/stores/douyin/store', { ...body, name: 'after' });
    clock.ms += 10 * 60_000;
    const later = await get(path, own.token, first.etag);
    expect(later.status).toBe(200);
    expect(later.text).toContain('"after"');
  });

  it('of the pages that are followed is two read units at most', async () => {
    const { cookie } = await cookieOf(hexiao, own.token);
    for (const path of ['/', '/stores/douyin/store?period=today']) {
      const page = async (headers: Record<string, string>) => {
        meter.reset();
        const response = await api.request(path, { headers: { cookie, ...headers } });
        await response.text();
        const etag = response.headers.get('etag') ?? '';
        return { status: response.status, etag, units: total(meter.reads) };
      };
      const first = await page({});
      expect([first.status, first.etag]).toEqual([200, expect.stringMatching(/^".+"$/)]);
      const kept = await page({ 'if-none-match': first.etag });
      expect(kept.status).toBe(304);
      expect(kept.units).toBeLessThanOrEqual(1);
    }
  });
});
