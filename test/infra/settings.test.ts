import { describe, expect, test } from 'vitest';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { REGIONS, regionTraits } from '../../infra/aws/regions.ts';
import { readStage } from '../../infra/aws/settings.ts';

const ningxia = regionTraits('cn-northwest-1');
const virginia = regionTraits('us-east-1');

const certificate = (partition: string, region: string) =>
  `arn:${partition}:acm:${region}:123456789012:certificate/0a1b2c3d-0000-0000-0000-000000000000`;
const filed = {
  name: 'hooks.example.cn',
  certificateArn: certificate('aws-cn', 'cn-northwest-1'),
  icpNumber: '京ICP备00000000号',
};

test('every stage of cdk.json can be deployed to every region', () => {
  for (const [name, settings] of Object.entries(cdkJson.context.stages)) {
    for (const region of REGIONS) expect(readStage(name, region, settings).name).toBe(name);
  }
});

test('a stage that cdk.json does not name loses nothing', () => {
  const { settings } = readStage('new', virginia, undefined);

  expect(settings).toMatchObject({ keepTable: true, reserveWorkers: true });
});

test('logs are kept as long as the region asks unless a stage keeps them longer', () => {
  expect(readStage('prod', ningxia, {}).logRetentionDays).toBe(180);
  expect(readStage('prod', virginia, {}).logRetentionDays).toBe(30);
  expect(readStage('prod', ningxia, { logRetentionDays: 365 }).logRetentionDays).toBe(365);
});

test('a filed domain with a certificate of its region is taken', () => {
  expect(readStage('prod', ningxia, { domain: filed }).settings.domain).toEqual(filed);
});

test('a sign-in service is taken with its secret by name, and none without encryption', () => {
  const oidc = {
    issuer: 'https://sso.example.cn/x',
    clientId: 'us',
    secretId: 'hexiao/p/apps/oidc',
  };
  expect(readStage('prod', ningxia, { oidc }).settings.oidc).toEqual(oidc);
  for (const wrong of [{ issuer: 'http://sso.example.cn' }, { secretId: 'a-secret' }])
    expect(() => readStage('prod', ningxia, { oidc: { ...oidc, ...wrong } })).toThrow(/oidc/);
});

describe('a stage is refused with what to do when', () => {
  test.each<[string, typeof ningxia, unknown, RegExp]>([
    ['a setting is misspelled', virginia, { throttel: {} }, /cdk\.json.*[\s\S]*throttel/],
    [
      'it lets more through than the account',
      ningxia,
      { throttle: { rate: 5_000, burst: 100 } },
      /2500 a second.*lower it, or have the quota raised/,
    ],
    ['logs would end too soon', ningxia, { logRetentionDays: 30 }, /180 days.*raise it/],
    ['there is no X-Ray', ningxia, { tracing: true }, /no X-Ray here: set tracing to false/],
    ['prod would lose its table', virginia, { keepTable: false }, /set keepTable to true/],
    [
      'a table is attached whose place nothing keeps',
      virginia,
      { keepTable: false, attachedTable: { name: 'restored' } },
      /attachedTable takes the place.*deploy that first/,
    ],
    [
      'nobody says which key an attached table has',
      virginia,
      { tableKey: 'customer', attachedTable: { name: 'restored' } },
      /name the key that encrypts the attached table/,
    ],
    [
      'an attached table is given by its ARN',
      virginia,
      { attachedTable: { name: 'arn:aws:dynamodb:us-east-1:123456789012:table/restored' } },
      /the name of a DynamoDB table, not its ARN/,
    ],
    [
      'the certificate is of another region',
      ningxia,
      { domain: { ...filed, certificateArn: certificate('aws', 'us-east-1') } },
      /of aws\/us-east-1.*import one in cn-northwest-1/,
    ],
    [
      'a domain in mainland China has no filing',
      ningxia,
      { domain: { name: filed.name, certificateArn: filed.certificateArn } },
      /icpNumber is missing.*备案/,
    ],
  ])('%s', (_, region, settings, says) => {
    expect(() => readStage('prod', region, settings)).toThrow(says);
  });

  test('its name cannot be part of a stack’s name', () => {
    expect(() => readStage('Prod', virginia, {})).toThrow(/lower-case letters/);
  });

  test('several things are wrong, and all of them are said', () => {
    const wrong = { tracing: true, keepTable: false };
    expect(() => readStage('prod', ningxia, wrong)).toThrow(/X-Ray[\s\S]*keepTable/);
  });
});
