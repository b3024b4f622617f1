import { describe, expect, test } from 'vitest';
import { CHECKS, checkTemplate } from '../../infra/aws/checks/checks.ts';
import { USES } from '../../infra/aws/checks/features.ts';
import type { Resource, Template } from '../../infra/aws/checks/template.ts';
import type { Feature, RegionTraits } from '../../infra/aws/regions.ts';

const everything = Object.keys(USES) as Feature[];
const poorRegion: RegionTraits = {
  name: 'xx-poor-1',
  runtime: 'nodejs24.x',
  architecture: 'x86_64',
  partition: 'aws',
  logRetentionDays: 30,
  logClass: 'STANDARD',
  apiQuota: { rate: 1, burst: 1 },
  tableQuota: 40_000,
  concurrencyQuota: 1_000,
  lacks: everything,
};

/** The smallest template that keeps every promise; each bad one differs from it in one place. */
const GOOD = {
  Function: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      LoggingConfig: { LogGroup: { Ref: 'Logs' } },
      Environment: { Variables: { TOKEN: { Ref: 'Token' } } },
    },
  },
  Version: versionThat({ Description: { 'Fn::Join': ['', ['with ', { Ref: 'Token' }]] } }),
  Topic: { Type: 'AWS::SNS::Topic', Properties: {} },
  TopicPolicy: topicPolicyThat({}),
  Key: keyFor({ AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::AccountId' }, ':root']] } }),
  Dashboard: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardName: 's-cn-north-1' } },
  Logs: { Type: 'AWS::Logs::LogGroup', Properties: { RetentionInDays: 30 } },
  Queue: {
    Type: 'AWS::SQS::Queue',
    Properties: { RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] } } },
  },
  Dead: { Type: 'AWS::SQS::Queue', Properties: {} },
  QueueAlarm: alarmOn('Queue'),
  DeadAlarm: alarmOn('Dead'),
  Policy: policyThat('sqs:SendMessage', { 'Fn::GetAtt': ['Queue', 'Arn'] }),
  TlsOnly: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      PolicyDocument: { Statement: [{ Effect: 'Deny', Action: 'sqs:*', Resource: '*' }] },
    },
  },
  Role: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            Principal: { Service: 'lambda.amazonaws.com' },
          },
        ],
      },
    },
  },
} satisfies Record<string, Resource>;

/** What breaks each promise, by the promise; a check without an entry here is not proven to work. */
const BAD: Record<string, Record<string, Record<string, Resource>>> = {
  'spells no partition': {
    'an ARN of the global partition': {
      Policy: policyThat('sqs:SendMessage', 'arn:aws:sqs:us-east-1:1:q'),
    },
    'an ARN of the Chinese partition': {
      Policy: policyThat('sqs:SendMessage', {
        'Fn::Join': ['', ['arn:aws-cn:sqs:', { Ref: 'Q' }]],
      }),
    },
  },
  'spells no URL suffix': {
    'an endpoint in a variable': {
      Function: withProperties(GOOD.Function, {
        Environment: { Variables: { URL: 'https://sqs.us-east-1.amazonaws.com' } },
      }),
    },
    'a principal with a region in it': {
      Role: {
        Type: 'AWS::IAM::Role',
        Properties: { Principal: { Service: 'logs.cn-north-1.amazonaws.com.cn' } },
      },
    },
  },
  'gives every queue a dead-letter queue': {
    'a queue by itself': {
      Lonely: { Type: 'AWS::SQS::Queue', Properties: {} },
      LonelyAlarm: alarmOn('Lonely'),
    },
  },
  'watches every queue with an alarm': {
    'an alarm on another queue': { QueueAlarm: alarmOn('Dead') },
    'dead letters nobody watches': { DeadAlarm: alarmOn('Queue') },
    'an alarm that tells nobody': {
      QueueAlarm: withProperties(alarmOn('Queue'), { AlarmActions: [] }),
    },
  },
  'lets CloudWatch publish to every topic of its alarms': {
    'a policy that only denies': { TopicPolicy: topicPolicyThat({ Effect: 'Deny' }) },
    'a topic without a policy': { TopicPolicy: GOOD.Topic },
    'a right of some other service': {
      TopicPolicy: topicPolicyThat({ Principal: { Service: 'events.amazonaws.com' } }),
    },
    'a right for the alarms of any account': { TopicPolicy: topicPolicyThat({ Condition: {} }) },
    'a right on another topic': { TopicPolicy: topicPolicyThat({ Resource: { Ref: 'Other' } }) },
    'an alarm that tells no topic': {
      Other: withProperties(alarmOn('Queue'), { AlarmActions: [{ Ref: 'Queue' }] }),
    },
  },
  'makes a version for each value that only a deployment knows': {
    'a parameter that no version has': { Version: versionThat({}) },
    'a parameter inside a text': {
      Function: withProperties(GOOD.Function, {
        Environment: { Variables: { NAME: { 'Fn::Sub': `hexiao-\${Other}` } } },
      }),
    },
    'a value that is looked up': {
      Function: withProperties(GOOD.Function, {
        Environment: { Variables: { NAME: '{{resolve:ssm:/hexiao/name}}' } },
      }),
    },
    'a value of another stack': {
      Function: withProperties(GOOD.Function, {
        Environment: { Variables: { NAME: { 'Fn::ImportValue': 'name' } } },
      }),
    },
  },
  'leaves nothing behind when its first deployment fails': {
    'a log that is always kept': { Logs: { ...GOOD.Logs, DeletionPolicy: 'Retain' } },
  },
  'names nothing that another region of the account names too': {
    'a dashboard': { Dashboard: withProperties(GOOD.Dashboard, { DashboardName: 'hexiao-prod' }) },
    'a role': { Role: withProperties(GOOD.Role, { RoleName: 'hexiao-ingest' }) },
  },
  'keeps every log for a stated time': {
    'a log group without retention': { Logs: { Type: 'AWS::Logs::LogGroup', Properties: {} } },
    'a function that leaves its log group to Lambda': {
      Function: { Type: 'AWS::Lambda::Function', Properties: {} },
    },
  },
  'allows no wildcard action': {
    'every action of a service': { Policy: policyThat('sqs:*', { Ref: 'Queue' }) },
    'every action that begins so': { Policy: policyThat('dynamodb:Batch*', { Ref: 'Table' }) },
    'all but one action': {
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyDocument: { Statement: [{ Effect: 'Allow', NotAction: 'iam:PassRole' }] },
        },
      },
    },
  },
  'allows nothing on every resource': {
    'a key that anybody may decrypt with': { Key: keyFor({ AWS: '*' }, 'kms:Decrypt') },
    'any queue': { Policy: policyThat('sqs:SendMessage', '*') },
  },
  'uses nothing the region lacks': {
    tracing: { Function: withProperties(GOOD.Function, { TracingConfig: { Mode: 'Active' } }) },
  },
};

/** A use of each feature that some region lacks. */
const USE: Record<Feature, Resource> = {
  'cognito-user-pools': { Type: 'AWS::Cognito::UserPool', Properties: {} },
  'function-urls': { Type: 'AWS::Lambda::Url', Properties: {} },
  'lambda-package-keys': withProperties(GOOD.Function, { Code: { SourceKMSKeyArn: 'k' } }),
  'mapping-metrics': mappingWith({ MetricsConfig: { Metrics: ['EventCount'] } }),
  'mapping-pollers': mappingWith({ ProvisionedPollerConfig: { MinimumPollers: 2 } }),
  'mapping-tags': mappingWith({ Tags: [{ Key: 'stage', Value: 'dev' }] }),
  'recursion-control': withProperties(GOOD.Function, { RecursiveLoop: 'Allow' }),
  'sqs-redrive': policyThat('sqs:StartMessageMoveTask', { 'Fn::GetAtt': ['Dead', 'Arn'] }),
  xray: policyThat('xray:PutTraceSegments', { Ref: 'Group' }),
};

test('a good template keeps every promise, even where every feature is lacking', () => {
  expect(checkTemplate(template({}), poorRegion)).toEqual([]);
});

describe.each(CHECKS)('the check that a template $promise', ({ promise }) => {
  test.each(Object.entries(BAD[promise] ?? {}))('finds %s, and only that', (_, change) => {
    const findings = checkTemplate(template(change), poorRegion);

    expect(findings).toHaveLength(1);
    expect(findings[0]).toContain(promise);
    expect(findings[0]).toContain(poorRegion.name);
  });

  test('has a bad template to prove it', () => {
    expect(Object.keys(BAD[promise] ?? {})).not.toHaveLength(0);
  });
});

test.each(everything)(
  'a use of %s is found where the region lacks it, and nowhere else',
  (feature) => {
    const using = template({ Use: USE[feature] });
    const lacking = { ...poorRegion, lacks: [feature] };
    const others = { ...poorRegion, lacks: everything.filter((each) => each !== feature) };

    expect(checkTemplate(using, lacking).join()).toContain(`uses ${feature}`);
    expect(checkTemplate(using, others).join()).not.toContain('uses ');
  },
);

function template(change: Record<string, Resource>): Template {
  return {
    Parameters: { Token: { Type: 'String' }, Other: { Type: 'String' } },
    Resources: { ...GOOD, ...change },
  };
}

function withProperties({ Type, Properties }: Resource, more: Resource['Properties']): Resource {
  return { Type, Properties: { ...Properties, ...more } };
}

function alarmOn(queue: string): Resource {
  return {
    Type: 'AWS::CloudWatch::Alarm',
    Properties: {
      AlarmActions: [{ Ref: 'Topic' }],
      Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [queue, 'QueueName'] } }],
    },
  };
}

function policyThat(action: string, on: Resource['Properties'][string]): Resource {
  const statement = { Effect: 'Allow', Action: action, Resource: on };
  return {
    Type: 'AWS::IAM::Policy',
    Properties: { PolicyDocument: { Statement: [statement] } },
  };
}

function versionThat(properties: Resource['Properties']): Resource {
  return {
    Type: 'AWS::Lambda::Version',
    Properties: { FunctionName: { Ref: 'Function' }, ...properties },
  };
}

/** What lets CloudWatch publish, but for what is given. */
function topicPolicyThat(change: Resource['Properties']): Resource {
  const statement = {
    Effect: 'Allow',
    Action: 'sns:Publish',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Resource: { Ref: 'Topic' },
    Condition: {
      StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
      ArnLike: { 'aws:SourceArn': 'alarms of this stack' },
    },
    ...change,
  };
  return {
    Type: 'AWS::SNS::TopicPolicy',
    Properties: { Topics: [{ Ref: 'Topic' }], PolicyDocument: { Statement: [statement] } },
  };
}

function keyFor(principal: Resource['Properties'], action = 'kms:*'): Resource {
  const statement = { Effect: 'Allow', Action: action, Resource: '*', Principal: principal };
  return { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: { Statement: [statement] } } };
}

function mappingWith(properties: Resource['Properties']): Resource {
  return { Type: 'AWS::Lambda::EventSourceMapping', Properties: properties };
}
