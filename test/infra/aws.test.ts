import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { buildApp } from '../../infra/aws/app.ts';
import { checkTemplate } from '../../infra/aws/checks/checks.ts';
import {
  isRecord,
  refOf,
  resourcesOf,
  type Template,
  templateSchema,
} from '../../infra/aws/checks/template.ts';
import { DEFAULT_REGION, REGIONS, type RegionTraits } from '../../infra/aws/regions.ts';
import { type Bundle, bundleFunctions } from '../../infra/bundle.ts';
import { FUNCTIONS, type FunctionName, QUEUES, ROUTES, TABLE } from '../../infra/topology.ts';
import { RECEIVERS } from '../../lib/integrations/receivers.ts';
import {
  bodyKeysId,
  functionOf,
  grantsOf,
  proofKeysId,
  readTopology,
  textOf,
  variablesOf,
} from './read-topology.ts';

const scratch = mkdtempSync(join(tmpdir(), 'hexiao-aws-'));
const bundlesDirectory = join(scratch, 'bundles');
let bundled: Bundle[] | undefined;
const templates = new Map<string, Template>();

afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Built and synthesized by whoever asks first, so that one region's failure is the failure of its own tests. */
function bundles(): Bundle[] {
  bundled ??= bundleFunctions({ outDirectory: bundlesDirectory });
  return bundled;
}

/** Also those in its folders, in order. */
function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .toSorted();
}

function synthesize(context: Record<string, string>): Template {
  bundles();
  const outdir = join(scratch, context.region ?? 'default');
  const [stack] = buildApp({ bundlesDirectory, context, outdir }).synth().stacks;
  return templateSchema.parse(stack?.template);
}

function templateOf({ name }: { name: string }): Template {
  const template = templates.get(name) ?? synthesize({ region: name, stage: 'prod' });
  templates.set(name, template);
  return template;
}

describe.each(REGIONS)('the template for $name', (region: RegionTraits) => {
  test('read backwards is the topology, no more and no less', () => {
    const sorted = FUNCTIONS.map(({ folder, memoryMb, timeoutSeconds, table, keys, ...spec }) => ({
      ...{ folder, memoryMb, timeoutSeconds, table },
      keys: keys.toSorted(),
      secrets: spec.secrets === true,
      bodies: spec.bodies === true,
      proofs: spec.proofs === true,
      sendsTo: spec.sendsTo.toSorted(),
      inspects: (spec.inspects ?? []).toSorted(),
      redrives: (spec.redrives ?? []).toSorted(),
      scans: spec.scans === true,
      consumes: spec.consumes,
      schedule: spec.schedule,
    }));
    const { queues, functions, routes } = readTopology(templateOf(region));

    expect(queues).toEqual(QUEUES);
    expect(functions).toEqual(sorted);
    const meant = ROUTES.map(({ method, path, to }) => ({ method, path, to }));
    expect(routes).toHaveLength(meant.length);
    expect(new Set(routes)).toEqual(new Set(meant));
  });

  test('starts nothing that the topology does not name', () => {
    const count = (type: string) => resourcesOf(templateOf(region), type).length;

    expect(count('AWS::SQS::Queue')).toBe(2 * Object.keys(QUEUES).length);
    expect(count('AWS::Lambda::EventSourceMapping')).toBe(
      FUNCTIONS.filter(({ consumes }) => consumes !== undefined).length,
    );
    expect(count('AWS::Events::Rule')).toBe(
      FUNCTIONS.filter(({ schedule }) => schedule !== undefined).length,
    );
    expect(count('AWS::Lambda::Url')).toBe(0);
  });

  test('runs every function on the runtime and processor of the region', () => {
    for (const [, { Properties }] of resourcesOf(templateOf(region), 'AWS::Lambda::Function')) {
      expect(Properties.Runtime).toBe(region.runtime);
      expect(Properties.Architectures).toEqual([region.architecture]);
      expect(Properties.Handler).toBe('index.handler');
    }
  });

  test('keeps all our promises about templates', () => {
    expect(checkTemplate(templateOf(region), region)).toEqual([]);
  });

  test('deploys the bundled bytes', () => {
    for (const { folder, directory } of bundles()) {
      const [, { Code }] = functionOf(templateOf(region), folder);
      const key = textOf(isRecord(Code) ? Code.S3Key : undefined);
      const asset = join(scratch, region.name, `asset.${key.replace('.zip', '')}`);
      const files = filesIn(directory);
      expect(files).toContain('index.mjs');
      expect(filesIn(asset)).toEqual(files);
      for (const file of files) {
        expect(readFileSync(join(asset, file)).equals(readFileSync(join(directory, file)))).toBe(
          true,
        );
      }
    }
  });
});

describe('every deployed function', () => {
  const template = () => templateOf({ name: DEFAULT_REGION });

  test('retries only the messages that failed', () => {
    for (const [, { Properties }] of resourcesOf(template(), 'AWS::Lambda::EventSourceMapping')) {
      expect(Properties.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
    }
  });

  test('knows the addresses it uses, what the topology tells it, and no more', () => {
    const always = ['TABLE_NAME', 'METRICS_NAMESPACE'];
    const queues = ['INTAKE_QUEUE_URL', 'ATTRIBUTION_QUEUE_URL'];
    const deadLetters = ['INTAKE_DLQ_URL', 'ATTRIBUTION_DLQ_URL'];
    const wired: Record<FunctionName, string[]> = {
      ingest: [...always, 'INTAKE_QUEUE_URL'],
      normalize: [...always, ...queues, 'BODY_KEYS'],
      attribute: [...always, 'ATTRIBUTION_QUEUE_URL', 'NOTICES_QUEUE_URL'],
      notify: [...always, 'NOTICES_QUEUE_URL'],
      reconcile: [...always, ...queues, 'NOTICES_QUEUE_URL'],
      api: [
        ...always,
        ...queues,
        'NOTICES_QUEUE_URL',
        'NOTICES_DLQ_URL',
        ...deadLetters,
        'OPERATOR_TOKEN_SHA256',
        'BODY_KEYS',
        'PROOF_KEYS',
      ],
    };
    for (const { folder, environment = {} } of FUNCTIONS) {
      const variables = variablesOf(template(), folder);

      expect(new Set(Object.keys(variables))).toEqual(
        new Set([...wired[folder], ...Object.keys(environment)]),
      );
      expect(variables).toMatchObject(environment);
    }
  });

  test.each(FUNCTIONS)(
    '$folder starts with the environment the template gives it',
    ({ folder }) => {
      const given = Object.entries(variablesOf(template(), folder)).map(([name, value]) => [
        name,
        typeof value === 'string' ? value : 'known-at-deployment',
      ]);
      const url = JSON.stringify(pathToFileURL(join(bundlesDirectory, folder, 'index.mjs')));
      const { stdout, stderr } = spawnSync(
        process.execPath,
        ['--input-type=module', '--eval', `console.log(typeof (await import(${url})).handler)`],
        { env: { ...Object.fromEntries(given), AWS_REGION: DEFAULT_REGION }, encoding: 'utf8' },
      );

      expect(stderr).toBe('');
      expect(stdout).toBe('function\n');
    },
  );

  test('may call the table as lib/store does, and a reader may not write', () => {
    const read = ['dynamodb:GetItem', 'dynamodb:Query'];
    const write = ['dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'];
    for (const { folder, table, scans } of FUNCTIONS) {
      const granted = grantsOf(template(), functionOf(template(), folder)[0])
        .flatMap(({ actions }) => actions)
        .filter((action) => action.startsWith('dynamodb:'));

      const expected = [...read, ...(table === 'read' ? [] : write)];
      if (scans === true) expected.push('dynamodb:Scan');
      expect(granted.toSorted()).toEqual(expected.toSorted());
    }
    const store = readFileSync(join(import.meta.dirname, '../../lib/store/table.ts'), 'utf8');
    const called = [...store.matchAll(/new (\w+)Command\(/g)].map(([, name]) => `dynamodb:${name}`);
    expect(new Set(called)).toEqual(new Set([...read, ...write]));
  });
});

test('the table outlives its stack, heals to any second and forgets what expires', () => {
  const [[, table] = []] = resourcesOf(
    templateOf({ name: DEFAULT_REGION }),
    'AWS::DynamoDB::Table',
  );

  expect(table).toMatchObject({
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      KeySchema: [
        { AttributeName: TABLE.partitionKey, KeyType: 'HASH' },
        { AttributeName: TABLE.sortKey, KeyType: 'RANGE' },
      ],
      TimeToLiveSpecification: { AttributeName: TABLE.ttl, Enabled: true },
    },
  });
});

test('a worker that sends to its own queue is not cut off as a runaway, where that can be said', () => {
  const setting = (name: string) => functionOf(templateOf({ name }), 'normalize')[1].RecursiveLoop;

  expect(setting('us-east-1')).toBe('Allow');
  expect(setting('cn-north-1')).toBeUndefined();
});

test('the access log keeps no path, query, header or body', () => {
  const [[, stage] = []] = resourcesOf(
    templateOf({ name: DEFAULT_REGION }),
    'AWS::ApiGatewayV2::Stage',
  );
  const settings = stage?.Properties.AccessLogSettings;
  const format: unknown = JSON.parse(textOf(isRecord(settings) ? settings.Format : undefined));
  const kept = Object.values(isRecord(format) ? format : {}).map(String);

  expect(kept).toContain('$context.requestId');
  expect(kept.filter((variable) => /path|header|query|body|authorizer/i.test(variable))).toEqual(
    [],
  );
});

test('nobody may call a function but by the alias of what is live', () => {
  for (const { name } of REGIONS) {
    const template = templateOf({ name });
    for (const [, { Properties }] of resourcesOf(template, 'AWS::Lambda::Permission')) {
      const { Ref } = Properties.FunctionName as { Ref?: string };
      expect(template.Resources[Ref ?? '']?.Type).toBe('AWS::Lambda::Alias');
    }
  }
});

test('each platform’s answers are held against its own deadline', () => {
  const template = templateOf({ name: DEFAULT_REGION });
  const thresholds = resourcesOf(template, 'AWS::CloudWatch::Alarm')
    .filter(([, { Properties }]) => Properties.MetricName === 'AnswerMs')
    .map(([, { Properties }]) => [Properties.Dimensions, Properties.Threshold]);

  expect(thresholds).toHaveLength(RECEIVERS.length);
  for (const { name, deadlineMs = 5_000 } of RECEIVERS) {
    expect(thresholds).toContainEqual([[{ Name: 'integration', Value: name }], deadlineMs / 2]);
  }
});

test('no alarm is made of several metrics, so each says what it is about', () => {
  for (const [, { Properties }] of resourcesOf(
    templateOf({ name: DEFAULT_REGION }),
    'AWS::CloudWatch::Alarm',
  )) {
    expect(Properties.MetricName).toBeDefined();
  }
});

test('a worker has as many executions set aside as its queue may start', () => {
  for (const { folder, consumes } of FUNCTIONS) {
    const [, { ReservedConcurrentExecutions }] = functionOf(
      templateOf({ name: DEFAULT_REGION }),
      folder,
    );
    expect(ReservedConcurrentExecutions).toBe(consumes?.maxConcurrency);
  }
});

test('nobody but the secrets’ readers may read one, and those only of their stage', () => {
  const template = templateOf({ name: DEFAULT_REGION });
  for (const { folder, secrets, bodies, proofs } of FUNCTIONS) {
    const granted = grantsOf(template, functionOf(template, folder)[0]).filter(({ actions }) =>
      actions.some((action) => action.startsWith('secretsmanager:')),
    );

    const readable = granted.flatMap(({ resources }) => resources);
    const ofApps = readable.filter((one) => JSON.stringify(one).includes('secret:hexiao/'));
    const ofBodies = readable.filter((one) => refOf(one) === bodyKeysId(template));
    expect(ofApps).toHaveLength(secrets === true ? 1 : 0);
    const ofProofs = readable.filter((one) => refOf(one) === proofKeysId(template));
    expect(ofBodies).toHaveLength(bodies === true ? 1 : 0);
    expect(ofProofs).toHaveLength(proofs === true ? 1 : 0);
    expect(readable).toHaveLength(ofApps.length + ofBodies.length + ofProofs.length);
    for (const { actions } of granted) expect(actions).toEqual(['secretsmanager:GetSecretValue']);
    for (const one of ofApps) expect(JSON.stringify(one)).toContain(':secret:hexiao/prod/apps/*');
  }
});

test('the keys of raw bodies and of proofs are made with the stack, told to nobody else, and kept with the table', () => {
  const template = templateOf({ name: DEFAULT_REGION });
  const secrets = resourcesOf(template, 'AWS::SecretsManager::Secret');
  expect(secrets).toMatchObject(
    Array.from({ length: 2 }, () => [
      expect.any(String),
      {
        DeletionPolicy: 'RetainExceptOnCreate',
        Properties: {
          GenerateSecretString: {
            ...{ SecretStringTemplate: '{"older":[]}', GenerateStringKey: 'newest' },
            PasswordLength: 64,
          },
        },
      },
    ]),
  );
  for (const { folder, bodies, proofs } of FUNCTIONS) {
    const { BODY_KEYS, PROOF_KEYS } = variablesOf(template, folder);
    expect(refOf(PROOF_KEYS)).toBe(proofs === true ? proofKeysId(template) : undefined);
    expect(refOf(BODY_KEYS)).toBe(bodies === true ? bodyKeysId(template) : undefined);
  }
});

test('the topic of the alarms takes no message that is not encrypted on its way', () => {
  const [[, policy] = []] = resourcesOf(
    templateOf({ name: DEFAULT_REGION }),
    'AWS::SNS::TopicPolicy',
  );
  expect(JSON.stringify(policy?.Properties.PolicyDocument)).toContain(
    '"Condition":{"Bool":{"aws:SecureTransport":"false"}}',
  );
});

test('an unknown region is refused with what to do about it', () => {
  expect(() => synthesize({ region: 'eu-west-1' })).toThrow(
    /"eu-west-1".*cn-northwest-1.*add it to infra\/aws\/regions\.ts/,
  );
});

test('what is throttled is counted from the access log, in the words that the log has', () => {
  const template = templateOf({ name: DEFAULT_REGION });
  const [[, filter] = []] = resourcesOf(template, 'AWS::Logs::MetricFilter');
  const [[, stage] = []] = resourcesOf(template, 'AWS::ApiGatewayV2::Stage');
  const settings = stage?.Properties.AccessLogSettings;
  const format: unknown = JSON.parse(textOf(isRecord(settings) ? settings.Format : undefined));

  // A text, because the format puts it into quotes.
  expect(format).toMatchObject({ status: '$context.status' });
  expect(filter?.Properties).toMatchObject({
    FilterPattern: '{ $.status = "429" }',
    MetricTransformations: [
      { MetricNamespace: 'Hexiao/prod', MetricName: 'RequestThrottled', MetricValue: '1' },
    ],
  });
  const destination = isRecord(settings) ? JSON.stringify(settings.DestinationArn) : '';
  const logGroup = filter?.Properties.LogGroupName;
  expect(destination).toContain(isRecord(logGroup) ? textOf(logGroup.Ref) : 'nothing');
});

test('an alarm rings while a dead letter can still be saved', () => {
  const template = templateOf({ name: DEFAULT_REGION });
  const old = resourcesOf(template, 'AWS::CloudWatch::Alarm').filter(([, { Properties }]) =>
    textOf(Properties.AlarmName).endsWith('-dead-letters-old'),
  );

  expect(old).toHaveLength(Object.keys(QUEUES).length);
  for (const [, { Properties }] of old) {
    const [dimension] = Properties.Dimensions as { Value: { 'Fn::GetAtt': [string, string] } }[];
    const queue = template.Resources[dimension?.Value['Fn::GetAtt'][0] ?? ''];
    expect(Properties.MetricName).toBe('ApproximateAgeOfOldestMessage');
    expect(Number(Properties.Threshold)).toBeLessThanOrEqual(
      Number(queue?.Properties.MessageRetentionPeriod) / 2,
    );
  }
});
