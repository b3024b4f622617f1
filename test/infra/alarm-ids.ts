import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from '../../infra/aws/app.ts';
import { resourcesOf, templateSchema } from '../../infra/aws/checks/template.ts';
import { FUNCTIONS } from '../../infra/topology.ts';
import { textOf } from './read-topology.ts';

/** The alarms that a deployment makes, by their names without the stack's. */
export function alarmIds(): string[] {
  const scratch = mkdtempSync(join(tmpdir(), 'hexiao-alarms-'));
  try {
    const bundlesDirectory = join(scratch, 'bundles');
    // Any code does: alarms do not look into it.
    for (const { folder } of FUNCTIONS) {
      mkdirSync(join(bundlesDirectory, folder), { recursive: true });
      writeFileSync(
        join(bundlesDirectory, folder, 'index.mjs'),
        'export const handler = () => {};',
      );
    }
    const context = { stage: 'prod' };
    const [stack] = buildApp({ bundlesDirectory, context, outdir: join(scratch, 'out') }).synth()
      .stacks;
    return resourcesOf(templateSchema.parse(stack?.template), 'AWS::CloudWatch::Alarm').map(
      ([, { Properties }]) => textOf(Properties.AlarmName).replace('hexiao-prod-', ''),
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
