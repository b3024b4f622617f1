/**
 * What is paid for, and what we know it costs. A price that nobody could read is absent from prices.json:
 * none is guessed, converted or carried over from another region.
 */
import * as z from 'zod';
import { REGIONS, type RegionTraits } from '../regions.ts';
import listed from './prices.json' with { type: 'json' };

export interface Item {
  /** What one unit is, in the plural. */
  readonly unit: string;
  /** The service's price list file, and how to know the price in it. */
  readonly offer: string;
  readonly find: string;
}

/**
 * By the key in prices.json, whose end says what the amount is for; a function's prices are those of arm64.
 * @see https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/price-changes.html
 */
export const ITEMS = {
  tableWriteMillion: {
    unit: 'write units of the table',
    offer: 'AmazonDynamoDB',
    find: 'group `DDB-WriteUnits` of the family `Amazon DynamoDB PayPerRequest Throughput`',
  },
  tableReadMillion: {
    unit: 'read units of the table',
    offer: 'AmazonDynamoDB',
    find: 'group `DDB-ReadUnits` of the family `Amazon DynamoDB PayPerRequest Throughput`',
  },
  httpApiMillion: {
    unit: 'requests to the HTTP API',
    offer: 'AmazonApiGateway',
    find: 'usage type `…ApiGatewayHttpRequest`, first tier',
  },
  queueMillion: {
    unit: 'requests to the queues',
    offer: 'AWSQueueService',
    find: 'family `API Request`, queue type `Standard`, first tier',
  },
  functionCallMillion: {
    unit: 'calls of functions',
    offer: 'AWSLambda',
    find: 'group `AWS-Lambda-Requests-ARM`',
  },
  functionGigabyteSecond: {
    unit: 'GB-seconds of functions',
    offer: 'AWSLambda',
    find: 'group `AWS-Lambda-Duration-ARM`, first tier',
  },
  logsGigabyte: {
    unit: 'gigabytes of log lines',
    offer: 'AmazonCloudWatch',
    find: 'usage type `…DataProcessing-Bytes`',
  },
  storageGigabyteMonth: {
    unit: 'gigabytes in the table',
    offer: 'AmazonDynamoDB',
    find: 'usage type `…TimedStorage-ByteHrs`, after what is free',
  },
  backupGigabyteMonth: {
    unit: 'gigabytes that can be restored to any second',
    offer: 'AmazonDynamoDB',
    find: 'usage type `…TimedPITRStorage-ByteHrs`',
  },
  alarmMonth: {
    unit: 'alarms',
    offer: 'AmazonCloudWatch',
    find: 'usage type `…CW:AlarmMonitorUsage`',
  },
  metricMonth: {
    unit: 'counted metrics, at most',
    offer: 'AmazonCloudWatch',
    find: 'usage type `…CW:MetricMonitorUsage`, first tier',
  },
  secretMonth: {
    unit: 'secrets kept',
    offer: 'AWSSecretsManager',
    find: 'usage type `…AWSSecretsManager-Secret`',
  },
} as const satisfies Record<string, Item>;

export type ItemName = keyof typeof ITEMS;
export const ITEM_NAMES = Object.keys(ITEMS) as ItemName[];

const priceSchema = z.strictObject({
  /** In the region's currency, for what the key's end says. */
  amount: z.number().positive(),
  source: z.url({ protocol: /^https$/ }),
  /** What day the source speaks of: published, read or released then. */
  asOf: z.union([z.string().regex(/^20\d\d-[01]\d(-[0-3]\d)?$/), z.literal('undated')]),
  /** Where the source was quoted, when it was not read itself. */
  seenIn: z.url({ protocol: /^https$/ }).optional(),
  note: z.string().min(1).optional(),
});

const regionSchema = z.strictObject({
  currency: z.enum(['USD', 'CNY']),
  prices: z.partialRecord(z.enum(ITEM_NAMES), priceSchema),
  /** What a reader must know of this region's prices, or of those that are missing. */
  notes: z.array(z.string().min(1)),
});
export type RegionPrices = z.infer<typeof regionSchema>;

/** Every region that can be deployed to, though its prices may be few. */
export const pricesSchema = z.record(z.enum(REGIONS.map(({ name }) => name)), regionSchema);

/** @throws for a price without a source, an item nobody knows or a region that is not there */
export function readPrices(): Readonly<Record<string, RegionPrices>> {
  return pricesSchema.parse(listed);
}

/** The public price list of a service in a region, which needs no account to read. */
export function offerFile({ name, partition }: RegionTraits, item: ItemName): string {
  return `${OFFERS[partition]}/${ITEMS[item].offer}/current/${name}/index.json`;
}

const OFFERS = {
  aws: 'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws',
  'aws-cn': 'https://pricing.cn-northwest-1.amazonaws.com.cn/offers/v1.0/cn',
} as const satisfies Record<RegionTraits['partition'], string>;
