import { resourcesOf } from '../../infra/aws/checks/template.ts';
import { textOf } from './read-topology.ts';
import { templateOf } from './template-of.ts';

/** The alarms that a deployment makes, by their names without the stack's. */
export function alarmIds(): string[] {
  return resourcesOf(templateOf('prod'), 'AWS::CloudWatch::Alarm').map(([, { Properties }]) =>
    textOf(Properties.AlarmName).replace('hexiao-prod-', ''),
  );
}
