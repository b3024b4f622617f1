import { describe, expect, test } from 'vitest';
import { costPage } from '../../infra/aws/cost/cost.ts';
import { estimate, gigabyteSeconds } from '../../infra/aws/cost/estimate.ts';
import type { Measured } from '../../infra/aws/cost/measured.ts';
import {
  ITEM_NAMES,
  type ItemName,
  offerFile,
  pricesSchema,
  type RegionPrices,
  readPrices,
} from '../../infra/aws/cost/prices.ts';
import { REGIONS, regionTraits } from '../../infra/aws/regions.ts';

const SOURCE = { source: 'https://example.com/prices', asOf: '2026-01-31' };

const AMOUNTS: Readonly<Record<ItemName, number>> = {
  tableWriteMillion: 2,
  httpApiMillion: 1,
  queueMillion: 0.5,
  functionCallMillion: 0.25,
  functionGigabyteSecond: 0.00001,
  logsGigabyte: 0.7,
  alarmMonth: 0.1,
  metricMonth: 0.3,
  secretMonth: 0.4,
};

/** Made prices of a region, but for some. */
function pricesBut(...absent: readonly ItemName[]): RegionPrices {
  const kept = ITEM_NAMES.filter((item) => !absent.includes(item));
  const prices = Object.fromEntries(
    kept.map((item) => [item, { amount: AMOUNTS[item], ...SOURCE }]),
  );
  return { currency: 'USD', prices, notes: [] };
}

const MEASURED: Measured = {
  writes: { redemptions: 2_000, unitsPerRedemption: 4, unitsPerPayment: 3 },
  // At any memory 0.01 processors' seconds are 0.01 × 1769 ÷ 1024 GB-seconds.
  bundles: { warm: { micros: { ingest: 10_000 } } },
  alarms: 30,
  metrics: 20,
};

const everywhere = (prices: RegionPrices) =>
  Object.fromEntries(REGIONS.map(({ name }) => [name, prices]));

describe('an estimate', () => {
  test('is what each unit costs, times the units, and their sum', () => {
    const { lines, total, missing } = estimate(
      { tableWriteMillion: 4_000_000, functionGigabyteSecond: 1_000, alarmMonth: 30 },
      pricesBut(),
    );

    expect(lines.map(({ cost }) => cost)).toEqual([8, expect.closeTo(0.01), 3]);
    expect(total).toBeCloseTo(11.01);
    expect(missing).toEqual([]);
  });

  test('has no total while a price is missing, and says which', () => {
    const made = estimate(
      { tableWriteMillion: 4_000_000, alarmMonth: 30 },
      pricesBut('tableWriteMillion'),
    );

    expect(made).toEqual({
      lines: [
        { item: 'tableWriteMillion', units: 4_000_000 },
        { item: 'alarmMonth', units: 30, each: 0.1, cost: 3 },
      ],
      missing: ['tableWriteMillion'],
    });
  });

  test('of a call’s time is the same whatever the memory: less of it is slower', () => {
    expect(gigabyteSeconds(10_000, 1_769)).toBeCloseTo((0.01 * 1_769) / 1024);
    expect(gigabyteSeconds(10_000, 512)).toBeCloseTo(gigabyteSeconds(10_000, 1_769));
  });
});

describe('the page', () => {
  test('adds up a million redemptions and a million payments', () => {
    const page = costPage(MEASURED, everywhere(pricesBut()));

    // 8 and 6 for writes, 1 + 0.5 + 0.25 for a webhook, 0.173 for 0.0173 GB-seconds.
    expect(page).toContain('| write units of the table | 4 | 3 | 2 | 8 | 6 |');
    expect(page).toContain('| GB-seconds of ingest | 0.0173 | 0.0173 | 10 | 0.173 | 0.173 |');
    expect(page).toContain('| **together** |  |  |  | **9.92** | **7.92** |');
    expect(page).toContain('| **together** |  |  | **9** |');
    expect(page).not.toContain('not found');
  });

  test('has neither a number nor a total for what nobody could read, and says where to read it', () => {
    const page = costPage(MEASURED, {
      ...everywhere(pricesBut()),
      'cn-northwest-1': { ...pricesBut('tableWriteMillion', 'alarmMonth'), currency: 'CNY' },
    });

    const [, ningxia = ''] = /## cn-northwest-1, in CNY\n([\s\S]*?)\n## /.exec(page) ?? [];
    expect(ningxia).toContain(
      '| write units of the table | 4 | 3 | price not found | price not found | price not found |',
    );
    expect(ningxia).toContain('| requests to the HTTP API | 1 | 1 | 1 | 1 | 1 |');
    expect(ningxia).toContain('| not known, 1 missing | not known, 1 missing |');
    expect(ningxia).not.toContain('| **9');
    expect(ningxia).toContain(`Not found: 2 of ${ITEM_NAMES.length} prices.`);
    for (const item of ['tableWriteMillion', 'alarmMonth'] as const)
      expect(ningxia).toMatch(
        new RegExp(`- \`${item}\` .*<${offerFile(regionTraits('cn-northwest-1'), item)}>`),
      );
  });

  test('has every region that can be deployed to, with the source of every price', () => {
    const page = costPage(MEASURED);

    for (const { name } of REGIONS) expect(page).toContain(`## ${name}, in `);
    for (const { prices } of Object.values(readPrices()))
      for (const { source } of Object.values(prices)) expect(page).toContain(`<${source}>`);
  });
});

describe('prices.json', () => {
  const region = { currency: 'USD', prices: {}, notes: [] };
  const withPrice = (name: string, price: object) => ({
    ...Object.fromEntries(REGIONS.map((known) => [known.name, region])),
    'us-east-1': { ...region, prices: { [name]: price } },
  });

  test('has a source and a date for every price, in the region’s own currency', () => {
    const all = readPrices();

    expect(Object.keys(all).toSorted()).toEqual(REGIONS.map(({ name }) => name).toSorted());
    for (const [name, { currency, prices }] of Object.entries(all)) {
      expect(currency).toBe(regionTraits(name).partition === 'aws-cn' ? 'CNY' : 'USD');
      for (const price of Object.values(prices)) {
        expect(price.source).toMatch(/^https:\/\//);
        expect(price.asOf).toMatch(/^(20\d\d-|undated$)/);
      }
    }
  });

  test.each([
    ['a source', 'alarmMonth', { amount: 0.1, asOf: '2026-01' }],
    ['a date', 'alarmMonth', { amount: 0.1, source: 'https://example.com' }],
    ['an amount', 'alarmMonth', { ...SOURCE, amount: 0 }],
    ['an item that is paid for', 'alarmYear', { ...SOURCE, amount: 1 }],
  ])('is refused when a price is without %s', (_, name, price) => {
    expect(
      pricesSchema.safeParse(withPrice('alarmMonth', { ...SOURCE, amount: 0.1 })).success,
    ).toBe(true);
    expect(pricesSchema.safeParse(withPrice(name, price)).success).toBe(false);
  });
});
