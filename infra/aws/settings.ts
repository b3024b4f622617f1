import * as z from 'zod';
import type { RegionTraits } from './regions.ts';
import { type Quotas, quotasToAsk, type Size, sizeOf, THROUGHPUTS } from './throughput.ts';

/**
 * What an operator decides for a stage, under `context.stages.<stage>` of cdk.json. Every setting has
 * the default that loses nothing; cdk.json says only what differs.
 */
export const stageSettingsSchema = z.strictObject({
  /**
   * Redemptions a second, with as many payments, that the stage is made for: its workers and their reservations, what
   * is let in, and what the table is made ready for. A table in docs/operating.md says what each comes to.
   */
  throughput: z.literal(THROUGHPUTS).default(50),
  /** What AWS granted the account in this region, where it is more than a region's defaults (`regions.ts`). */
  quotas: z
    .strictObject({
      apiRate: z.int().min(1),
      apiBurst: z.int().min(1),
      tableUnits: z.int().min(1),
      concurrency: z.int().min(1),
    })
    .partial()
    .default({}),
  /**
   * Requests a second, and at once; the rest get 429, and a platform sends again what was not acknowledged. By
   * `throughput` when absent.
   */
  throttle: z.strictObject({ rate: z.int().min(1), burst: z.int().min(1) }).optional(),
  /** A domain of the operator's, with its certificate in the same region. */
  domain: z
    .strictObject({
      name: z
        .string()
        .regex(/^(?=.{4,253}$)([a-z0-9-]{1,63}\.)+[a-z]{2,63}$/, 'a lower-case host name'),
      certificateArn: z
        .string()
        .regex(/^arn:[^:]+:acm:[^:]+:\d{12}:certificate\/[\w-]+$/, 'the ARN of an ACM certificate'),
      /** The filing's number (ICP 备案号), where the law asks for one. */
      icpNumber: z.string().min(1).optional(),
    })
    .optional(),
  /** Who encrypts the table: DynamoDB's own key, the account's, or one made and kept by this stack. */
  tableKey: z.enum(['aws-owned', 'aws-managed', 'customer']).default('aws-managed'),
  /**
   * A table that exists already, one restored from a backup above all: everything works on it instead of on the
   * stack's own, which is let go of and not deleted. `keyArn` where a key of KMS that is not the account's own
   * encrypts it.
   */
  attachedTable: z
    .strictObject({
      name: z.string().regex(/^[\w.-]{3,255}$/, 'the name of a DynamoDB table, not its ARN'),
      keyArn: z
        .string()
        .regex(/^arn:[^:]+:kms:[^:]+:\d{12}:key\/[\w-]+$/, 'the ARN of a KMS key, not of an alias')
        .optional(),
    })
    .optional(),
  /** False lets a stack be thrown away with its table. */
  keepTable: z.boolean().default(true),
  /** The region's least when absent. */
  logRetentionDays: z
    .literal([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653])
    .optional(),
  /**
   * Sets aside for each worker as many of the account's concurrent executions as it may use, so that no
   * other function starves it. A new account has too few: AWS keeps 100 that cannot be set aside.
   */
  reserveWorkers: z.boolean().default(true),
  tracing: z.boolean().default(false),
  /**
   * How a deployment's code takes over from the last: a tenth of the calls for 5 minutes and then all, a
   * tenth more each minute, or all at once. While it shifts, an alarm puts everything back.
   */
  rollout: z.enum(['canary', 'linear', 'at-once']).default('canary'),
  /**
   * Addresses and ranges of private networks that apps' settings may lead to, such as `10.1.0.0/16`. Others
   * than the public internet's are refused, and so is whatever is not encrypted.
   */
  privateAddresses: z
    .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]))
    .max(20)
    .default([]),
  /**
   * Minutes without a delivery after which an app that had some is reported. Twelve hours let a night and a slow
   * morning pass; the least is what workers need to note a delivery.
   */
  silentAfterMinutes: z
    .int()
    .min(30)
    .max(7 * 1_440)
    .default(720),
  /**
   * Days that raw bodies are kept, in the archive and on the set-aside lists. A delivery that is not archived any more is
   * worked on again when it is repeated, so a month at least: longer than a hint waits for its platform.
   */
  bodyDays: z.int().min(30).max(400).default(90),
  /**
   * Days that messages are kept, counted from their first send: on the queues, and as dead letters. SQS keeps them no
   * longer than 14. Fewer lose what nobody mended in time.
   */
  messageDays: z.int().min(4).max(14).default(14),
  /** Days that the trail of who changed what is kept: half a year at least, which mainland China's law asks of logs. */
  auditDays: z.int().min(183).max(3_653).default(1_096),
  /**
   * The operator's company, as its statements name it, and the tax that their amounts include, in 1/10000. What is not
   * set is said to be missing.
   */
  payer: z
    .strictObject({
      legalName: z.string().min(1).max(200),
      taxNumber: z.string().min(1).max(32),
      bankName: z.string().min(1).max(200),
      bankAccount: z.string().min(1).max(64),
      contact: z.string().min(1).max(200),
      taxRateBp: z.int().min(0).max(10_000),
    })
    .partial()
    .default({}),
  /** Requests of one token in a minute that one process of the API answers; 0 for no limit. */
  requestsAMinute: z.int().min(0).max(1_000_000).default(1_200),
  /**
   * The share of a day's redemptions, in 1/10000, that no webhook may have brought at most: beyond it an app is
   * reported.
   */
  lossAlarmBp: z.int().min(0).max(10_000).default(100),
  /**
   * Where people may sign in beside tokens: an OpenID Connect issuer, as its discovery document names it, and us as it
   * knows us. The client's secret is a secret like those of apps, `hexiao/<stage>/apps/…`, with `{"clientSecret":"…"}`.
   */
  oidc: z
    .strictObject({
      issuer: z.url({ protocol: /^https$/ }),
      clientId: z.string().min(1).max(200),
      secretId: z.string().regex(/^hexiao\/[\w-]+\/apps\/[\w/-]+$/, 'hexiao/<stage>/apps/<name>'),
    })
    .optional(),
  /** Who is notified of every alarm, once they confirmed the mail that AWS sends them. */
  alarmEmails: z.array(z.email()).max(10).default([]),
});
export type StageSettings = z.infer<typeof stageSettingsSchema>;

/** What the template is made of: the operator's settings, checked against what the region can. */
export interface Stage {
  readonly name: string;
  readonly region: RegionTraits;
  readonly settings: StageSettings;
  /** What its throughput comes to. */
  readonly size: Size;
  readonly logRetentionDays: number;
}

const stageNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,19}$/, 'a stage is up to 20 lower-case letters, digits and hyphens');

/**
 * @param given `context.stages.<name>` of cdk.json; all defaults when absent
 * @throws for settings that are wrong, or that cannot work together or in this region, with what to do
 */
export function readStage(name: string, region: RegionTraits, given: unknown): Stage {
  const at = `context.stages.${name} of cdk.json`;
  const parsed = z
    .object({ name: stageNameSchema, settings: stageSettingsSchema })
    .safeParse({ name, settings: given ?? {} });
  if (!parsed.success) throw new Error(`${at}: ${z.prettifyError(parsed.error)}`);
  const { settings } = parsed.data;
  const impossible = impossibilities(name, region, settings);
  if (impossible.length > 0) {
    throw new Error(`${at} cannot be deployed to ${region.name}:\n- ${impossible.join('\n- ')}`);
  }
  const logRetentionDays = settings.logRetentionDays ?? region.logRetentionDays;
  return { name, region, settings, size: sizeFor(settings), logRetentionDays };
}

function sizeFor({ throughput, throttle }: StageSettings): Size {
  const size = sizeOf(throughput);
  return throttle === undefined ? size : { ...size, throttle };
}

function quotasOf({ apiQuota, tableQuota, concurrencyQuota }: Quotas, { quotas }: StageSettings) {
  return {
    apiQuota: { rate: quotas.apiRate ?? apiQuota.rate, burst: quotas.apiBurst ?? apiQuota.burst },
    tableQuota: quotas.tableUnits ?? tableQuota,
    concurrencyQuota: quotas.concurrency ?? concurrencyQuota,
  };
}

/** Each is a thing that CloudFormation, or the law, would refuse later: what is wrong, and what to do. */
function impossibilities(name: string, region: RegionTraits, settings: StageSettings): string[] {
  const { domain, throttle, throughput, logRetentionDays, tracing, keepTable, attachedTable } =
    settings;
  const found: string[] = [];
  const unless = (holds: boolean, otherwise: string) => {
    if (!holds) found.push(otherwise);
  };
  const { icp, lacks } = region;
  const quotas = quotasOf(region, settings);
  const { apiQuota } = quotas;
  const asked = quotasToAsk(
    { ...sizeFor(settings), throttle: sizeOf(throughput).throttle },
    quotas,
  );
  unless(
    throttle === undefined || (throttle.rate <= apiQuota.rate && throttle.burst <= apiQuota.burst),
    `throttle is above what an account may send here (${apiQuota.rate} a second, ${apiQuota.burst} at once): lower it, or have the quota raised and then write it into quotas.`,
  );
  unless(
    asked.length === 0,
    `throughput ${throughput} is more than the quotas of an account carry here. Ask AWS for these, and then write what was granted into quotas, or choose a smaller one:\n  - ${asked.join('\n  - ')}`,
  );
  unless(
    logRetentionDays === undefined || logRetentionDays >= region.logRetentionDays,
    `logRetentionDays is under the ${region.logRetentionDays} days that logs must be kept here: raise it or leave it out.`,
  );
  unless(!(tracing && lacks.includes('xray')), 'there is no X-Ray here: set tracing to false.');
  unless(
    keepTable || name !== 'prod',
    'prod keeps its table: set keepTable to true, or call the stage something else.',
  );
  unless(
    keepTable || attachedTable === undefined,
    'attachedTable takes the place of a table that keepTable does not keep: set keepTable to true, deploy that first, and then attach.',
  );
  unless(
    attachedTable === undefined || (settings.tableKey === 'customer') === 'keyArn' in attachedTable,
    'attachedTable.keyArn and tableKey do not agree: with tableKey "customer" name the key that encrypts the attached table, and without it none.',
  );
  if (domain === undefined) return found;
  const [, partition, , certificateRegion] = domain.certificateArn.split(':');
  unless(
    partition === region.partition && certificateRegion === region.name,
    `domain.certificateArn is of ${partition}/${certificateRegion}: a regional API takes a certificate of its own region, so request or import one in ${region.name}.`,
  );
  unless(
    icp === undefined || domain.icpNumber !== undefined,
    'domain.icpNumber is missing: a domain in mainland China is answered only after its ICP filing (备案), so file it and write the number here.',
  );
  return found;
}
