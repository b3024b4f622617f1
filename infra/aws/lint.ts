import { spawnSync } from 'node:child_process';
import type { RegionTraits } from './regions.ts';

/** A dependency said twice: the CDK writes each function's on its role. */
const IGNORED = 'W3005';

/**
 * cfn-lint's opinion of a template, where it is installed: it knows what CloudFormation takes, region by
 * region. It is a Python program that not every machine has, so without it nothing is found.
 * @returns a line for each error or warning
 * @see https://github.com/aws-cloudformation/cfn-lint
 */
export function lintTemplate(path: string, region: RegionTraits): string[] {
  if (!canLint()) return [];
  const options = ['--format', 'parseable', '--regions', region.name, '--ignore-checks', IGNORED];
  const { stdout, stderr } = spawnSync('cfn-lint', [...options, '--', path], { encoding: 'utf8' });
  return `${stdout}${stderr}`.split('\n').filter((line) => line.trim() !== '');
}

/** Whether `lintTemplate` can say anything here. */
function canLint(): boolean {
  return spawnSync('cfn-lint', ['--version']).status === 0;
}
