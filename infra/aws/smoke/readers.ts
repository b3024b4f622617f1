import { isRecord } from '../checks/template.ts';
import { callJson, callQuery, callRest, type Emulator, elements } from './aws-calls.ts';

/** What a resource is called where it was made, and the properties that the template gives it. */
export interface Deployed {
  readonly physicalId: string;
  readonly properties: Readonly<Record<string, unknown>>;
  /** Physical ids by logical id, for what a property refers to. */
  readonly others: ReadonlyMap<string, string>;
}

/** Property by property: what the template says, and what is there. */
export type Findings = readonly (readonly [property: string, meant: unknown, found: unknown])[];

type Reader = (emulator: Emulator, deployed: Deployed) => Promise<Findings>;

/** How each kind of resource is read back; what is not here is only counted. */
export const READERS: Readonly<Record<string, Reader>> = {
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
    const told = typeof found.RedrivePolicy === 'string' ? JSON.parse(found.RedrivePolicy) : {};
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
        (told as Record<string, unknown>).maxReceiveCount,
      ],
    ];
  },

  async 'AWS::Lambda::Function'(emulator, { physicalId, properties }) {
    const path = `/2015-03-31/functions/${physicalId}`;
    const { Configuration } = await callRest(emulator, 'lambda', path);
    const found = isRecord(Configuration) ? Configuration : {};
    const variables = (of: unknown) =>
      isRecord(of) && isRecord(of.Variables) ? Object.keys(of.Variables).toSorted() : [];
    return [
      ...same(properties, found, ['Runtime', 'Handler', 'MemorySize', 'Timeout', 'Architectures']),
      ['Environment', variables(properties.Environment), variables(found.Environment)],
      ['has code', true, Number(found.CodeSize) > 0],
    ];
  },

  async 'AWS::Lambda::EventSourceMapping'(emulator, { physicalId, properties }) {
    const path = `/2015-03-31/event-source-mappings/${physicalId}`;
    const found = await callRest(emulator, 'lambda', path);
    return same(properties, found, ['BatchSize']);
  },

  async 'AWS::Logs::LogGroup'(emulator, { physicalId, properties }) {
    const body = { logGroupNamePrefix: physicalId };
    const target = 'Logs_20140328.DescribeLogGroups';
    const { logGroups } = await callJson(emulator, 'logs', target, body);
    const [group]: unknown[] = Array.isArray(logGroups) ? logGroups : [];
    const found = isRecord(group) ? group.retentionInDays : undefined;
    return [['RetentionInDays', properties.RetentionInDays, found]];
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

  async 'AWS::ApiGatewayV2::Api'(emulator, { physicalId, properties }) {
    const found = await callRest(emulator, 'apigateway', `/v2/apis/${physicalId}`);
    return [['Name', properties.Name, found.name]];
  },

  // By the list of all, because some emulators know a route by another id than they say.
  async 'AWS::ApiGatewayV2::Route'(emulator, { properties, others }) {
    const routes = await itemsOf(emulator, apiOf(properties, others), 'routes');
    const found = routes.find(({ routeKey }) => routeKey === properties.RouteKey);
    return [['RouteKey', properties.RouteKey, found?.routeKey]];
  },

  async 'AWS::ApiGatewayV2::Integration'(emulator, { properties, others }) {
    const uri = isRecord(properties.IntegrationUri) ? properties.IntegrationUri.Ref : undefined;
    const meant = others.get(String(uri));
    const integrations = await itemsOf(emulator, apiOf(properties, others), 'integrations');
    const found = integrations.find(({ integrationUri }) => integrationUri === meant);
    return [
      ['IntegrationUri', meant, found?.integrationUri],
      ['PayloadFormatVersion', properties.PayloadFormatVersion, found?.payloadFormatVersion],
    ];
  },

  async 'AWS::ApiGatewayV2::Stage'(emulator, { properties, others }) {
    const stages = await itemsOf(emulator, apiOf(properties, others), 'stages');
    const found = stages.find(({ stageName }) => stageName === properties.StageName);
    return [['StageName', properties.StageName, found?.stageName]];
  },

  async 'AWS::Lambda::Alias'(emulator, { properties, others }) {
    const name = isRecord(properties.FunctionName) ? String(properties.FunctionName.Ref) : '';
    const path = `/2015-03-31/functions/${others.get(name)}/aliases/${String(properties.Name)}`;
    const found = await callRest(emulator, 'lambda', path);
    return [
      ['Name', properties.Name, found.Name],
      ['FunctionVersion is one that stays', true, /^\d+$/.test(String(found.FunctionVersion))],
    ];
  },

  async 'AWS::CloudWatch::Dashboard'(emulator, { properties }) {
    const fields = { Action: 'ListDashboards' };
    const xml = await callQuery(emulator, 'monitoring', '2010-08-01', fields);
    const names = elements(xml, 'DashboardName');
    return [['DashboardName', true, names.includes(String(properties.DashboardName))]];
  },
};

function apiOf(
  { ApiId }: Readonly<Record<string, unknown>>,
  others: ReadonlyMap<string, string>,
): string {
  return others.get(isRecord(ApiId) ? String(ApiId.Ref) : '') ?? '';
}

async function itemsOf(
  emulator: Emulator,
  apiId: string,
  kind: 'routes' | 'integrations' | 'stages',
): Promise<Record<string, unknown>[]> {
  const { items } = await callRest(emulator, 'apigateway', `/v2/apis/${apiId}/${kind}`);
  return Array.isArray(items) ? items.filter(isRecord) : [];
}

function same(
  properties: Readonly<Record<string, unknown>>,
  found: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Findings {
  return names.map((name) => [name, properties[name], found[name]]);
}
