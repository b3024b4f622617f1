import { App } from 'aws-cdk-lib';
import * as z from 'zod';
import cdkJson from '../../cdk.json' with { type: 'json' };
import { BUNDLES_DIRECTORY, bundleFunctions } from '../bundle.ts';
import { DEFAULT_REGION, regionTraits } from './regions.ts';
import { HexiaoStack } from './stack.ts';

const settingsSchema = z.object({
  region: z.string().default(DEFAULT_REGION),
  /** Becomes part of the stack's name, so that several can live in one account. */
  stage: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,19}$/, 'a stage is up to 20 lower-case letters, digits and hyphens')
    .default('dev'),
});

export interface AppOptions {
  /** Where the functions were bundled to. */
  readonly bundlesDirectory: string;
  /** `region` and `stage`, when they do not come from the CLI's `-c`. */
  readonly context?: Readonly<Record<string, string>>;
  readonly outdir?: string;
}

/**
 * The CLI is not the only one that synthesizes (the tests do, and synth-all), and only the CLI reads
 * cdk.json; so its feature flags are set here too, and everybody gets the same template. The flags are
 * the recommended ones of the day the project began, but for `enablePartitionLiterals`, which stays
 * off: it would write `arn:aws-cn:` where the partition's token belongs.
 *
 * @throws for a region without traits or a stage that cannot be part of a name */
export function buildApp({ bundlesDirectory, context = {}, outdir }: AppOptions): App {
  const app = new App({
    context,
    postCliContext: cdkJson.context,
    analyticsReporting: false,
    ...(outdir === undefined ? {} : { outdir }),
  });
  const { region, stage } = settingsSchema.parse({
    region: app.node.tryGetContext('region'),
    stage: app.node.tryGetContext('stage'),
  });
  new HexiaoStack(app, `hexiao-${stage}`, { region: regionTraits(region), bundlesDirectory });
  return app;
}

if (import.meta.main) {
  bundleFunctions();
  buildApp({ bundlesDirectory: BUNDLES_DIRECTORY }).synth();
}
