import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { PolicyStatement, User } from 'aws-cdk-lib/aws-iam';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, expect, test } from 'vitest';
import { buildApp } from '../../infra/aws/app.ts';
import { nagFindings } from '../../infra/aws/nag.ts';
import { DEFAULT_REGION } from '../../infra/aws/regions.ts';
import { bundleFunctions } from '../../infra/bundle.ts';

const scratch = mkdtempSync(join(tmpdir(), 'hexiao-nag-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

test('cdk-nag finds nothing in our stack that has no reason, and no reason without use', () => {
  const bundlesDirectory = join(scratch, 'bundles');
  bundleFunctions({ outDirectory: bundlesDirectory });
  const context = { region: DEFAULT_REGION, stage: 'prod' };
  const app = buildApp({ bundlesDirectory, context, outdir: join(scratch, 'out') });
  app.synth();

  expect(nagFindings(app)).toEqual([]);
});

test('cdk-nag finds what is wrong with a bad stack', () => {
  const app = new App({ outdir: join(scratch, 'bad') });
  const stack = new Stack(app, 'bad');
  new Queue(stack, 'Open');
  const user = new User(stack, 'User');
  user.addToPolicy(new PolicyStatement({ actions: ['sqs:*'], resources: ['*'] }));
  const findings = nagFindings(app, []).join('\n');

  expect(findings).toContain('bad/Open/Resource: AwsSolutions-SQS4');
  expect(findings).toContain('AwsSolutions-IAM5[Action::sqs:*]');
  expect(findings).toContain('AwsSolutions-IAM5[Resource::*]');
});

test('an acknowledgement covers its own finding only, and one without use is found', () => {
  const app = new App({ outdir: join(scratch, 'acknowledged') });
  new Queue(new Stack(app, 'bad'), 'Open');
  const rule = 'AwsSolutions-SQS4';
  const reason = 'of this test';

  expect(nagFindings(app, [{ rule, at: /Open/, reason }]).join()).not.toContain(rule);
  expect(nagFindings(app, [{ rule, at: /Other/, reason }])).toEqual(
    expect.arrayContaining([
      expect.stringContaining(`bad/Open/Resource: ${rule}`),
      `nothing needs the acknowledgement of ${rule}`,
    ]),
  );
});
