/**
 * Every queue, function, route and schedule as plain data, in the order of the data's way. Both
 * realizations read it, `infra/aws` with CDK and `infra/local` on one machine, so the local run
 * cannot drift from what is deployed.
 */

export interface QueueSpec {
  /** At least six times the consumer's timeout and its batching window, as SQS event sources want it. */
  readonly visibilityTimeoutSeconds: number;
  /** Receives before a message goes to the dead-letter queue. */
  readonly maxReceiveCount: number;
  readonly retentionDays: number;
}

export interface FunctionSpec {
  /** The folder under functions/. */
  readonly folder: FunctionName;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly table: 'read' | 'readWrite';
  /** The only partitions it may touch, by their keys up to the first `#`; a test holds them to the code. */
  readonly keys: readonly string[];
  /** Reads the apps' secrets from where they are kept. */
  readonly secrets?: true;
  /** Seals raw bodies or opens them, and is given their key. */
  readonly bodies?: true;
  /** Signs proofs, and is given their keys. */
  readonly proofs?: true;
  /** Calls the platforms, at the addresses that apps' settings name. */
  readonly calls?: true;
  readonly sendsTo: readonly QueueName[];
  /** Reads the queues' depths, for /v1/pipeline. */
  readonly inspects?: readonly QueueName[];
  /** Takes from these queues' dead letters, to send them back. */
  readonly redrives?: readonly QueueName[];
  /** Reads the whole table, for an operator's errands that no key leads to. */
  readonly scans?: true;
  readonly consumes?: {
    readonly queue: QueueName;
    readonly batchSize: number;
    readonly batchingWindowSeconds: number;
    /** Workers at once; they share the platforms' rate limits. */
    readonly maxConcurrency: number;
  };
  readonly schedule?: { readonly everyMinutes: number };
  readonly environment?: Readonly<Record<string, string>>;
}

export interface RouteSpec {
  readonly method: 'GET' | 'POST' | 'PUT' | 'ANY';
  /** HTTP API syntax: `{name}` is one segment, `{name+}` the rest. */
  readonly path: string;
  readonly to: FunctionName;
}

export type QueueName = 'intake' | 'attribution' | 'notices';
export type FunctionName = 'ingest' | 'normalize' | 'attribute' | 'notify' | 'reconcile' | 'api';

/** One table; everything in it has `pk` and `sk`, and what expires has `expiresAt` in epoch seconds. */
export const TABLE = { partitionKey: 'pk', sortKey: 'sk', ttl: 'expiresAt' } as const;

export const QUEUES: Readonly<Record<QueueName, QueueSpec>> = {
  intake: { visibilityTimeoutSeconds: 190, maxReceiveCount: 8, retentionDays: 14 },
  attribution: { visibilityTimeoutSeconds: 190, maxReceiveCount: 8, retentionDays: 14 },
  notices: { visibilityTimeoutSeconds: 190, maxReceiveCount: 8, retentionDays: 14 },
};

export const FUNCTIONS: readonly FunctionSpec[] = [
  {
    folder: 'ingest',
    memoryMb: 896,
    timeoutSeconds: 5,
    // Synchronous callbacks are answered from what they write: codes issued, refund requests.
    table: 'readWrite',
    keys: ['APP', 'CODE', 'FREE', 'MERCHANT', 'ORDER', 'REFUND', 'REFUND-OPEN', 'VOUCHER'],
    secrets: true,
    sendsTo: ['intake'],
    // A secret taken away is refused this much later; reading each time costs more than all the rest.
    environment: { APP_FRESH_SECONDS: '5' },
  },
  {
    folder: 'normalize',
    memoryMb: 576,
    timeoutSeconds: 30,
    table: 'readWrite',
    keys: [
      'APP',
      'BUDGET',
      'BUYER-KEY',
      'DELIVERY',
      'HEARD',
      'HINT',
      'MERCHANT',
      'ORDER',
      'PLATFORM-TOKEN',
      'PRODUCTS',
      'REFUND',
      'REFUND-OPEN',
      'SET-ASIDE',
      'STORE',
      'VOUCHER',
    ],
    secrets: true,
    bodies: true,
    calls: true,
    sendsTo: ['intake', 'attribution'],
    consumes: {
      queue: 'intake',
      batchSize: 50,
      batchingWindowSeconds: 1,
      maxConcurrency: 8,
    },
    environment: { CHANGED_DELAY_SECONDS: '1', APP_FRESH_SECONDS: '5', BODY_DAYS: '90' },
  },
  {
    folder: 'attribute',
    memoryMb: 896,
    timeoutSeconds: 30,
    table: 'readWrite',
    keys: [
      'APP',
      'BEHIND',
      'DIMENSION',
      'ENDPOINT',
      'EXPORT',
      'EXPORT-PIECES',
      'ROLLUP',
      'LEDGER',
      'MERCHANT',
      'ORDER',
      'OVERALL',
      'OVERALL-PART',
      'POLICY',
      'PROVIDER',
      'RESTATEMENT',
      'STATEMENT',
      'STORE',
      'UNFINISHED',
      'VOUCHER',
    ],
    sendsTo: ['attribution', 'notices'],
    consumes: { queue: 'attribution', batchSize: 100, batchingWindowSeconds: 1, maxConcurrency: 8 },
    environment: { ROLLUP_DELAY_SECONDS: '2', DIMENSIONS_DELAY_SECONDS: '300' },
  },
  {
    folder: 'notify',
    memoryMb: 576,
    timeoutSeconds: 30,
    table: 'readWrite',
    keys: ['ENDPOINT', 'ENDPOINT-SECRETS', 'LEDGER', 'NOTICE', 'NOTICE-DUE'],
    calls: true,
    sendsTo: ['notices'],
    // A slow receiver holds up what came in one batch with it, so a batch is small.
    consumes: { queue: 'notices', batchSize: 10, batchingWindowSeconds: 0, maxConcurrency: 8 },
  },
  {
    folder: 'reconcile',
    memoryMb: 576,
    // What it reads of the platforms' records (RECORDS_SECONDS), and what goes before that.
    timeoutSeconds: 270,
    table: 'readWrite',
    keys: [
      'APP',
      'APPS',
      'BEHIND',
      'BILLED',
      'BUDGET',
      'BUYER-KEY',
      'CHECKED',
      'DIFFERENCE',
      'EDGE',
      'HEARD',
      'HINT',
      'LEDGER',
      'MERCHANT',
      'MERCHANTS',
      'NOTICE-DUE',
      'ORDER',
      'PLATFORM-TOKEN',
      'PROVIDER',
      'RECONCILIATION',
      'RECONCILING',
      'REFUND',
      'REFUND-OPEN',
      'RESTATEMENT',
      'STORE',
      'UNFINISHED',
      'VOUCHER',
    ],
    secrets: true,
    calls: true,
    sendsTo: ['intake', 'attribution', 'notices'],
    schedule: { everyMinutes: 5 },
    // A night and a slow morning; a stage of one's own busy apps may say less. The platforms' records are read for
    // so long: what a run begins ends well before the next one.
    environment: { SILENT_AFTER_MINUTES: '720', LOSS_ALARM_BP: '100', RECORDS_SECONDS: '200' },
  },
  {
    folder: 'api',
    memoryMb: 1536,
    timeoutSeconds: 15,
    table: 'readWrite',
    keys: [
      'AD-ACCOUNTS',
      'AD-OWNER',
      'AD-SPEND',
      'API-KEY',
      'APP',
      'APPS',
      'AUDIT',
      'BEHIND',
      'BILLED',
      'BUDGET',
      'BUYER-KEY',
      'CERTIFICATES',
      'CHECKED',
      'CLERK-LINK',
      'CLERK-PIN',
      'CODE',
      'DELIVERY',
      'DIFFERENCE',
      'DIMENSION',
      'DISPUTE',
      'DISPUTES',
      'DISPUTES-OPEN',
      'DROPPED',
      'ENDPOINT',
      'ENDPOINT-SECRETS',
      'ERASURE',
      'EXPORT',
      'EXPORT-PIECES',
      'FREE',
      'HEALTH',
      'HEARD',
      'HINT',
      'IDENTITY-CODE',
      'IMPORT',
      'IMPORT-ROWS',
      'LEAD',
      'LEDGER',
      'MAIL',
      'MEMBER',
      'MERCHANT',
      'MERCHANTS',
      'NOTICE',
      'NOTICE-DUE',
      'OPERATOR',
      'ORDER',
      'OVERALL',
      'PLATFORM-TOKEN',
      'POLICY',
      'PRODUCTS',
      'PROGRAMMES',
      'PROVIDER',
      'RECONCILIATION',
      'RECONCILING',
      'REFUND',
      'REFUND-OPEN',
      'REPETITION',
      'RESTATEMENT',
      'ROLLUP',
      'SESSION',
      'SET-ASIDE',
      'STATEMENT',
      'STORE',
      'SUBJECT',
      'TILL',
      'TOKEN',
      'TRY',
      'UNFINISHED',
      'VOUCHER',
    ],
    secrets: true,
    bodies: true,
    calls: true,
    sendsTo: ['intake', 'attribution', 'notices'],
    inspects: ['intake', 'attribution', 'notices'],
    redrives: ['intake', 'attribution', 'notices'],
    scans: true,
    proofs: true,
    // A token that was revoked is refused this much later, and a moment: within 10 s everywhere.
    environment: {
      ACCESS_FRESH_SECONDS: '5',
      AUDIT_DAYS: '1096',
      REQUESTS_A_MINUTE: '1200',
      LOSS_ALARM_BP: '100',
      // The operator's company, as its statements name it.
      PAYER: '{}',
    },
  },
];

/** Matched from the most specific down, as the HTTP API does. */
export const ROUTES: readonly RouteSpec[] = [
  // Whole: a slash at the end, and the GET of a console, are ingest's to judge.
  { method: 'ANY', path: '/webhooks/{path+}', to: 'ingest' },
  { method: 'ANY', path: '/spi/{path+}', to: 'ingest' },
  { method: 'GET', path: '/healthz', to: 'api' },
  { method: 'ANY', path: '/v1/{path+}', to: 'api' },
  { method: 'GET', path: '/docs', to: 'api' },
  { method: 'GET', path: '/openapi.json', to: 'api' },
  { method: 'GET', path: '/', to: 'api' },
  { method: 'GET', path: '/assets/{file}', to: 'api' },
  { method: 'GET', path: '/stores', to: 'api' },
  { method: 'GET', path: '/stores/{platform}/{storeId}', to: 'api' },
  { method: 'GET', path: '/products', to: 'api' },
  { method: 'GET', path: '/supplies', to: 'api' },
  { method: 'GET', path: '/categories', to: 'api' },
  { method: 'GET', path: '/creators', to: 'api' },
  { method: 'GET', path: '/channels', to: 'api' },
  { method: 'GET', path: '/merchants', to: 'api' },
  { method: 'GET', path: '/cities', to: 'api' },
  { method: 'GET', path: '/contracts', to: 'api' },
  { method: 'GET', path: '/search', to: 'api' },
  { method: 'GET', path: '/vouchers/{platform}/{voucherId}', to: 'api' },
  { method: 'GET', path: '/statements', to: 'api' },
  { method: 'ANY', path: '/statements/{month}', to: 'api' },
  { method: 'GET', path: '/till', to: 'api' },
  { method: 'ANY', path: '/till/in', to: 'api' },
  { method: 'ANY', path: '/till/pin', to: 'api' },
  { method: 'POST', path: '/till/find', to: 'api' },
  { method: 'POST', path: '/till/redeem', to: 'api' },
  { method: 'POST', path: '/till/undo', to: 'api' },
  { method: 'POST', path: '/till/reverse', to: 'api' },
  { method: 'POST', path: '/sign-in', to: 'api' },
  { method: 'GET', path: '/sign-in/oidc', to: 'api' },
  { method: 'GET', path: '/sign-in/oidc/callback', to: 'api' },
  { method: 'POST', path: '/sign-out', to: 'api' },
  // The pages with forms, which are sent to the pages themselves.
  { method: 'ANY', path: '/team', to: 'api' },
  { method: 'ANY', path: '/team/clerks', to: 'api' },
  { method: 'ANY', path: '/disputes', to: 'api' },
  { method: 'ANY', path: '/exports', to: 'api' },
  { method: 'ANY', path: '/leads', to: 'api' },
  { method: 'ANY', path: '/identity', to: 'api' },
  { method: 'GET', path: '/verify/{token}', to: 'api' },
  { method: 'ANY', path: '/ad-spend', to: 'api' },
  { method: 'GET', path: '/standing', to: 'api' },
  { method: 'GET', path: '/completeness', to: 'api' },
  { method: 'ANY', path: '/operator', to: 'api' },
  { method: 'ANY', path: '/operator/{path+}', to: 'api' },
  // Whatever else a browser opens leads nowhere, in words (decision 0053).
  { method: 'GET', path: '/{path+}', to: 'api' },
];
