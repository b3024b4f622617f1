import { Duration } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  Code,
  Function as LambdaFn,
  RecursiveLoop,
  Runtime,
  RuntimeFamily,
} from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { FunctionSpec, QueueName } from '../../topology.ts';
import type { RegionTraits } from '../regions.ts';
import type { WatchedQueue } from './queue.ts';

/**
 * What `lib/store` calls and no more. Neither list has Scan: a function that only reads reads
 * partitions it can name, never another tenant's by accident.
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

export interface TopologyFunctionProps {
  readonly spec: FunctionSpec;
  readonly region: RegionTraits;
  /** The function's bundle: `index.mjs` and its source map. */
  readonly codeDirectory: string;
  readonly table: Table;
  readonly queues: Readonly<Record<QueueName, WatchedQueue>>;
  /** On top of what the topology says, for values known only at deployment. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * One function of the topology with its log group, a role that may do what the topology says and
 * nothing else, and whatever starts it: a queue or a schedule.
 */
export class TopologyFunction extends Construct {
  readonly handler: LambdaFn;

  constructor(scope: Construct, id: string, props: TopologyFunctionProps) {
    super(scope, id);
    const { spec, region, table, queues } = props;
    const logGroup = new LogGroup(this, 'Logs', { retention: RetentionDays.ONE_MONTH });
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
        NODE_OPTIONS: '--enable-source-maps',
        TABLE_NAME: table.tableName,
        ...queueUrls(spec, queues),
        ...spec.environment,
        ...props.environment,
      },
      ...recursion(spec, region),
    });

    table.grant(this.handler, ...TABLE_ACTIONS[spec.table]);
    for (const name of spec.sendsTo) queues[name].queue.grant(this.handler, 'sqs:SendMessage');
    for (const name of spec.inspects ?? []) {
      queues[name].queue.grant(this.handler, 'sqs:GetQueueAttributes');
      queues[name].deadLetters.grant(this.handler, 'sqs:GetQueueAttributes');
    }
    this.#consume(props);
    this.#schedule(spec);
  }

  #consume({ spec: { consumes }, queues }: TopologyFunctionProps): void {
    if (consumes === undefined) return;
    this.handler.addEventSource(
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
      targets: [new LambdaFunction(this.handler)],
    });
  }
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
