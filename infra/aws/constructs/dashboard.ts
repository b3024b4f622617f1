import { Duration, Stack } from 'aws-cdk-lib';
import {
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  type Metric,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { type ITable, Operation } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { RECEIVERS } from '../../../lib/integrations/receivers.ts';
import { METRICS, type MetricName } from '../../../lib/log/metrics.ts';
import type { FunctionName, QueueName } from '../../topology.ts';
import { counted } from './alarms.ts';
import type { HttpFront } from './front.ts';
import type { WatchedQueue } from './queue.ts';

export interface DashboardProps {
  readonly namespace: string;
  readonly front: HttpFront;
  readonly table: ITable;
  readonly queues: Readonly<Record<QueueName, WatchedQueue>>;
  readonly handlers: ReadonlyMap<FunctionName, IFunction>;
}

const SUM = { period: Duration.minutes(5), statistic: 'Sum' };
const MAXIMUM = { period: Duration.minutes(5), statistic: 'Maximum' };
const P99 = { period: Duration.minutes(5), statistic: 'p99' };

/** One page in the order of the data's way: what comes in, what waits, what is worked on, what is kept. */
export function makeDashboard(scope: Construct, props: DashboardProps): Dashboard {
  const { front, table, handlers, namespace } = props;
  const { stackName, region } = Stack.of(scope);
  const queues = Object.entries(props.queues);
  const each = (of: (handler: IFunction) => Metric) =>
    [...handlers].map(([name, handler]) => of(handler).with({ label: name }));
  const count = (name: MetricName) => counted(namespace, name, SUM);
  return new Dashboard(scope, 'Dashboard', {
    // Dashboards are one list for all regions of an account.
    dashboardName: `${stackName}-${region}`,
    widgets: [
      [
        new TextWidget({
          markdown: `# ${stackName} in ${region}\nEach alarm has its section in docs/operating.md.`,
          width: 24,
          height: 2,
        }),
      ],
      [
        graph('Requests', [
          front.api.metricCount(SUM),
          front.api.metricClientError(SUM),
          front.api.metricServerError(SUM),
          front.throttled(namespace).with(SUM),
        ]),
        graph(
          'Answers to platforms: slowest hundredth, ms',
          RECEIVERS.map(({ name }) =>
            counted(namespace, 'AnswerMs', P99).with({
              dimensionsMap: { integration: name },
              label: name,
            }),
          ),
        ),
        graph('Deliveries', [count('DeliveryReceived'), count('SignatureRejected')]),
      ],
      [
        graph(
          'Oldest message, seconds',
          queues.map(([name, { queue }]) =>
            queue.metricApproximateAgeOfOldestMessage({ ...MAXIMUM, label: name }),
          ),
        ),
        graph(
          'Messages waiting',
          queues.map(([name, { queue }]) =>
            queue.metricApproximateNumberOfMessagesVisible({ ...MAXIMUM, label: name }),
          ),
        ),
        graph(
          'Dead letters',
          queues.map(([name, { deadLetters }]) =>
            deadLetters.metricApproximateNumberOfMessagesVisible({ ...MAXIMUM, label: name }),
          ),
        ),
      ],
      [
        graph(
          'Function errors',
          each((handler) => handler.metricErrors(SUM)),
        ),
        graph(
          'Function throttles',
          each((handler) => handler.metricThrottles(SUM)),
        ),
        graph(
          'Function time: slowest hundredth, ms',
          each((handler) => handler.metricDuration(P99)),
        ),
      ],
      [
        graph('Table capacity used', [
          table.metricConsumedReadCapacityUnits(SUM),
          table.metricConsumedWriteCapacityUnits(SUM),
        ]),
        graph('Table throttles', [
          table.metricThrottledRequestsForOperations({
            operations: [
              Operation.GET_ITEM,
              Operation.QUERY,
              Operation.PUT_ITEM,
              Operation.UPDATE_ITEM,
            ],
            ...SUM,
          }),
        ]),
        graph('Oldest hint, seconds', [counted(namespace, 'OldestHintSeconds', MAXIMUM)]),
      ],
      [graph('What was counted besides', others().map(count), 24)],
    ],
  });
}

function graph(title: string, left: readonly IMetric[], width = 8): IWidget {
  return new GraphWidget({ title, left: [...left], width });
}

/** Everything that is counted and has no graph of its own. */
function others(): MetricName[] {
  const shown: readonly MetricName[] = [
    'DeliveryReceived',
    'AnswerMs',
    'SignatureRejected',
    'OldestHintSeconds',
  ];
  return Object.values(METRICS)
    .flatMap(({ metrics }) => metrics.map(({ name }) => name))
    .filter((name) => !shown.includes(name));
}
