import type { MetricName } from '../../lib/log/metrics.ts';

/**
 * What somebody is woken for, beside the queues' own alarms (constructs/queue.ts): one line for each
 * promise. docs/operating.md has a section for every id, and a test sees to that.
 */
export interface CountedAlarm {
  readonly id: string;
  /** Counted from the log lines; lib/log/metrics.ts says which. */
  readonly metric: MetricName;
  readonly statistic: 'Sum' | 'Maximum';
  readonly periodMinutes: 5 | 60;
  /** Rings at this and above. */
  readonly atLeast: number;
  readonly meaning: string;
}

/** `reconcile` reports the oldest waiting hint every few minutes; hints ask again within minutes. */
const OLD_HINT_SECONDS = 2 * 3_600;

/**
 * Alarms that anybody on the internet can ring, without any secret. None of them may stop or undo a deployment,
 * or whoever sends twenty wrong signatures decides what is deployed.
 */
export const RUNG_BY_ANYBODY: readonly string[] = [
  'signatures-rejected',
  'requests-refused',
  'requests-throttled',
];

export const COUNTED_ALARMS: readonly CountedAlarm[] = [
  {
    id: 'signatures-rejected',
    metric: 'SignatureRejected',
    statistic: 'Sum',
    periodMinutes: 5,
    atLeast: 20,
    meaning:
      'Many requests carried a wrong signature: a secret was changed, or somebody is trying.',
  },
  {
    id: 'intake-unavailable',
    metric: 'IntakeUnavailable',
    statistic: 'Sum',
    periodMinutes: 5,
    atLeast: 1,
    meaning:
      'A webhook could not be put on the intake queue; the answer asks its platform to send it again.',
  },
  {
    id: 'callbacks-failed',
    metric: 'CallbackFailed',
    statistic: 'Sum',
    periodMinutes: 5,
    atLeast: 5,
    meaning: 'Synchronous callbacks of a platform were answered "busy, ask again".',
  },
  {
    id: 'apps-remembered',
    metric: 'AppRemembered',
    statistic: 'Sum',
    periodMinutes: 5,
    atLeast: 1,
    meaning: 'Webhooks were verified with remembered secrets, because the table could not be read.',
  },
  {
    id: 'secrets-remembered',
    metric: 'SecretRemembered',
    statistic: 'Sum',
    periodMinutes: 5,
    atLeast: 1,
    meaning: 'Secrets Manager could not be read, and secrets older than their minute were used.',
  },
  {
    id: 'deliveries-quarantined',
    metric: 'DeliveryQuarantined',
    statistic: 'Sum',
    periodMinutes: 5,
    atLeast: 1,
    meaning: 'A platform sent a known kind in a shape nobody expected.',
  },
  {
    id: 'deliveries-parked',
    metric: 'DeliveryParked',
    statistic: 'Sum',
    periodMinutes: 60,
    atLeast: 10,
    meaning: 'A platform sends a kind that nobody knows.',
  },
  {
    id: 'event-conflict',
    metric: 'EventConflict',
    statistic: 'Sum',
    periodMinutes: 5,
    atLeast: 1,
    meaning: 'One act was reported in two ways that cannot both be true; the first stands.',
  },
  {
    id: 'entry-conflict',
    metric: 'EntryConflict',
    statistic: 'Sum',
    periodMinutes: 5,
    atLeast: 1,
    meaning: 'An entry was to be booked under an id that has other content; the first stands.',
  },
  {
    id: 'hints-old',
    metric: 'OldestHintSeconds',
    statistic: 'Maximum',
    periodMinutes: 5,
    atLeast: OLD_HINT_SECONDS,
    meaning: 'A hint has waited for its platform for hours: redemptions are not booked.',
  },
  {
    id: 'apps-silent',
    metric: 'AppSilent',
    statistic: 'Maximum',
    periodMinutes: 5,
    atLeast: 1,
    meaning: 'An app that had deliveries has none any more: its platform may not reach us.',
  },
  {
    id: 'apps-losing',
    metric: 'AppLosing',
    statistic: 'Maximum',
    periodMinutes: 5,
    atLeast: 1,
    meaning:
      'Too many of yesterday’s redemptions of an app were found only by asking its platform.',
  },
  {
    id: 'refund-decisions-given-up',
    metric: 'RefundDecisionGivenUp',
    statistic: 'Sum',
    periodMinutes: 60,
    atLeast: 1,
    meaning: 'A decision about a refund never reached its platform, which then decides by itself.',
  },
  {
    id: 'body-keys-unreadable',
    metric: 'BodyKeysUnreadable',
    statistic: 'Sum',
    periodMinutes: 5,
    atLeast: 1,
    meaning:
      'The keys of raw bodies cannot be read, or one is missing: what comes is not archived.',
  },
  {
    id: 'tokens-refused',
    metric: 'TokenRefused',
    statistic: 'Sum',
    periodMinutes: 5,
    atLeast: 1,
    meaning:
      'A platform did not renew an app’s token: no query and no redemption of it works there.',
  },
  {
    id: 'messages-failed',
    metric: 'MessageFailed',
    statistic: 'Sum',
    periodMinutes: 5,
    atLeast: 10,
    meaning:
      'Messages failed inside our own code and are tried again; at the eighth time they die.',
  },
  {
    id: 'requests-failed',
    metric: 'RequestFailed',
    statistic: 'Sum',
    periodMinutes: 5,
    atLeast: 5,
    meaning: 'Requests failed inside our own code.',
  },
];
