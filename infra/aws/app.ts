import { App } from 'aws-cdk-lib';
import * as z from 'zod';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { BUNDLES_DIRECTORY, bundleFunctions } from '../bundle.ts';
import { DEFAULT_REGION, regionTraits } from './regions.ts';
import { readStage } from './settings.ts';
import { HexiaoStack } from './stack.ts';

const contextSchema = z.object({
  region: z.string().default(DEFAULT_REGION),
  /** Becomes part of the stack's name, so that several can live in one account. */
  stage: z.string().default('dev'),
  stages: z.record(z.string(), z.unknown()).default({}),
});

export interface AppOptions {
  /** Where the functions were bundled to. */
  readonly bundlesDirectory: string;
  /** `region` and `stage`, when they do not come from the CLI's `-c`. */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly outdir?: string;
}

/**
 * The CLI is not the only one that synthesizes (the tests do, and synth-all), and only the CLI reads
 * cdk.json; so its feature flags are set here too, and everybody gets the same template. The flags are
 * the recommended ones of the day the project began, but for `enablePartitionLiterals`, which stays
 * off: it would write `arn:aws-cn:` where the partition's token belongs.
 *
 * @throws for a region without traits, or settings of the stage that cannot be */
export function buildApp({ bundlesDirectory, context = {}, outdir }: AppOptions): App {
  const app = new App({
    context: { ...cdkJson.context, ...context },
    analyticsReporting: false,
    ...(outdir === undefined ? {} : { outdir }),
  });
  const { region, stage, stages } = contextSchema.parse({
    region: app.node.tryGetContext('region'),
    stage: app.node.tryGetContext('stage'),
    stages: app.node.tryGetContext('stages'),
  });
  const settled = readStage(stage, regionTraits(region), stages[stage]);
  new HexiaoStack(app, `hexiao-${stage}`, { stage: settled, bundlesDirectory });
  return app;
}

if (import.meta.main) {
  bundleFunctions();
  buildApp({ bundlesDirectory: BUNDLES_DIRECTORY }).synth();
}
