import type { Fields } from './fields.ts';

/**
 * Which log lines are counted, as what. A line that is counted carries CloudWatch's embedded metric
 * format, so that a metric costs no call and no permission.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const METRICS = {
  'delivery-received': {
    by: 'integration',
    metrics: [
      { name: 'DeliveryReceived' },
      { name: 'AnswerMs', value: 'answerMs', unit: 'Milliseconds' },
    ],
  },
  'signature-rejected': { by: 'integration', metrics: [{ name: 'SignatureRejected' }] },
  'intake-unavailable': { metrics: [{ name: 'IntakeUnavailable' }] },
  'callback-failed': { by: 'integration', metrics: [{ name: 'CallbackFailed' }] },
  'app-remembered': { metrics: [{ name: 'AppRemembered' }] },
  'body-keys-unreadable': { metrics: [{ name: 'BodyKeysUnreadable' }] },
  'secret-remembered': { metrics: [{ name: 'SecretRemembered' }] },
  'delivery-parked': { metrics: [{ name: 'DeliveryParked' }] },
  'delivery-quarantined': { metrics: [{ name: 'DeliveryQuarantined' }] },
  'event-conflict': { metrics: [{ name: 'EventConflict' }] },
  'entry-conflict': { metrics: [{ name: 'EntryConflict' }] },
  'apps-silent': { metrics: [{ name: 'AppSilent', value: 'silent' }] },
  'apps-losing': {
    metrics: [
      { name: 'AppLosing', value: 'losing' },
      { name: 'RedemptionsByWebhook', value: 'byWebhook' },
      { name: 'RedemptionsByAsking', value: 'byAsking' },
    ],
  },
  'hint-waits': { metrics: [{ name: 'HintWaits' }] },
  'hints-waiting': {
    metrics: [{ name: 'OldestHintSeconds', value: 'oldestSeconds', unit: 'Seconds' }],
  },
  'refund-decision-given-up': { metrics: [{ name: 'RefundDecisionGivenUp' }] },
  'token-renewal-refused': { by: 'integration', metrics: [{ name: 'TokenRefused' }] },
  'message-failed': { metrics: [{ name: 'MessageFailed' }] },
  'request-failed': { metrics: [{ name: 'RequestFailed' }] },
} as const satisfies Record<string, CountedLine>;

export interface CountedLine {
  /**
   * A field to count by as well. It has as many values as there are integrations: each value of each
   * metric is paid for, so nothing that a request chooses may be one.
   */
  readonly by?: 'integration';
  readonly metrics: readonly Metric[];
}

interface Metric {
  readonly name: string;
  /** The field that is the value; a line counts one when absent. */
  readonly value?: string;
  readonly unit?: 'Seconds' | 'Milliseconds';
}

export type MetricName = (typeof METRICS)[keyof typeof METRICS]['metrics'][number]['name'];

/** @returns what a line carries to be counted in a namespace; nothing for one that is not counted */
export function metricFields(
  what: string,
  fields: Fields,
  namespace: string,
  atMs: number,
): object {
  const line: CountedLine | undefined = METRICS[what as keyof typeof METRICS];
  if (line === undefined) return {};
  const { by, metrics } = line;
  const measured = metrics.flatMap((metric) => {
    const value = metric.value === undefined ? 1 : fields[metric.value];
    return typeof value === 'number' ? [{ ...metric, value }] : [];
  });
  if (measured.length === 0) return {};
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
