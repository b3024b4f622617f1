import { Stack } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IAlarmAction,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

export interface Watch
  extends Pick<
    AlarmProps,
    'metric' | 'threshold' | 'evaluationPeriods' | 'datapointsToAlarm' | 'treatMissingData'
  > {
  /** Its name after the stack's, and the title of its section in docs/operating.md. */
  readonly id: string;
  readonly meaning: string;
  readonly below?: boolean;
}

/** An alarm that notifies somebody, in the words and by the name that the operator's page has. */
export function watch(scope: Construct, action: IAlarmAction, watched: Watch): Alarm {
  const { id, meaning, below = false, ...rest } = watched;
  const alarm = new Alarm(scope, `${id}-alarm`, {
    treatMissingData: TreatMissingData.NOT_BREACHING,
    ...rest,
    alarmName: `${Stack.of(scope).stackName}-${id}`,
    alarmDescription: `${meaning} What to do: docs/operating.md, "${id}".`,
    comparisonOperator: below
      ? ComparisonOperator.LESS_THAN_THRESHOLD
      : ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  });
  alarm.addAlarmAction(action);
  return alarm;
}
