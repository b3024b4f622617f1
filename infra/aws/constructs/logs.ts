import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, LogGroupClass, type LogGroupProps } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { Stage } from '../settings.ts';

/** A log that is kept as long as its stage says, and also when its stack is deleted; not when it was never made whole. */
export function makeLogs(scope: Construct, id: string, stage: Stage): LogGroup {
  return new LogGroup(scope, id, {
    // Any number that CloudWatch takes; the settings' schema lists them.
    retention: stage.logRetentionDays as NonNullable<LogGroupProps['retention']>,
    logGroupClass: LogGroupClass[stage.region.logClass],
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
  });
}
