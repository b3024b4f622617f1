import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from '../../infra/aws/app.ts';
import { type Template, templateSchema } from '../../infra/aws/checks/template.ts';
import { FUNCTIONS } from '../../infra/topology.ts';

/**
 * A stage's template, for what does not depend on the functions' code.
 * @param settings of the stage, instead of those in cdk.json
 * @param region the default one when absent
 */
export function templateOf(stage: string, settings?: object, region?: string): Template {
  const scratch = mkdtempSync(join(tmpdir(), 'hexiao-template-'));
  try {
    const bundlesDirectory = join(scratch, 'bundles');
    for (const { folder } of FUNCTIONS) {
      mkdirSync(join(bundlesDirectory, folder), { recursive: true });
      writeFileSync(
        join(bundlesDirectory, folder, 'index.mjs'),
        'export const handler = () => {};',
      );
    }
    const context = {
      stage,
      ...(settings === undefined ? {} : { stages: { [stage]: settings } }),
      ...(region === undefined ? {} : { region }),
    };
    const [stack] = buildApp({ bundlesDirectory, context, outdir: join(scratch, 'out') }).synth()
      .stacks;
    return templateSchema.parse(stack?.template);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
