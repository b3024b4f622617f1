import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildApp } from '../../infra/aws/app.ts';
import { type Template, templateSchema } from '../../infra/aws/checks/template.ts';
import { FUNCTIONS } from '../../infra/topology.ts';

/** A stage's template in the default region, for what does not depend on the functions' code. */
export function templateOf(stage: string): Template {
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
    const context = { stage };
    const [stack] = buildApp({ bundlesDirectory, context, outdir: join(scratch, 'out') }).synth()
      .stacks;
    return templateSchema.parse(stack?.template);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
