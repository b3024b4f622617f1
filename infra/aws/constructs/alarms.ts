import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  type IAlarmAction,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { RECEIVERS } from '../../../lib/integrations/receivers.ts';
import type { MetricName } from '../../../lib/log/metrics.ts';
import { FUNCTIONS, type FunctionName } from '../../topology.ts';
import { COUNTED_ALARMS } from '../alarms.ts';
import type { HttpFront } from './front.ts';
import { type Watch, watch } from './watch.ts';

const PERIOD = Duration.minutes(5);

const SUM = { period: PERIOD, statistic: 'Sum' };

/** Of what a platform waits at most, an answer may take this part before somebody is notified. */
const PART_OF_DEADLINE = 0.5;

/** Most platforms document no deadline: then the one that Douyin has for all webhooks. */
const USUAL_DEADLINE_MS = 5_000;

export interface AlarmsProps {
  readonly action: IAlarmAction;
  /** Where the functions' log lines are counted. */
  readonly namespace: string;
  readonly front: HttpFront;
  readonly table: ITable;
  readonly handlers: ReadonlyMap<FunctionName, IFunction>;
}

/** One alarm for each promise that is not a queue's. None needs metric math, so each says what it is about. */
export class Alarms extends Construct {
  /** By their ids. */
  readonly all = new Map<string, Alarm>();

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    for (const watched of [
      ...whatIsCounted(props),
      ...theFront(props),
      ...theAnswers(props),
      ...theFunctions(props),
      ...theTable(props),
    ]) {
      this.all.set(watched.id, watch(this, props.action, watched));
    }
  }
}

function whatIsCounted({ namespace }: AlarmsProps): Watch[] {
  return COUNTED_ALARMS.map(({ id, metric, statistic, periodMinutes, atLeast, meaning }) => ({
    ...{ id, meaning, threshold: atLeast, evaluationPeriods: 1 },
    metric: counted(namespace, metric, { statistic, period: Duration.minutes(periodMinutes) }),
  }));
}

function theFront({ front, namespace }: AlarmsProps): Watch[] {
  return [
    {
      id: 'api-5xx',
      meaning: 'Requests were answered with an error of ours; platforms send them again.',
      metric: front.api.metricServerError(SUM),
      ...{ threshold: 5, evaluationPeriods: 1 },
    },
    {
      id: 'requests-refused',
      meaning: 'Many requests were answered 400 to 499: somebody sends what is not taken.',
      metric: front.api.metricClientError(SUM),
      // Twice in a row: a scanner that passes by is no reason to wake anybody.
      ...{ threshold: 200, evaluationPeriods: 2 },
    },
    {
      id: 'requests-throttled',
      meaning:
        'Requests were answered 429 before any function saw them: the stage’s throttle is reached.',
      metric: front.throttled(namespace).with(SUM),
      ...{ threshold: 10, evaluationPeriods: 1 },
    },
  ];
}

function theAnswers({ namespace }: AlarmsProps): Watch[] {
  return RECEIVERS.map(({ name, deadlineMs = USUAL_DEADLINE_MS }) => {
    const threshold = deadlineMs * PART_OF_DEADLINE;
    return {
      id: `${name}-answers-slow`,
      meaning: `One answer to ${name} in a hundred took longer than ${threshold} ms, of the ${deadlineMs} ms that it may take.`,
      metric: counted(namespace, 'AnswerMs', { statistic: 'p99', period: PERIOD }).with({
        dimensionsMap: { integration: name },
      }),
      // Twice in a row, so that a single cold start at night rings nobody.
      ...{ threshold, evaluationPeriods: 2 },
    };
  });
}

function theFunctions({ handlers }: AlarmsProps): Watch[] {
  return FUNCTIONS.flatMap(({ folder, schedule }) => {
    const handler = handlers.get(folder);
    if (handler === undefined) return [];
    const watches: Watch[] = [
      {
        id: `${folder}-errors`,
        meaning: `${folder} ended with an error or ran out of time, twice in three ${schedule === undefined ? 'minutes' : 'runs'}.`,
        metric: handler.metricErrors({
          // By the minute, because a deployment that shifts for five is put back by it.
          period: Duration.minutes(schedule?.everyMinutes ?? 1),
          statistic: 'Sum',
        }),
        ...{ threshold: 1, evaluationPeriods: 3, datapointsToAlarm: 2 },
      },
      {
        id: `${folder}-throttles`,
        meaning: `${folder} was refused an execution: the account or its reserve is used up.`,
        metric: handler.metricThrottles(SUM),
        ...{ threshold: 1, evaluationPeriods: 3 },
      },
    ];
    if (schedule === undefined) return watches;
    const { everyMinutes } = schedule;
    const overdue: Watch = {
      id: `${folder}-overdue`,
      meaning: `${folder} runs every ${everyMinutes} minutes, and has not run for three times as long.`,
      metric: handler.metricInvocations({
        period: Duration.minutes(3 * everyMinutes),
        statistic: 'Sum',
      }),
      ...{ threshold: 1, below: true, evaluationPeriods: 1 },
      treatMissingData: TreatMissingData.BREACHING,
    };
    return [...watches, overdue];
  });
}

function theTable({ table }: AlarmsProps): Watch[] {
  return (['Read', 'Write'] as const).map((kind) => ({
    id: `table-${kind.toLowerCase()}-throttles`,
    meaning: `DynamoDB refused ${kind.toLowerCase()}s: a partition is hot, or the account’s limit is reached.`,
    metric: table.metric(`${kind}ThrottleEvents`, SUM),
    ...{ threshold: 10, evaluationPeriods: 1 },
  }));
}

/** The sum of something counted from log lines, over all integrations. */
export function counted(
  namespace: string,
  metricName: MetricName,
  options: { readonly statistic: string; readonly period: Duration },
): Metric {
  return new Metric({ namespace, metricName, ...options });
}
