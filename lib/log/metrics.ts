import type { Fields } from './log.ts';

/**
 * Which log lines are counted, as what. A line that is counted carries CloudWatch's embedded metric
 * format, so that a metric costs no call and no permission.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const METRICS = {
  'delivery-received': [
    { name: 'DeliveryReceived', by: 'integration' },
    // By the same as the first: a line says once what its metrics are counted by.
    { name: 'AnswerMs', value: 'answerMs', unit: 'Milliseconds', by: 'integration' },
  ],
  'signature-rejected': [{ name: 'SignatureRejected', by: 'integration' }],
  'intake-unavailable': [{ name: 'IntakeUnavailable' }],
  'callback-failed': [{ name: 'CallbackFailed', by: 'integration' }],
  'app-remembered': [{ name: 'AppRemembered' }],
  'secret-remembered': [{ name: 'SecretRemembered' }],
  'delivery-parked': [{ name: 'DeliveryParked' }],
  'delivery-quarantined': [{ name: 'DeliveryQuarantined' }],
  'event-conflict': [{ name: 'EventConflict' }],
  'entry-conflict': [{ name: 'EntryConflict' }],
  'hint-waits': [{ name: 'HintWaits' }],
  'hints-waiting': [{ name: 'OldestHintSeconds', value: 'oldestSeconds', unit: 'Seconds' }],
  'refund-decision-given-up': [{ name: 'RefundDecisionGivenUp' }],
  'token-renewal-refused': [{ name: 'TokenRefused', by: 'integration' }],
  'message-failed': [{ name: 'MessageFailed' }],
  'request-failed': [{ name: 'RequestFailed' }],
} as const satisfies Record<string, readonly Metric[]>;

export interface Metric {
  readonly name: string;
  /**
   * A field to count by as well. It has as many values as there are integrations: each value of each
   * metric is paid for, so nothing that a request chooses may be one.
   */
  readonly by?: 'integration';
  /** The field that is the value; a line counts one when absent. */
  readonly value?: string;
  readonly unit?: 'Seconds' | 'Milliseconds';
}

export type MetricName = (typeof METRICS)[keyof typeof METRICS][number]['name'];

/** @returns what a line carries to be counted in a namespace; nothing for one that is not counted */
export function metricFields(
  what: string,
  fields: Fields,
  namespace: string,
  atMs: number,
): object {
  const metrics: readonly Metric[] = METRICS[what as keyof typeof METRICS] ?? [];
  const measured = metrics.flatMap((metric) => {
    const value = metric.value === undefined ? 1 : fields[metric.value];
    return typeof value === 'number' ? [{ ...metric, value }] : [];
  });
  const [first] = measured;
  if (first === undefined) return {};
  const { by } = first;
  const directive = {
    Namespace: namespace,
    Dimensions: by !== undefined && typeof fields[by] === 'string' ? [[], [by]] : [[]],
    Metrics: measured.map(({ name, unit = 'Count' }) => ({ Name: name, Unit: unit })),
  };
  return {
    ...Object.fromEntries(measured.map(({ name, value }) => [name, value])),
    _aws: { Timestamp: atMs, CloudWatchMetrics: [directive] },
  };
}
