import { describe, expect, test } from 'vitest';
import { RUNG_BY_ANYBODY } from '../../infra/aws/alarms.ts';
import { isRecord, resourcesOf, statementsIn, stringsIn } from '../../infra/aws/checks/template.ts';
import { FUNCTIONS } from '../../infra/topology.ts';
import { alarmIds } from './alarm-ids.ts';
import { functionOf, textOf } from './read-topology.ts';
import { templateOf } from './template-of.ts';

const template = templateOf('prod');

/** The CodeDeploy group that a change of a function's live alias goes through; nothing where it goes at once. */
function groupOf(folder: string) {
  const [id] = functionOf(template, folder);
  const [, alias] =
    resourcesOf(template, 'AWS::Lambda::Alias').find(
      ([, { Properties }]) =>
        isRecord(Properties.FunctionName) && Properties.FunctionName.Ref === id,
    ) ?? [];
  const update: unknown = alias?.UpdatePolicy;
  const shift = isRecord(update) ? update.CodeDeployLambdaAliasUpdate : undefined;
  const name = isRecord(shift) ? shift.DeploymentGroupName : undefined;
  return isRecord(name) ? template.Resources[String(name.Ref)] : undefined;
}

describe('a new version', () => {
  test.each(['ingest', 'normalize', 'attribute', 'api'])(
    'of %s takes over bit by bit, and an alarm that tells somebody puts the last one back',
    (folder) => {
      const { Properties } = groupOf(folder) ?? {};

      expect(Properties).toMatchObject({
        DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
        AutoRollbackConfiguration: { Enabled: true },
        AlarmConfiguration: { Enabled: true },
      });
      const { AlarmConfiguration } = Properties as {
        AlarmConfiguration: { Alarms: { Name: { Ref: string } }[] };
      };
      const alarms = AlarmConfiguration.Alarms.map(
        ({ Name }) => template.Resources[Name.Ref]?.Properties,
      );
      expect(alarms.map((alarm) => alarm?.AlarmName)).toContain(`hexiao-prod-${folder}-errors`);
      for (const alarm of alarms) expect(alarm?.AlarmActions).toHaveLength(1);
    },
  );

  test('is neither stopped nor put back by an alarm that anybody can ring', () => {
    const watched = resourcesOf(template, 'AWS::CodeDeploy::DeploymentGroup').flatMap(
      ([, { Properties }]) => [...stringsIn(Properties.AlarmConfiguration)].map(({ text }) => text),
    );
    const names = watched.map((id) => textOf(template.Resources[id]?.Properties.AlarmName));

    expect(names).toContain('hexiao-prod-ingest-errors');

    expect(RUNG_BY_ANYBODY.length).toBeGreaterThan(0);
    for (const id of RUNG_BY_ANYBODY) {
      expect(alarmIds()).toContain(id);
      expect(names).not.toContain(`hexiao-prod-${id}`);
    }
  });

  test('of what only a schedule runs takes over at once, and so does everything where it is said', () => {
    expect(groupOf('reconcile')).toBeUndefined();
    const dev = templateOf('dev');
    expect(resourcesOf(dev, 'AWS::Lambda::Alias')).toHaveLength(FUNCTIONS.length);
    expect(resourcesOf(dev, 'AWS::CodeDeploy::DeploymentGroup')).toEqual([]);
  });

  test('leaves the last one there, to go back to', () => {
    const versions = resourcesOf(template, 'AWS::Lambda::Version');
    expect(versions).toHaveLength(FUNCTIONS.length);
    for (const [, version] of versions)
      expect(version).toMatchObject({
        DeletionPolicy: 'RetainExceptOnCreate',
        UpdateReplacePolicy: 'Retain',
      });
  });

  test('of the API is made for each operator token, also where nothing else changed', () => {
    const made = resourcesOf(template, 'AWS::Lambda::Version').map(([id, { Properties }]) => [
      id.startsWith('api'),
      JSON.stringify(Properties.Description ?? '').includes('{"Ref":"OperatorTokenSha256"}'),
    ]);

    // Nobody else has it, so nobody else is deployed anew for it.
    for (const [isApi, hasToken] of made) expect(hasToken).toBe(isApi);
  });

  test('may be put in place by a role that can do nothing else', () => {
    const policies = resourcesOf(template, 'AWS::IAM::Policy').filter(([id]) =>
      id.startsWith('rollout'),
    );
    expect(policies).toHaveLength(5);
    for (const [, { Properties }] of policies) {
      const granted = [...statementsIn(Properties)].flatMap(({ actions }) => actions);
      expect(granted.toSorted()).toEqual([
        'cloudwatch:DescribeAlarms',
        'lambda:GetAlias',
        'lambda:GetProvisionedConcurrencyConfig',
        'lambda:UpdateAlias',
      ]);
    }
  });
});
