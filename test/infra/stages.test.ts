import { describe, expect, test } from 'vitest';
import { checkTemplate } from '../../infra/aws/checks/checks.ts';
import { regionTraits } from '../../infra/aws/regions.ts';
import { templateOf } from './template-of.ts';

/** Settings that change which resources there are; `prod` as cdk.json has it is checked in aws.test.ts. */
const STAGES: Readonly<Record<string, object>> = {
  'a key of its own': { tableKey: 'customer' },
  'a table that may go': { tableKey: 'customer', keepTable: false },
  'somebody to tell': { alarmEmails: ['operator@example.com'] },
  'a table that was attached': { attachedTable: { name: 'restored' } },
  'no shifting': { rollout: 'at-once', reserveWorkers: false },
};

/** One of each partition; what differs within one is checked in aws.test.ts. */
const OF_EACH_PARTITION = ['cn-northwest-1', 'us-east-1'].map(regionTraits);

describe.each(Object.entries(STAGES))('a stage with %s', (_, settings) => {
  test.each(OF_EACH_PARTITION)('keeps all our promises about templates in $name', (region) => {
    expect(checkTemplate(templateOf('made', settings, region.name), region)).toEqual([]);
  });
});
