import { Duration } from 'aws-cdk-lib';
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { QueueSpec } from '../../topology.ts';
import { watch } from './watch.ts';

/**
 * A dead letter's end counts from when the message was first sent, its age in the metric from when it came here. So
 * this is half of its time: what waited for up to a week before it died is reported before it is gone.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
 */
const toldAfter = (messageDays: number) => Duration.days(Math.floor(messageDays / 2));

/**
 * SQS's longest delay, which a message put off on purpose may wait without anything being wrong.
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html
 */
const LONGEST_DELAY_SECONDS = 900;

/** A message that failed this often and is still here is late, whatever the reason. */
const PATIENCE_RECEIVES = 5;

const METRIC_PERIOD = Duration.minutes(5);

export interface WatchedQueueProps {
  readonly spec: QueueSpec;
  /**
   * Of the queue and of its dead letters, which keep the time of their first send: were it less there, what waited
   * longer would be gone when it died.
   */
  readonly messageDays: number;
  readonly alarmAction: IAlarmAction;
}

/**
 * A queue that cannot be made without its dead-letter queue and the alarms on both: something was
 * given up (a dead letter), is about to be lost (an old one), or something is not getting done (an old message).
 */
export class WatchedQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { spec, messageDays, alarmAction }: WatchedQueueProps) {
    super(scope, id);
    const retentionPeriod = Duration.days(Math.min(messageDays, spec.retentionDays));
    const told = toldAfter(messageDays);
    this.deadLetters = new Queue(this, 'DeadLetters', {
      ...PROTECTED,
      retentionPeriod,
    });
    this.queue = new Queue(this, 'Queue', {
      ...PROTECTED,
      visibilityTimeout: Duration.seconds(spec.visibilityTimeoutSeconds),
      retentionPeriod,
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: spec.maxReceiveCount },
    });

    watch(this, alarmAction, {
      id: `${id}-dead-letters`,
      meaning: `The ${id} dead-letter queue is not empty: a message failed ${spec.maxReceiveCount} times.`,
      metric: this.deadLetters.metricApproximateNumberOfMessagesVisible(MAXIMUM),
      ...{ threshold: 1, evaluationPeriods: 1 },
    });
    watch(this, alarmAction, {
      id: `${id}-dead-letters-old`,
      meaning: `A message has been on the ${id} dead-letter queue for ${told.toDays()} days: soon SQS deletes it.`,
      metric: this.deadLetters.metricApproximateAgeOfOldestMessage(MAXIMUM),
      ...{ threshold: told.toSeconds(), evaluationPeriods: 1 },
    });
    const lateSeconds = LONGEST_DELAY_SECONDS + PATIENCE_RECEIVES * spec.visibilityTimeoutSeconds;
    watch(this, alarmAction, {
      id: `${id}-age`,
      meaning: `The oldest message on the ${id} queue has waited ${lateSeconds} seconds: the consumer fails or does not keep up.`,
      metric: this.queue.metricApproximateAgeOfOldestMessage(MAXIMUM),
      ...{ threshold: lateSeconds, evaluationPeriods: 1 },
    });
  }
}

/** Encrypted at rest with SQS's own key, which costs nothing and needs no grant, and in transit. */
const PROTECTED = {
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
} satisfies QueueProps;

const MAXIMUM = { period: METRIC_PERIOD, statistic: 'Maximum' };
