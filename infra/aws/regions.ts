/**
 * What differs between the regions we deploy to, as data. The partition and the URL suffix are not
 * here on purpose: they are CloudFormation's to fill in, and a template that spells one of them is
 * refused by the checks.
 */

/** What some region has not; `checks/features.ts` knows each of them when it sees it in a template. */
export type Feature =
  | 'cognito-user-pools'
  | 'function-urls'
  | 'lambda-package-keys'
  | 'mapping-metrics'
  | 'mapping-pollers'
  | 'mapping-tags'
  | 'recursion-control'
  | 'sqs-redrive'
  | 'xray';

export interface RegionTraits {
  readonly name: string;
  readonly runtime: 'nodejs24.x';
  /**
   * arm64 where Lambda has it: a fifth cheaper for the same memory and time.
   * @see https://aws.amazon.com/lambda/pricing/
   */
  readonly architecture: 'arm64' | 'x86_64';
  readonly lacks: readonly Feature[];
  /** `aws` or `aws-cn`: what an ARN of this region says in its second field. */
  readonly partition: 'aws' | 'aws-cn';
  /**
   * The least time that logs are kept, in days. In mainland China six months are the law
   * (网络安全法, article 21 (3)); elsewhere a month is enough to look into what went wrong.
   */
  readonly logRetentionDays: 30 | 180;
  /**
   * The embedded metric format is read in this class only, and the alarms live by it.
   * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
   */
  readonly logClass: 'STANDARD';
  /**
   * Requests a second, and at once, that an account may send through API Gateway here.
   * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
   */
  readonly apiQuota: { readonly rate: number; readonly burst: number };
  /**
   * Read units, and write units, a second that one on-demand table may take before more is asked for.
   * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
   * @see https://docs.amazonaws.cn/en_us/amazondynamodb/latest/developerguide/Limits.html
   */
  readonly tableQuota: number;
  /**
   * Executions of all functions at once, of an account that is not new.
   * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
   */
  readonly concurrencyQuota: number;
  /** What mainland China's internet content rules ask of whoever opens this API to the internet. */
  readonly icp?: string;
}

/**
 * The differences Amazon Web Services in China lists itself, service by service.
 * @see https://docs.amazonaws.cn/en_us/aws/latest/userguide/lambda.html
 * @see https://docs.amazonaws.cn/en_us/aws/latest/userguide/sqs.html
 * @see https://docs.amazonaws.cn/en_us/aws/latest/userguide/api-gateway.html
 */
const CHINA_LACKS: readonly Feature[] = [
  'cognito-user-pools',
  'function-urls',
  'lambda-package-keys',
  'mapping-metrics',
  'mapping-pollers',
  'mapping-tags',
  'recursion-control',
  'sqs-redrive',
  'xray',
];

/** Filed per region: a filing for Beijing does not cover Ningxia. Until then the API answers 403. */
const CHINA_ICP =
  'The platforms call without an AWS signature, so the account needs an ICP filing for API Gateway in this region, and so does any domain of your own; without it every request is answered 403.';

const SMALL_QUOTA = { rate: 2_500, burst: 1_250 } as const;

const CHINA = {
  runtime: 'nodejs24.x',
  architecture: 'arm64',
  partition: 'aws-cn',
  lacks: CHINA_LACKS,
  logRetentionDays: 180,
  logClass: 'STANDARD',
  apiQuota: SMALL_QUOTA,
  tableQuota: 40_000,
  concurrencyQuota: 1_000,
  icp: CHINA_ICP,
} as const;

const ELSEWHERE = {
  runtime: 'nodejs24.x',
  architecture: 'arm64',
  partition: 'aws',
  lacks: [],
  logRetentionDays: 30,
  logClass: 'STANDARD',
  apiQuota: { rate: 10_000, burst: 5_000 },
  tableQuota: 40_000,
  concurrencyQuota: 1_000,
} as const;

export const REGIONS: readonly RegionTraits[] = [
  { ...CHINA, name: 'cn-north-1' },
  { ...CHINA, name: 'cn-northwest-1' },
  { ...ELSEWHERE, name: 'ap-southeast-1' },
  // One of the regions that the quotas page names as smaller.
  { ...ELSEWHERE, name: 'ap-east-1', apiQuota: SMALL_QUOTA },
  { ...ELSEWHERE, name: 'us-east-1' },
];

/** The platforms and the stores are in mainland China, and Ningxia is the cheaper of its two regions. */
export const DEFAULT_REGION = 'cn-northwest-1';

/** @throws for a region nobody has described yet, saying what to do */
export function regionTraits(name: string): RegionTraits {
  const traits = REGIONS.find((region) => region.name === name);
  if (traits !== undefined) return traits;
  const known = REGIONS.map((region) => region.name).join(', ');
  throw new Error(
    `No traits for the region "${name}": expected one of ${known}. To deploy there, add it to infra/aws/regions.ts after checking in the region's own documentation that Lambda has nodejs24.x and arm64 and which features it lacks; then run infra/aws/synth-all.ts.`,
  );
}
