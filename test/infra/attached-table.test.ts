import { describe, expect, test } from 'vitest';
import { resourcesOf, stringsIn, type Template } from '../../infra/aws/checks/template.ts';
import { FUNCTIONS } from '../../infra/topology.ts';
import { functionOf, grantsOf, variablesOf } from './read-topology.ts';
import { templateOf } from './template-of.ts';

const KEY = 'arn:aws-cn:kms:cn-northwest-1:123456789012:key/0a1b2c3d-0000-0000-0000-000000000000';
const RESTORED = { attachedTable: { name: 'hexiao-restored' } };

const without = templateOf('prod', {});
const restored = templateOf('prod', RESTORED);

/** Only what names a resource; a table's own ARN is put together from its name. */
const namesOfTables = (template: Template, folder: string) =>
  grantsOf(template, functionOf(template, folder)[0])
    .filter(({ actions }) => actions.some((action) => action.startsWith('dynamodb:')))
    .flatMap(({ resources }) => resources.map((each) => JSON.stringify(each)));

const versionOf = (template: Template, folder: string) =>
  resourcesOf(template, 'AWS::Lambda::Version')
    .map(([id]) => id)
    .find((id) => id.startsWith(folder));

describe('a stage with an attached table', () => {
  test('makes none, and lets go of the one it had without deleting it', () => {
    const [[, table] = []] = resourcesOf(without, 'AWS::DynamoDB::Table');

    expect(resourcesOf(restored, 'AWS::DynamoDB::Table')).toEqual([]);
    expect(table?.DeletionPolicy).toBe('RetainExceptOnCreate');
  });

  test.each(FUNCTIONS)('has $folder read and write that table, and no other', ({ folder }) => {
    const named = namesOfTables(restored, folder);

    expect(variablesOf(restored, folder).TABLE_NAME).toBe('hexiao-restored');
    expect(named.length).toBeGreaterThan(0);
    for (const name of named) {
      expect(name).toContain(':dynamodb:');
      expect(name).toContain(':table/hexiao-restored');
    }
    // Otherwise the alias would go on with the version that knows the old table.
    expect(versionOf(restored, folder)).not.toBe(versionOf(without, folder));
  });

  test('grants the same as a stage with a table of its own', () => {
    const granted = (template: Template, folder: string) =>
      grantsOf(template, functionOf(template, folder)[0])
        .flatMap(({ actions }) => actions)
        .toSorted();
    for (const { folder } of FUNCTIONS) {
      expect(granted(restored, folder)).toEqual(granted(without, folder));
    }
  });

  test('watches and shows that table', () => {
    const dimensions = resourcesOf(restored, 'AWS::CloudWatch::Alarm')
      .filter(([, { Properties }]) => Properties.Namespace === 'AWS/DynamoDB')
      .map(([, { Properties }]) => Properties.Dimensions);
    const [[, dashboard] = []] = resourcesOf(restored, 'AWS::CloudWatch::Dashboard');

    expect(dimensions).toHaveLength(2);
    for (const each of dimensions) {
      expect(each).toEqual([{ Name: 'TableName', Value: 'hexiao-restored' }]);
    }
    expect(JSON.stringify(dashboard?.Properties.DashboardBody)).toContain('hexiao-restored');
  });

  test('tells its name, and nothing of the table before it', () => {
    const outputs = restored.Outputs as Record<string, { Value: unknown }>;
    const own = resourcesOf(without, 'AWS::DynamoDB::Table').map(([id]) => id);

    expect(outputs.TableName?.Value).toBe('hexiao-restored');
    expect([...stringsIn(restored)].filter(({ text }) => own.includes(text))).toEqual([]);
    expect(own).toHaveLength(1);
  });

  test('may use the key that it was restored under', () => {
    const attachedTable = { ...RESTORED.attachedTable, keyArn: KEY };
    const template = templateOf('prod', { tableKey: 'customer', attachedTable });
    for (const { folder } of FUNCTIONS) {
      const keys = grantsOf(template, functionOf(template, folder)[0]).filter(({ actions }) =>
        actions.includes('kms:Decrypt'),
      );
      expect(keys.flatMap(({ resources }) => resources)).toEqual([KEY]);
    }
    expect(resourcesOf(template, 'AWS::KMS::Key')).toEqual([]);
  });
});
