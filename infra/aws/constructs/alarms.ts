import { Duration } from 'aws-cdk-lib';
import {
  type IAlarmAction,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Function as LambdaFn } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { MetricName } from '../../../lib/log/metrics.ts';
import { FUNCTIONS, type FunctionName, ROUTES } from '../../topology.ts';
import { COUNTED_ALARMS } from '../alarms.ts';
import type { HttpFront } from './front.ts';
import { watch } from './watch.ts';

const PERIOD = Duration.minutes(5);

/** Of what a platform waits at most, an answer may take this part before somebody is told. */
const PART_OF_DEADLINE = 0.5;

export interface AlarmsProps {
  readonly action: IAlarmAction;
  /** Where the functions' log lines are counted. */
  readonly namespace: string;
  readonly front: HttpFront;
  readonly table: Table;
  readonly handlers: ReadonlyMap<FunctionName, LambdaFn>;
}

/** One alarm for each promise that is not a queue's. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#watchWhatIsCounted(props);
    this.#watchTheFront(props);
    this.#watchTheFunctions(props);
    this.#watchTheTable(props);
  }

  #watchWhatIsCounted({ action, namespace }: AlarmsProps): void {
    for (const { id, metric, statistic, periodMinutes, atLeast, meaning } of COUNTED_ALARMS) {
      const period = Duration.minutes(periodMinutes);
      watch(this, action, {
        ...{ id, meaning, threshold: atLeast, evaluationPeriods: 1 },
        metric: counted(namespace, metric, { statistic, period }),
      });
    }
  }

  #watchTheFront({ action, front }: AlarmsProps): void {
    watch(this, action, {
      id: 'api-5xx',
      meaning: 'Requests were answered with an error of ours; platforms send them again.',
      metric: front.api.metricServerError({ period: PERIOD, statistic: 'Sum' }),
      ...{ threshold: 5, evaluationPeriods: 1 },
    });
    for (const { deadlineMs, id } of deadlines()) {
      const threshold = deadlineMs * PART_OF_DEADLINE;
      watch(this, action, {
        id,
        meaning: `One answer in a hundred took longer than ${threshold} ms, of the ${deadlineMs} ms that a platform waits.`,
        metric: slowest(front, deadlineMs),
        // Twice in a row, so that a single cold start at night rings nobody.
        ...{ threshold, evaluationPeriods: 2 },
      });
    }
  }

  #watchTheFunctions({ action, handlers }: AlarmsProps): void {
    const sum = (of: (handler: LambdaFn) => Metric) => sumOf([...handlers.values()].map(of));
    const options = { period: PERIOD, statistic: 'Sum' };
    watch(this, action, {
      id: 'function-errors',
      meaning: 'A function ended with an error or ran out of time.',
      metric: sum((handler) => handler.metricErrors(options)),
      ...{ threshold: 5, evaluationPeriods: 1 },
    });
    watch(this, action, {
      id: 'function-throttles',
      meaning: 'A function was refused an execution: the account or its reserve is used up.',
      metric: sum((handler) => handler.metricThrottles(options)),
      ...{ threshold: 1, evaluationPeriods: 3 },
    });
    for (const { folder, schedule } of FUNCTIONS) {
      const handler = handlers.get(folder);
      if (schedule === undefined || handler === undefined) continue;
      watch(this, action, {
        id: `${folder}-overdue`,
        meaning: `${folder} runs every ${schedule.everyMinutes} minutes, and has not run for three times as long.`,
        metric: handler.metricInvocations({
          period: Duration.minutes(3 * schedule.everyMinutes),
          statistic: 'Sum',
        }),
        ...{ threshold: 1, below: true, evaluationPeriods: 1 },
        treatMissingData: TreatMissingData.BREACHING,
      });
    }
  }

  #watchTheTable({ action, table }: AlarmsProps): void {
    const events = ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) =>
      table.metric(name, { period: PERIOD, statistic: 'Sum' }),
    );
    watch(this, action, {
      id: 'table-throttles',
      meaning:
        'DynamoDB refused reads or writes: a partition is hot, or the account’s limit is reached.',
      metric: sumOf(events),
      ...{ threshold: 10, evaluationPeriods: 1 },
    });
  }
}

/** The sum of something counted from log lines, over all integrations. */
export function counted(
  namespace: string,
  metricName: MetricName,
  options: { readonly statistic: string; readonly period: Duration },
): Metric {
  return new Metric({ namespace, metricName, ...options });
}

/** The alarms on answering in time: one for each deadline that a route has. */
function deadlines(): { readonly id: string; readonly deadlineMs: number }[] {
  const all = new Set(ROUTES.map(({ deadlineMs }) => deadlineMs));
  return [...all]
    .filter((deadlineMs) => deadlineMs !== undefined)
    .map((deadlineMs) => ({ id: `answers-slow-${deadlineMs}`, deadlineMs }));
}

/** The slowest of the routes that share a deadline. */
function slowest(front: HttpFront, deadlineMs: number): IMetric {
  const metrics = ROUTES.filter((route) => route.deadlineMs === deadlineMs).map((route) =>
    front.metricLatency(route, { period: PERIOD, statistic: 'p99' }),
  );
  return combined('MAX', metrics, 'the slowest hundredth, ms');
}

function sumOf(metrics: readonly Metric[]): IMetric {
  return combined('SUM', metrics, 'together');
}

function combined(how: 'MAX' | 'SUM', metrics: readonly Metric[], label: string): IMetric {
  const names = metrics.map((_, index) => `m${index}`);
  return new MathExpression({
    // Without FILL a metric that reports nothing would silence the others.
    expression: `${how}([${names.map((name) => `FILL(${name}, 0)`).join(', ')}])`,
    usingMetrics: Object.fromEntries(metrics.map((metric, index) => [`m${index}`, metric])),
    label,
    period: PERIOD,
  });
}
