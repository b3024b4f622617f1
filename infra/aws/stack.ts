import { join } from 'node:path';
import { CfnOutput, CfnParameter, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { FUNCTIONS, type FunctionName, QUEUES, type QueueName, ROUTES } from '../topology.ts';
import { HttpFront } from './constructs/front.ts';
import { TopologyFunction } from './constructs/function.ts';
import { WatchedQueue } from './constructs/queue.ts';
import { makeTable } from './constructs/table.ts';
import type { RegionTraits } from './regions.ts';

export interface HexiaoStackProps {
  readonly region: RegionTraits;
  /** Has `<folder>/index.mjs` for every function of the topology. */
  readonly bundlesDirectory: string;
}

/** The topology in one region of one account, whichever account deploys it. */
export class HexiaoStack extends Stack {
  constructor(scope: Construct, id: string, { region, bundlesDirectory }: HexiaoStackProps) {
    super(scope, id, {
      description: 'Hexiao: coupon redemptions of the local-life platforms, and whose GMV they are',
      env: { region: region.name },
    });
    const operatorToken = new CfnParameter(this, 'OperatorTokenSha256', {
      description:
        'The lower-case hex SHA-256 of the operator token, never the token: printf %s "$TOKEN" | sha256sum',
      allowedPattern: '^[0-9a-f]{64}$',
      constraintDescription: 'must be 64 lower-case hex digits',
      noEcho: true,
    });

    // Not under the account's SNS key, with which CloudWatch may not encrypt: its alarms would be lost.
    const alarms = new Topic(this, 'Alarms');
    const table = makeTable(this);
    const queues = this.#makeQueues(new SnsAction(alarms));
    const handlers = new Map<FunctionName, IFunction>(
      FUNCTIONS.map((spec) => {
        const { handler } = new TopologyFunction(this, spec.folder, {
          spec,
          region,
          codeDirectory: join(bundlesDirectory, spec.folder),
          table,
          queues,
          environment:
            spec.folder === 'api' ? { OPERATOR_TOKEN_SHA256: operatorToken.valueAsString } : {},
        });
        return [spec.folder, handler];
      }),
    );
    const front = new HttpFront(this, 'front', { routes: ROUTES, handlers });

    new CfnOutput(this, 'ApiUrl', {
      value: front.url,
      ...(region.icp === undefined ? {} : { description: region.icp }),
    });
    new CfnOutput(this, 'TableName', { value: table.tableName });
    new CfnOutput(this, 'AlarmTopicArn', {
      value: alarms.topicArn,
      description: 'Subscribe whoever is on call; nobody is told of an alarm before that.',
    });
  }

  #makeQueues(alarmAction: SnsAction): Record<QueueName, WatchedQueue> {
    const make = (name: QueueName) =>
      new WatchedQueue(this, name, { spec: QUEUES[name], alarmAction });
    return { intake: make('intake'), attribution: make('attribution') };
  }
}
