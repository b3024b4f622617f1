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
import { readPasted } from '../../infra/aws/cost/read-prices.ts';
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
  tableReadMillion: 0.5,
  storageGigabyteMonth: 0.25,
  backupGigabyteMonth: 0.2,
};

/** Made prices of a region, but for some. */
function pricesBut(...absent: readonly ItemName[]): RegionPrices {
  const kept = ITEM_NAMES.filter((item) => !absent.includes(item));
  const prices = Object.fromEntries(
    kept.map((item) => [item, { amount: AMOUNTS[item], ...SOURCE }]),
  );
  return { currency: 'USD', prices, notes: [] };
}

const piece = (writes: number) => ({
  ...{ writes: { units: writes }, reads: { units: 10 }, requests: { units: 6 } },
  invocations: { ingest: 1, normalize: 0.5, attribute: 0.5 },
  ...{ workerMs: { normalize: 0, attribute: 0 }, logBytes: 1024 },
});

const day = (perSecond: number, writes: number) => ({
  ...{ perSecond, redemption: piece(writes), sale: piece(writes - 1) },
  storedBytes: { archive: 1_024, kept: 2_048 },
});

const MEASURED: Measured = {
  voucher: { calm: day(1, 6), busy: day(100, 4) },
  memory: {
    functions: {
      normalize: { works: [{ work: '50 redemptions, asked about', warmCpuMs: 500 }] },
      attribute: { works: [{ work: '100 vouchers changed', warmCpuMs: 1_000 }] },
    },
  },
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
  test('adds up a million vouchers, on a calm day and a busy one', () => {
    const page = costPage(MEASURED, everywhere(pricesBut()));

    expect(page).toContain('| write units of the table | 6 | 4 | 5 | 3 | 2 | 22 | 14 |');
    expect(page).toContain('| read units of the table | 10 | 10 | 10 | 10 | 0.5 | 10 | 10 |');
    expect(page).toContain('| requests to the queues | 6 | 6 | 6 | 6 | 0.5 | 6 | 6 |');
    // 0.01 s of a processor in each of three functions, 0.01 s of waiting with 896 MB.
    const each = (3 * 0.01 * 1_769) / 1024 + (0.01 * 896) / 1024;
    expect(page).toContain(`| GB-seconds of functions | ${Number(each.toPrecision(3))} |`);
    // And two requests, four calls, and two kilobytes of lines.
    const same = 10 + 6 + 2 + 2 * 2 * 0.25 + 2 * each * 10 + (2 * 0.7 * 1e6) / 1024 ** 2;
    const together = (writes: number) => Number((writes + same).toPrecision(3));
    expect(page).toContain(`| **${together(22)}** | **${together(14)}** |`);
    expect(page).not.toContain('not found');
  });

  test('has what a month costs to which nothing comes, and the room that a million vouchers take', () => {
    const page = costPage(MEASURED, everywhere(pricesBut()));
    expect(page).toContain('| requests to the queues, if nothing comes | 1296000 |');
    expect(page).toContain('| calls of functions, if nothing comes | 8640 |');
    // Three months of the archive, and one of the rest.
    const gigabytes = Number(((1e6 * (3 * 1_024 + 2_048)) / 1024 ** 3).toPrecision(3));
    expect(page).toContain(`more each month | ${gigabytes} | 0.25 |`);
  });

  test('has neither a number nor a total for what nobody could read, and says where to read it', () => {
    const page = costPage(MEASURED, {
      ...everywhere(pricesBut()),
      'cn-northwest-1': { ...pricesBut('tableWriteMillion', 'alarmMonth'), currency: 'CNY' },
    });

    const [, ningxia = ''] = /## cn-northwest-1, in CNY\n([\s\S]*?)\n## /.exec(page) ?? [];
    expect(ningxia).toContain(
      '| write units of the table | 6 | 4 | 5 | 3 | price not found | price not found | price not found |',
    );
    expect(ningxia).toContain('| requests to the HTTP API | 1 | 1 | 1 | 1 | 1 | 2 | 2 |');
    expect(ningxia).toContain('| not known, 1 missing | not known, 1 missing |');
    expect(ningxia).toContain(`Not found: 2 of ${ITEM_NAMES.length} prices.`);
    for (const item of ['tableWriteMillion', 'alarmMonth'] as const)
      expect(ningxia).toMatch(
        new RegExp(`- \`${item}\` .*<${offerFile(regionTraits('cn-northwest-1'), item)}>`),
      );
  });

  test('names what is missing of China’s prices in its first sentence', () => {
    const [, first = ''] = costPage(MEASURED, {
      ...everywhere(pricesBut()),
      'cn-northwest-1': { ...pricesBut('tableWriteMillion'), currency: 'CNY' },
    }).split('\n\n');
    expect(first).toContain('cn-north-1 none; cn-northwest-1 those of write units of the table.');
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

describe('a pasted price list', () => {
  const whole = ITEM_NAMES.map((item, at) => `${item} ${at + 1}`);
  const paste = (lines: readonly string[]) =>
    readPasted(
      { region: 'cn-northwest-1', ...SOURCE, text: lines.join('\n') },
      { currency: 'CNY', notes: ['kept'] },
    );

  test('becomes the region’s prices, in its currency', () => {
    const made = paste(['# read today', ...whole, '']);
    expect(made).toMatchObject({ currency: 'CNY', notes: ['kept'] });
    expect(made.prices.tableWriteMillion).toEqual({ amount: 1, ...SOURCE });
    expect(Object.keys(made.prices)).toHaveLength(ITEM_NAMES.length);
  });

  test('with a missing line is refused, which is named with where to read it', () => {
    const lines = whole.filter((line) => !line.startsWith('queueMillion'));
    expect(() => paste(lines)).toThrow(
      /no line for queueMillion: the price of requests to the queues, .*AWSQueueService/,
    );
  });

  test.each([
    ['a name nobody knows', 'queueBillion 3', /"queueBillion" is nothing that is paid for/],
    ['an amount with a unit', 'queueMillion ¥3', /queueMillion needs one amount over 0/],
    ['a price of 0', 'queueMillion 0', /queueMillion needs one amount over 0/],
    ['a line twice', 'queueMillion 3', /queueMillion stands twice/],
  ])('with %s is refused by its line', (_, line, says) => {
    const before = line.startsWith('queueMillion 3')
      ? whole
      : whole.filter((one) => !one.startsWith('queueMillion'));
    expect(() => paste([...before, line])).toThrow(says);
  });
});
