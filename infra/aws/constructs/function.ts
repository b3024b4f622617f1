import { ArnFormat, Duration, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Alias,
  Architecture,
  Code,
  type IFunction,
  type IVersion,
  Function as LambdaFn,
  RecursiveLoop,
  Runtime,
  RuntimeFamily,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { FunctionSpec, QueueName } from '../../topology.ts';
import type { RegionTraits } from '../regions.ts';
import type { Stage } from '../settings.ts';
import { makeLogs } from './logs.ts';
import type { WatchedQueue } from './queue.ts';

/**
 * What `lib/store` calls and no more. Neither list has Scan: a function reads partitions it
 * can name, never another tenant's by accident. Who `scans` on an operator's errand says so.
 */
const TABLE_ACTIONS = {
  read: ['dynamodb:GetItem', 'dynamodb:Query'],
  readWrite: [
    'dynamodb:GetItem',
    'dynamodb:Query',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
    'dynamodb:DeleteItem',
  ],
} satisfies Record<FunctionSpec['table'], string[]>;

/** What `lib/queue/redrive.ts` does to dead letters. */
const REDRIVE_ACTIONS = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'];

/** The alias of every function's version in use. */
export const LIVE = 'live';

export interface TopologyFunctionProps {
  readonly spec: FunctionSpec;
  readonly stage: Stage;
  /** The function's bundle: `index.mjs`, its chunks and their maps. */
  readonly codeDirectory: string;
  readonly table: ITable;
  readonly queues: Readonly<Record<QueueName, WatchedQueue>>;
  /** The keys of raw bodies: for those that seal and open them. */
  readonly bodyKeys: ISecret;
  readonly proofKeys: ISecret;
  /** On top of what the topology says: the stage's own, and what is known only at deployment. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * One function of the topology with its log group, a role that may do what the topology says and
 * nothing else, and whatever starts it: a queue or a schedule.
 */
export class TopologyFunction extends Construct {
  readonly handler: LambdaFn;
  /** What everybody calls: the version that is live, or two of them while a deployment shifts. */
  readonly live: Alias;

  constructor(scope: Construct, id: string, props: TopologyFunctionProps) {
    super(scope, id);
    const { spec, stage, table, queues } = props;
    const { region, settings } = stage;
    const logGroup = makeLogs(this, 'Logs', stage);
    // Made here because Lambda's default role carries a managed policy that may write any log group.
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    logGroup.grantWrite(role);

    this.handler = new LambdaFn(this, 'Function', {
      description: `Hexiao ${spec.folder}`,
      runtime: new Runtime(region.runtime, RuntimeFamily.NODEJS),
      architecture: region.architecture === 'arm64' ? Architecture.ARM_64 : Architecture.X86_64,
      code: Code.fromAsset(props.codeDirectory),
      handler: 'index.handler',
      memorySize: spec.memoryMb,
      timeout: Duration.seconds(spec.timeoutSeconds),
      role,
      logGroup,
      environment: {
        TABLE_NAME: table.tableName,
        METRICS_NAMESPACE: metricsNamespace(stage),
        ...queueUrls(spec, queues),
        ...spec.environment,
        ...privateAddresses(spec, stage),
        ...(spec.bodies === true ? { BODY_KEYS: props.bodyKeys.secretArn } : {}),
        ...(spec.proofs === true ? { PROOF_KEYS: props.proofKeys.secretArn } : {}),
        ...props.environment,
      },
      ...(settings.tracing ? { tracing: Tracing.ACTIVE } : {}),
      ...reserve(spec, stage),
      ...recursion(spec, region),
      currentVersionOptions: {
        // What was live before stays, so that going back needs no build.
        removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        ...madeWith(props.environment),
      },
    });
    this.live = new Alias(this, 'Live', {
      aliasName: LIVE,
      version: this.handler.currentVersion as IVersion,
    });

    this.#grantTable(props);
    if (spec.secrets === true) this.#grantSecrets(stage);
    if (spec.bodies === true) this.#grantSecret(props.bodyKeys);
    if (spec.proofs === true) this.#grantSecret(props.proofKeys);
    for (const name of spec.sendsTo) queues[name].queue.grant(this.handler, 'sqs:SendMessage');
    for (const name of spec.inspects ?? []) {
      queues[name].queue.grant(this.handler, 'sqs:GetQueueAttributes');
      queues[name].deadLetters.grant(this.handler, 'sqs:GetQueueAttributes');
    }
    for (const name of spec.redrives ?? []) {
      queues[name].deadLetters.grant(this.handler, ...REDRIVE_ACTIONS);
    }
    this.#consume(props);
    this.#schedule(spec);
  }

  /** The alias as what may be called: CDK's classes say `undefined` where its interfaces say absent. */
  get callee(): IFunction {
    return this.live as IFunction;
  }

  /** Only the partitions that its code can name; a scan has no key to hold it to. */
  #grantTable({ spec, table }: TopologyFunctionProps): void {
    this.handler.addToRolePolicy(
      new PolicyStatement({
        actions: TABLE_ACTIONS[spec.table],
        resources: [table.tableArn],
        conditions: {
          'ForAllValues:StringLike': {
            'dynamodb:LeadingKeys': spec.keys.flatMap((key) => [key, `${key}#*`]),
          },
        },
      }),
    );
    if (spec.scans === true) table.grant(this.handler, 'dynamodb:Scan');
    // DynamoDB decrypts the table's own key in the caller's name.
    table.encryptionKey?.grant(this.handler, 'kms:Decrypt', 'kms:DescribeKey');
  }

  #grantSecrets({ name }: Stage): void {
    this.handler.addToRolePolicy(
      new PolicyStatement({
        actions: ['secretsmanager:GetSecretValue'],
        resources: [
          Stack.of(this).formatArn({
            service: 'secretsmanager',
            resource: 'secret',
            resourceName: `hexiao/${name}/apps/*`,
            arnFormat: ArnFormat.COLON_RESOURCE_NAME,
          }),
        ],
      }),
    );
  }

  /** That one secret, by its whole name. */
  #grantSecret({ secretArn }: ISecret): void {
    this.handler.addToRolePolicy(
      new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secretArn] }),
    );
  }

  #consume({ spec: { consumes }, queues }: TopologyFunctionProps): void {
    if (consumes === undefined) return;
    this.live.addEventSource(
      new SqsEventSource(queues[consumes.queue].queue, {
        batchSize: consumes.batchSize,
        maxBatchingWindow: Duration.seconds(consumes.batchingWindowSeconds),
        maxConcurrency: consumes.maxConcurrency,
        reportBatchItemFailures: true,
      }),
    );
  }

  #schedule({ schedule }: FunctionSpec): void {
    if (schedule === undefined) return;
    new Rule(this, 'Schedule', {
      schedule: Schedule.rate(Duration.minutes(schedule.everyMinutes)),
      targets: [new LambdaFunction(this.callee)],
    });
  }
}

/**
 * The template of two deployments is the same when only a parameter differs, and so is the version's logical id.
 * But a version whose description changes is replaced by a new one, and so the alias gets one that has the value.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html
 */
function madeWith(environment: Readonly<Record<string, string>>) {
  const values = Object.values(environment).filter((value) => Token.isUnresolved(value));
  return values.length === 0 ? {} : { description: `Made with ${values.join(' ')}` };
}

/** Where a stage's log lines are counted. */
export function metricsNamespace({ name }: Stage): string {
  return `Hexiao/${name}`;
}

/** Only for those who call, and only where something is named: without it nothing private may be called. */
function privateAddresses({ calls }: FunctionSpec, { settings }: Stage): Record<string, string> {
  const { privateAddresses: named } = settings;
  return calls === true && named.length > 0 ? { PRIVATE_ADDRESSES: named.join(',') } : {};
}

function queueUrls(
  { sendsTo, inspects = [] }: FunctionSpec,
  queues: TopologyFunctionProps['queues'],
) {
  const urls: Record<string, string> = {};
  for (const name of [...sendsTo, ...inspects]) {
    urls[`${name.toUpperCase()}_QUEUE_URL`] = queues[name].queue.queueUrl;
  }
  for (const name of inspects) {
    urls[`${name.toUpperCase()}_DLQ_URL`] = queues[name].deadLetters.queueUrl;
  }
  return urls;
}

/** As many executions as the queue may start, and no more: nobody else takes them, nor it others'. */
function reserve({ consumes }: FunctionSpec, { settings }: Stage) {
  if (consumes === undefined || !settings.reserveWorkers) return {};
  return { reservedConcurrentExecutions: consumes.maxConcurrency };
}

/**
 * A worker that sends to the queue it consumes does so on purpose: a hint that waits for a platform's
 * rate limit goes round until it is answered. Lambda takes that for a runaway loop and cuts it off
 * after about 16 rounds. Regions without the detection refuse the property.
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
function recursion({ consumes, sendsTo }: FunctionSpec, region: RegionTraits) {
  const loops = consumes !== undefined && sendsTo.includes(consumes.queue);
  if (!loops || region.lacks.includes('recursion-control')) return {};
  return { recursiveLoop: RecursiveLoop.ALLOW };
}
