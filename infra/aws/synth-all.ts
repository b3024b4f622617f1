/**
 * Synthesizes `prod` in every region we know to `cdk.out/<region>` and checks each template. What passes here is
 * what `cdk deploy --app cdk.out/<region>` deploys, to the byte.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLES_DIRECTORY, bundleFunctions } from '../bundle.ts';
import { buildApp } from './app.ts';
import { checkTemplate } from './checks/checks.ts';
import { templateSchema } from './checks/template.ts';
import { lintTemplate } from './lint.ts';
import { nagFindings } from './nag.ts';
import { REGIONS, type RegionTraits } from './regions.ts';

bundleFunctions();
let failed = 0;
for (const region of REGIONS) {
  const startMs = performance.now();
  const findings = checkRegion(region);
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  if (findings.length > 0) failed += 1;
  console.log(`${findings.length === 0 ? 'ok    ' : 'FAILED'} ${region.name} ${seconds} s`);
  for (const finding of findings) console.error(`  ${finding}`);
}
console.log(`${REGIONS.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** @returns what is wrong with the region's templates, a failed synthesis included */
function checkRegion(region: RegionTraits): string[] {
  const outdir = join(import.meta.dirname, '..', '..', 'cdk.out', region.name);
  // Assets of earlier code would otherwise stay beside the new ones.
  rmSync(outdir, { recursive: true, force: true });
  try {
    const app = buildApp({
      bundlesDirectory: BUNDLES_DIRECTORY,
      context: { region: region.name, stage: 'prod' },
      outdir,
    });
    const { stacks } = app.synth();
    return [
      ...stacks.flatMap((stack) => checkTemplate(templateSchema.parse(stack.template), region)),
      ...nagFindings(app),
      ...stacks.flatMap((stack) => lintTemplate(stack.templateFullPath, region)),
    ];
  } catch (error) {
    return [`did not synthesize: ${error instanceof Error ? error.message : String(error)}`];
  }
}
