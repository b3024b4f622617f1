import { isRecord, listOf, statementsIn } from '../checks/template.ts';
import { callJson, callQuery, elements } from './aws-calls.ts';
import { type Reader, referred, same } from './reader.ts';

/** How everything is read back that is no function and no API. */
export const SERVICE_READERS: Readonly<Record<string, Reader>> = {
  async 'AWS::DynamoDB::Table'(emulator, { physicalId, properties }) {
    const call = (target: string) =>
      callJson(emulator, 'dynamodb', `DynamoDB_20120810.${target}`, { TableName: physicalId });
    const { Table } = await call('DescribeTable');
    const table = isRecord(Table) ? Table : {};
    const billing = isRecord(table.BillingModeSummary) ? table.BillingModeSummary : {};
    const { TimeToLiveDescription: ttl } = await call('DescribeTimeToLive');
    const { ContinuousBackupsDescription: backups } = await call('DescribeContinuousBackups');
    const meantTtl = properties.TimeToLiveSpecification;
    return [
      ['KeySchema', properties.KeySchema, table.KeySchema],
      ['BillingMode', properties.BillingMode, billing.BillingMode],
      [
        'TimeToLive',
        isRecord(meantTtl) && meantTtl.AttributeName,
        isRecord(ttl) && ttl.AttributeName,
      ],
      [
        'PointInTimeRecovery',
        true,
        JSON.stringify(backups).includes('"PointInTimeRecoveryStatus":"ENABLED"'),
      ],
    ];
  },

  async 'AWS::SQS::Queue'(emulator, { physicalId, properties }) {
    const body = { QueueUrl: physicalId, AttributeNames: ['All'] };
    const { Attributes } = await callJson(emulator, 'sqs', 'AmazonSQS.GetQueueAttributes', body);
    const found = isRecord(Attributes) ? Attributes : {};
    const redrive = isRecord(properties.RedrivePolicy) ? properties.RedrivePolicy : {};
    const policy = typeof found.RedrivePolicy === 'string' ? JSON.parse(found.RedrivePolicy) : {};
    const visibility = properties.VisibilityTimeout ?? 30;
    return [
      ['VisibilityTimeout', JSON.stringify(visibility), found.VisibilityTimeout],
      [
        'MessageRetentionPeriod',
        String(properties.MessageRetentionPeriod),
        found.MessageRetentionPeriod,
      ],
      [
        'maxReceiveCount',
        redrive.maxReceiveCount,
        (policy as Record<string, unknown>).maxReceiveCount,
      ],
    ];
  },

  /** That it has a value that is of use, which is not shown. */
  async 'AWS::SecretsManager::Secret'(emulator, { physicalId }) {
    const target = 'secretsmanager.GetSecretValue';
    const { SecretString } = await callJson(emulator, 'secretsmanager', target, {
      SecretId: physicalId,
    });
    const { newest } = JSON.parse(typeof SecretString === 'string' ? SecretString : '{}') as {
      newest?: unknown;
    };
    return [['newest', true, typeof newest === 'string' && newest.length >= 32]];
  },

  async 'AWS::Logs::LogGroup'(emulator, { physicalId, properties }) {
    const body = { logGroupNamePrefix: physicalId };
    const target = 'Logs_20140328.DescribeLogGroups';
    const { logGroups } = await callJson(emulator, 'logs', target, body);
    const [group]: unknown[] = Array.isArray(logGroups) ? logGroups : [];
    const found = isRecord(group) ? group.retentionInDays : undefined;
    return [['RetentionInDays', properties.RetentionInDays, found]];
  },

  async 'AWS::Logs::MetricFilter'(emulator, { properties, others }) {
    const body = { logGroupName: referred(properties.LogGroupName, others) };
    const target = 'Logs_20140328.DescribeMetricFilters';
    const { metricFilters } = await callJson(emulator, 'logs', target, body);
    const [filter]: unknown[] = Array.isArray(metricFilters) ? metricFilters : [];
    const found = isRecord(filter) ? filter.filterPattern : undefined;
    return [['FilterPattern', properties.FilterPattern, found]];
  },

  async 'AWS::Events::Rule'(emulator, { physicalId, properties }) {
    const [name = ''] = physicalId.split('/').slice(-1);
    const found = await callJson(emulator, 'events', 'AWSEvents.DescribeRule', { Name: name });
    return same(properties, found, ['ScheduleExpression']);
  },

  async 'AWS::CloudWatch::Alarm'(emulator, { properties }) {
    const name = String(properties.AlarmName);
    const fields = { Action: 'DescribeAlarms', 'AlarmNames.member.1': name };
    const xml = await callQuery(emulator, 'monitoring', '2010-08-01', fields);
    return [
      ['AlarmName', name, elements(xml, 'AlarmName')[0]],
      ['Threshold', properties.Threshold, Number(elements(xml, 'Threshold')[0])],
    ];
  },

  async 'AWS::SNS::Topic'(emulator, { physicalId }) {
    const fields = { Action: 'GetTopicAttributes', TopicArn: physicalId };
    const xml = await callQuery(emulator, 'sns', '2010-03-31', fields);
    return [['TopicArn', true, xml.includes(physicalId)]];
  },

  async 'AWS::IAM::Role'(emulator, { physicalId }) {
    const fields = { Action: 'GetRole', RoleName: physicalId };
    const xml = await callQuery(emulator, 'iam', '2010-05-08', fields);
    return [['RoleName', physicalId, elements(xml, 'RoleName')[0]]];
  },

  async 'AWS::IAM::Policy'(emulator, { properties, others }) {
    const name = String(properties.PolicyName);
    const role = referred(listOf(properties.Roles)[0], others);
    const fields = { Action: 'GetRolePolicy', RoleName: role, PolicyName: name };
    const xml = await callQuery(emulator, 'iam', '2010-05-08', fields);
    const text = decodeURIComponent(elements(xml, 'PolicyDocument')[0] ?? '{}');
    return [['actions', actionsIn(properties.PolicyDocument), actionsIn(JSON.parse(plain(text)))]];
  },

  async 'AWS::SQS::QueuePolicy'(emulator, { properties, others }) {
    const url = referred(listOf(properties.Queues)[0], others);
    const body = { QueueUrl: url, AttributeNames: ['Policy'] };
    const { Attributes } = await callJson(emulator, 'sqs', 'AmazonSQS.GetQueueAttributes', body);
    const policy = isRecord(Attributes) ? Attributes.Policy : undefined;
    return [['only over TLS', true, String(policy).includes('aws:SecureTransport')]];
  },

  async 'AWS::SNS::TopicPolicy'(emulator, { properties, others }) {
    const arn = referred(listOf(properties.Topics)[0], others);
    const fields = { Action: 'GetTopicAttributes', TopicArn: arn };
    const xml = await callQuery(emulator, 'sns', '2010-03-31', fields);
    return [
      ['only over TLS', true, xml.includes('aws:SecureTransport')],
      ['notified by CloudWatch', true, xml.includes('cloudwatch.amazonaws.com')],
    ];
  },

  async 'AWS::CloudWatch::Dashboard'(emulator, { properties }) {
    const fields = { Action: 'ListDashboards' };
    const xml = await callQuery(emulator, 'monitoring', '2010-08-01', fields);
    const names = elements(xml, 'DashboardName');
    return [['DashboardName', true, names.includes(String(properties.DashboardName))]];
  },
};

/** Every action that a policy's statements name. */
function actionsIn(document: unknown): string[] {
  return [...statementsIn(document)].flatMap(({ actions }) => actions).toSorted();
}

/** XML's own way to write quotes. */
function plain(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}
