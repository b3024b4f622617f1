import type { RegionTraits } from '../regions.ts';
import { USES } from './features.ts';
import { findForgotten, findGlobalNames } from './lifetimes.ts';
import {
  attributeOf,
  isRecord,
  resourcesOf,
  type Statement,
  statementsIn,
  stringsIn,
  type Template,
} from './template.ts';
import { findMuteTopics } from './topics.ts';
import { findStaleVersions } from './versions.ts';

/**
 * Our own promises about a synthesized template. They need no account and no network, and find what a
 * deployment to another partition would find only halfway through.
 */
export interface TemplateCheck {
  /** What holds when nothing is found. */
  readonly promise: string;
  /** @returns one line for each place that breaks the promise */
  readonly find: (template: Template, region: RegionTraits) => string[];
}

export const CHECKS: readonly TemplateCheck[] = [
  { promise: 'spells no partition', find: findPartitions },
  { promise: 'spells no URL suffix', find: findSuffixes },
  { promise: 'gives every queue a dead-letter queue', find: findQueuesWithoutRedrive },
  { promise: 'watches every queue with an alarm', find: findUnwatchedQueues },
  { promise: 'lets CloudWatch publish to every topic of its alarms', find: findMuteTopics },
  {
    promise: 'makes a version for each value that only a deployment knows',
    find: findStaleVersions,
  },
  { promise: 'leaves nothing behind when its first deployment fails', find: findForgotten },
  { promise: 'names nothing that another region of the account names too', find: findGlobalNames },
  { promise: 'keeps every log for a stated time', find: findEndlessLogs },
  { promise: 'allows no wildcard action', find: findWildcardActions },
  { promise: 'allows nothing on every resource', find: findWildcardResources },
  { promise: 'uses nothing the region lacks', find: findLackedFeatures },
];

/** @returns one line for each broken promise, empty for a good template */
export function checkTemplate(template: Template, region: RegionTraits): string[] {
  return CHECKS.flatMap(({ promise, find }) =>
    find(template, region).map((finding) => `${region.name} breaks "${promise}": ${finding}`),
  );
}

function findPartitions(template: Template): string[] {
  return [...stringsIn(template)]
    .filter(({ text }) => /\barn:aws[a-z-]*:/.test(text))
    .map(({ path, text }) => `${path.join('/')} is "${text}"; build it from the partition token`);
}

/** Service principals are spelled the same in every partition we deploy to, so they may be spelled. */
function findSuffixes(template: Template): string[] {
  const isPrincipal = (path: readonly string[], text: string) =>
    path.includes('Principal') && /^[a-z-]+\.amazonaws\.com$/.test(text);
  return [...stringsIn(template)]
    .filter(({ path, text }) => text.includes('amazonaws.com') && !isPrincipal(path, text))
    .map(({ path, text }) => `${path.join('/')} is "${text}"; build it from the URL suffix token`);
}

function findQueuesWithoutRedrive(template: Template): string[] {
  const targets = deadLetterQueues(template);
  return resourcesOf(template, 'AWS::SQS::Queue')
    .filter(([id, { Properties }]) => !targets.has(id) && redriveTarget(Properties) === undefined)
    .map(([id]) => `${id} has no redrive policy`);
}

function findUnwatchedQueues(template: Template): string[] {
  const watched = new Set<string>();
  for (const [, { Properties }] of resourcesOf(template, 'AWS::CloudWatch::Alarm')) {
    const { Dimensions: dimensions, AlarmActions: actions } = Properties;
    if (!Array.isArray(dimensions) || !Array.isArray(actions) || actions.length === 0) continue;
    for (const dimension of dimensions) {
      const id = isRecord(dimension) ? attributeOf(dimension.Value, 'QueueName') : undefined;
      if (id !== undefined) watched.add(id);
    }
  }
  return resourcesOf(template, 'AWS::SQS::Queue')
    .filter(([id]) => !watched.has(id))
    .map(([id]) => `${id} has no alarm that notifies anybody`);
}

function findEndlessLogs(template: Template): string[] {
  const endless = resourcesOf(template, 'AWS::Logs::LogGroup')
    .filter(([, { Properties }]) => Properties.RetentionInDays === undefined)
    .map(([id]) => `${id} has no retention`);
  const implicit = resourcesOf(template, 'AWS::Lambda::Function')
    .filter(([, { Properties }]) => {
      const config = Properties.LoggingConfig;
      return !isRecord(config) || config.LogGroup === undefined;
    })
    .map(([id]) => `${id} leaves its log group to Lambda, which keeps it for ever`);
  return [...endless, ...implicit];
}

/** Denying everything is what "only over TLS" looks like, so only what is allowed counts. */
function findWildcardActions(template: Template): string[] {
  const isWide = (actions: readonly string[]) =>
    actions.length === 0 || actions.some((action) => /[*?]/.test(action));
  return [...statementsIn(template)]
    .filter((each) => each.allows && isWide(each.actions) && !isOwnersOfKey(each))
    .map(({ path, actions }) => `${path.join('/')} allows ${actions.join(', ') || 'all but some'}`);
}

function findWildcardResources(template: Template): string[] {
  return [...statementsIn(template)]
    .filter((each) => each.allows && each.resources.includes('*') && !isOwnersOfKey(each))
    .map(({ path, actions }) => `${path.join('/')} allows ${actions.join(', ')} on everything`);
}

/**
 * In a key's own policy, everything on everything is that key, and the account is who else may say more. Without
 * this statement nobody could ever change the key.
 * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
function isOwnersOfKey({ path, principal }: Statement): boolean {
  const account = isRecord(principal) ? [...stringsIn(principal.AWS)] : [];
  return path.includes('KeyPolicy') && account.some(({ text }) => text.endsWith(':root'));
}

function findLackedFeatures(template: Template, region: RegionTraits): string[] {
  return region.lacks.flatMap((feature) =>
    Object.entries(template.Resources)
      .filter(([, resource]) => USES[feature](resource))
      .map(([id, { Type }]) => `${id} (${Type}) uses ${feature}`),
  );
}

function deadLetterQueues(template: Template): Set<string> {
  const targets = resourcesOf(template, 'AWS::SQS::Queue').map(([, { Properties }]) =>
    redriveTarget(Properties),
  );
  return new Set(targets.filter((id) => id !== undefined));
}

function redriveTarget(properties: Record<string, unknown>): string | undefined {
  const policy = properties.RedrivePolicy;
  return isRecord(policy) ? attributeOf(policy.deadLetterTargetArn, 'Arn') : undefined;
}
