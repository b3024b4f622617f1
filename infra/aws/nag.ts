import type { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks, type NagPack, ServerlessChecks } from 'cdk-nag';

/** What a rule of cdk-nag finds and we leave as it is. */
interface Acknowledgement {
  /** With its pack, and with the finding in brackets where the rule distinguishes several. */
  readonly rule: string | RegExp;
  /** The constructs it is about, by their path. */
  readonly at: RegExp;
  readonly reason: string;
}

const ACKNOWLEDGED: readonly Acknowledgement[] = [
  {
    rule: 'AwsSolutions-APIG4',
    at: /\/front\/Api\//,
    reason:
      'No route can carry an AWS authorizer: platforms sign their requests in their own ways, which ingest verifies over the raw bytes, and the API and its pages know bearer tokens. What is public (/healthz, the sign-in page) reveals nothing.',
  },
  {
    rule: /^AwsSolutions-IAM5\[Resource::.*:secret:hexiao\/[a-z0-9-]+\/apps\/\*\]$/,
    at: /\/(ingest|normalize|reconcile|api)\/Role\/DefaultPolicy\//,
    reason:
      'Apps are registered while the stack runs, and Secrets Manager ends a name with six characters of its own: the path of this stage is as narrow as it can be said.',
  },
  {
    rule: 'AwsSolutions-SMG4',
    at: /\/(Body|Proof)Keys\//,
    reason:
      'A rotation by a schedule would drop keys that bodies of up to their retention are sealed with, or that nobody published yet. The operator adds a key and keeps the older ones: docs/operating.md.',
  },
  {
    rule: 'Serverless-SQSRedrivePolicy',
    at: /\/DeadLetters\//,
    reason:
      'It is a dead-letter queue itself; an alarm watches it, and redriving is our own command.',
  },
  {
    rule: 'Serverless-LambdaDLQ',
    at: /\/Function\/Resource$/,
    reason:
      'A function’s own dead-letter target is for asynchronous calls. Here only the schedule makes one, and the next run does what it missed; an alarm rings when it does not run.',
  },
  {
    rule: 'Serverless-LambdaEventSourceMappingDestination',
    at: /\/SqsEventSource:/,
    reason:
      'A destination is for streams; what a worker cannot do goes to its queue’s dead letters by the queue’s redrive policy.',
  },
  {
    rule: 'Serverless-EventBusDLQ',
    at: /\/Schedule\/Resource$/,
    reason: 'A tick that was lost is made good by the next; an alarm rings when none comes.',
  },
  {
    rule: 'Serverless-LambdaTracing',
    at: /\/Function\/Resource$/,
    reason:
      'X-Ray does not exist in mainland China. Elsewhere the setting `tracing` of the stage turns it on; it is off by default because it is paid for by the trace.',
  },
];

/**
 * Runs the rule packs over an app's constructs.
 * @returns a line for each finding that nobody acknowledged, and for each acknowledgement that is of no
 * use any more
 */
export function nagFindings(app: App, acknowledged = ACKNOWLEDGED): string[] {
  const packs: NagPack[] = [new AwsSolutionsChecks(), new ServerlessChecks()];
  const used = new Set<Acknowledgement>();
  const findings: string[] = [];
  for (const pack of packs) {
    for (const { ruleName, description, violatingResources } of pack.validateScope(app)
      .violations) {
      for (const { constructPath = '' } of violatingResources) {
        const covers = acknowledged.filter((each) => covered(each, ruleName, constructPath));
        for (const each of covers) used.add(each);
        if (covers.length === 0) findings.push(`${constructPath}: ${ruleName} ${description}`);
      }
    }
  }
  const idle = acknowledged.filter((each) => !used.has(each));
  return [...findings, ...idle.map(({ rule }) => `nothing needs the acknowledgement of ${rule}`)];
}

function covered({ rule, at }: Acknowledgement, ruleName: string, path: string): boolean {
  const named = typeof rule === 'string' ? rule === ruleName : rule.test(ruleName);
  return named && at.test(path);
}
