import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Emulator } from '../../infra/aws/smoke/aws-calls.ts';
import { READERS } from '../../infra/aws/smoke/readers.ts';
import { templateOf } from './template-of.ts';

const SMOKE = join(import.meta.dirname, '../../infra/aws/smoke/smoke.ts');

function smoke(env: Record<string, string>) {
  const { AWS_ENDPOINT_URL: _, ...own } = process.env;
  return spawnSync(process.execPath, [SMOKE], { env: { ...own, ...env }, encoding: 'utf8' });
}

test('without an emulator the smoke says that it was skipped, and how to have it', () => {
  const { status, stdout } = smoke({});

  expect(status).toBe(0);
  expect(stdout).toMatch(/^SKIPPED: set AWS_ENDPOINT_URL to an emulator/);
});

test('the smoke does not deploy to AWS itself', () => {
  const { status, stderr } = smoke({ AWS_ENDPOINT_URL: 'https://sqs.cn-north-1.amazonaws.com.cn' });

  expect(status).toBe(1);
  expect(stderr).toContain('deploy there with cdk deploy');
});

test('every kind of resource that is deployed there is read back', () => {
  const types = Object.values(templateOf('sandbox').Resources).map(({ Type }) => Type);

  expect(new Set(types).size).toBeGreaterThan(15);
  expect(new Set(types).difference(new Set(Object.keys(READERS)))).toEqual(new Set());
});

describe('what is read back', () => {
  const server = createServer((request, response) => {
    const target = String(request.headers['x-amz-target'] ?? request.url);
    response.end(JSON.stringify(answers[target] ?? {}));
  });
  let answers: Record<string, object>;
  let emulator: Emulator;

  beforeEach(async () => {
    answers = {};
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    emulator = { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1' };
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  /** The names of the properties that are not as the template says. */
  async function wrongIn(type: string, properties: Record<string, unknown>): Promise<string[]> {
    const others = new Map([['Api', 'a1']]);
    const findings = await READERS[type]?.(emulator, { physicalId: 'x', properties, others });
    return (findings ?? [])
      .filter(([, meant, found]) => JSON.stringify(meant) !== JSON.stringify(found))
      .map(([name]) => name);
  }

  const queue = {
    ...{ VisibilityTimeout: 190, MessageRetentionPeriod: 1_209_600 },
    RedrivePolicy: { maxReceiveCount: 8 },
  };

  test('of a queue shows a redrive policy that an emulator dropped', async () => {
    const kept = { VisibilityTimeout: '190', MessageRetentionPeriod: '1209600' };
    answers['AmazonSQS.GetQueueAttributes'] = { Attributes: kept };
    expect(await wrongIn('AWS::SQS::Queue', queue)).toEqual(['maxReceiveCount']);

    const RedrivePolicy = JSON.stringify({ maxReceiveCount: 8 });
    answers['AmazonSQS.GetQueueAttributes'] = { Attributes: { ...kept, RedrivePolicy } };
    expect(await wrongIn('AWS::SQS::Queue', queue)).toEqual([]);
  });

  test('of the keys of raw bodies shows a secret that was made without one', async () => {
    const target = 'secretsmanager.GetSecretValue';
    answers[target] = { SecretString: '{"older":[]}' };
    expect(await wrongIn('AWS::SecretsManager::Secret', {})).toEqual(['newest']);

    answers[target] = { SecretString: JSON.stringify({ newest: 'k'.repeat(64), older: [] }) };
    expect(await wrongIn('AWS::SecretsManager::Secret', {})).toEqual([]);
  });

  test('of what is counted from a log shows a filter that an emulator dropped', async () => {
    const filter = { LogGroupName: { Ref: 'Api' }, FilterPattern: '{ $.status = "429" }' };
    expect(await wrongIn('AWS::Logs::MetricFilter', filter)).toEqual(['FilterPattern']);

    const metricFilters = [{ filterPattern: filter.FilterPattern }];
    answers['Logs_20140328.DescribeMetricFilters'] = { metricFilters };
    expect(await wrongIn('AWS::Logs::MetricFilter', filter)).toEqual([]);
  });

  test('of a route is found among its API’s, or is not there', async () => {
    const route = { ApiId: { Ref: 'Api' }, RouteKey: 'GET /healthz' };
    answers['/v2/apis/a1/routes'] = { items: [{ routeKey: 'POST /webhooks' }] };
    expect(await wrongIn('AWS::ApiGatewayV2::Route', route)).toEqual(['RouteKey']);

    answers['/v2/apis/a1/routes'] = { items: [{ routeKey: 'GET /healthz' }] };
    expect(await wrongIn('AWS::ApiGatewayV2::Route', route)).toEqual([]);
  });
});
