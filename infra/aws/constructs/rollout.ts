import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import {
  LambdaApplication,
  LambdaDeploymentConfig,
  LambdaDeploymentGroup,
} from 'aws-cdk-lib/aws-codedeploy';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { FunctionName } from '../../topology.ts';
import { LIVE, type TopologyFunction } from './function.ts';

/**
 * What puts a function's last version back while a deployment shifts, beside its own errors: a message
 * or a request that fails is none of those, because the rest of its batch goes on. Not those that stay on until
 * somebody acts (dead letters, old hints): an alarm that rings already stops a deployment, also the one that mends
 * its cause. And not those that anybody can ring: of these, what comes in counts only once a live secret signed it.
 */
const PUTS_BACK = {
  ingest: ['intake-unavailable', 'callbacks-failed', 'requests-failed'],
  normalize: ['messages-failed', 'deliveries-quarantined', 'event-conflict'],
  attribute: ['messages-failed', 'entry-conflict'],
  notify: ['messages-failed'],
  api: ['requests-failed'],
  // It runs every few minutes: of so few calls no tenth can be tried.
  reconcile: undefined,
} satisfies Record<FunctionName, readonly string[] | undefined>;

const CONFIGS = {
  canary: LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES,
  linear: LambdaDeploymentConfig.LINEAR_10PERCENT_EVERY_1MINUTE,
};

export interface RolloutProps {
  readonly rollout: keyof typeof CONFIGS;
  readonly functions: ReadonlyMap<FunctionName, TopologyFunction>;
  /** By their ids. */
  readonly alarms: ReadonlyMap<string, Alarm>;
}

/**
 * Shifts each function's alias from the last version to the new one bit by bit, and back when an alarm
 * rings. Both versions run meanwhile, on the same queues and the same table: messages and items carry
 * the version of their shape, and each reads the other's (decision 0009).
 */
export class Rollout extends Construct {
  constructor(scope: Construct, id: string, { rollout, functions, alarms }: RolloutProps) {
    super(scope, id);
    const application = new LambdaApplication(this, 'Application');
    for (const [name, each] of functions) {
      const putsBack = PUTS_BACK[name];
      if (putsBack === undefined) continue;
      const watched = [`${name}-errors`, ...putsBack].map((alarmId) => {
        const alarm = alarms.get(alarmId);
        if (alarm === undefined) throw new Error(`There is no alarm ${alarmId} to roll back on.`);
        return alarm;
      });
      const role = this.#makeRole(name, each, watched);
      // A deployment begins when the alias changes: by then its role may look at alarms that are new.
      each.live.node.addDependency(role);
      new LambdaDeploymentGroup(this, name, {
        application,
        alias: each.live,
        deploymentConfig: CONFIGS[rollout],
        alarms: watched,
        role: role.withoutPolicyUpdates(),
      });
    }
  }

  /** AWS's own policy for this may move every alias of the account. */
  #makeRole(name: string, { handler }: TopologyFunction, alarms: readonly Alarm[]): Role {
    const role = new Role(this, `${name}Role`, {
      assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
    });
    const { functionArn } = handler;
    role.addToPolicy(
      new PolicyStatement({
        actions: [
          'lambda:GetAlias',
          'lambda:UpdateAlias',
          'lambda:GetProvisionedConcurrencyConfig',
        ],
        resources: [functionArn, `${functionArn}:${LIVE}`],
      }),
    );
    role.addToPolicy(
      new PolicyStatement({
        actions: ['cloudwatch:DescribeAlarms'],
        resources: alarms.map(({ alarmArn }) => alarmArn),
      }),
    );
    return role;
  }
}
