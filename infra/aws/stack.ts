import { join } from 'node:path';
import { CfnOutput, CfnParameter, Stack } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Construct } from 'constructs';
import {
  FUNCTIONS,
  type FunctionName,
  type FunctionSpec,
  QUEUES,
  type QueueName,
  ROUTES,
} from '../topology.ts';
import { Alarms } from './constructs/alarms.ts';
import { makeDashboard } from './constructs/dashboard.ts';
import { HttpFront } from './constructs/front.ts';
import { metricsNamespace, TopologyFunction } from './constructs/function.ts';
import { makeBodyKeys, makeProofKeys } from './constructs/kept-keys.ts';
import { makeLogs } from './constructs/logs.ts';
import { WatchedQueue } from './constructs/queue.ts';
import { Rollout } from './constructs/rollout.ts';
import { makeTable } from './constructs/table.ts';
import { makeTopic } from './constructs/topic.ts';
import type { Stage } from './settings.ts';

export interface HexiaoStackProps {
  readonly stage: Stage;
  /** Has `<folder>/index.mjs` for every function of the topology. */
  readonly bundlesDirectory: string;
}

/** A function of the topology with as many workers as the stage's throughput needs. */
function sizedFor(spec: FunctionSpec, { size }: Stage): FunctionSpec {
  const { consumes, folder } = spec;
  const workers = size.workers[folder];
  if (consumes === undefined || workers === undefined) return spec;
  return { ...spec, consumes: { ...consumes, maxConcurrency: workers } };
}

/** None where people sign in with tokens alone. */
function oidcVariables({ oidc }: Stage['settings']): Record<string, string> {
  if (oidc === undefined) return {};
  const { issuer, clientId, secretId } = oidc;
  return { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_SECRET: secretId };
}

/** The topology in one region of one account, whichever account deploys it. */
export class HexiaoStack extends Stack {
  constructor(scope: Construct, id: string, { stage, bundlesDirectory }: HexiaoStackProps) {
    super(scope, id, {
      description: 'Hexiao: coupon redemptions of the local-life platforms, and whose GMV they are',
      env: { region: stage.region.name },
    });
    const { settings } = stage;
    const operatorToken = new CfnParameter(this, 'OperatorTokenSha256', {
      description:
        'The lower-case hex SHA-256 of the operator token, never the token: printf %s "$TOKEN" | sha256sum',
      allowedPattern: '^[0-9a-f]{64}$',
      constraintDescription: 'must be 64 lower-case hex digits',
      noEcho: true,
    });

    const topic = makeTopic(this, settings.alarmEmails);
    const action = new SnsAction(topic);
    const table = makeTable(this, settings, stage.size);
    const bodyKeys = makeBodyKeys(this, settings);
    const proofKeys = makeProofKeys(this, settings);
    const queues = this.#makeQueues(action, settings.messageDays);
    const environments: Partial<Record<FunctionName, Record<string, string>>> = {
      api: {
        OPERATOR_TOKEN_SHA256: operatorToken.valueAsString,
        AUDIT_DAYS: String(settings.auditDays),
        REQUESTS_A_MINUTE: String(settings.requestsAMinute),
        LOSS_ALARM_BP: String(settings.lossAlarmBp),
        ...oidcVariables(settings),
        PAYER: JSON.stringify(settings.payer),
      },
      normalize: { BODY_DAYS: String(settings.bodyDays) },
      reconcile: {
        SILENT_AFTER_MINUTES: String(settings.silentAfterMinutes),
        LOSS_ALARM_BP: String(settings.lossAlarmBp),
      },
    };
    const functions = new Map<FunctionName, TopologyFunction>(
      FUNCTIONS.map((one) => {
        const spec = sizedFor(one, stage);
        const made = new TopologyFunction(this, spec.folder, {
          spec,
          stage,
          codeDirectory: join(bundlesDirectory, spec.folder),
          table,
          queues,
          bodyKeys,
          proofKeys,
          environment: environments[spec.folder] ?? {},
        });
        return [spec.folder, made];
      }),
    );
    const handlers = new Map([...functions].map(([name, { callee }]) => [name, callee]));
    const accessLogs = makeLogs(this, 'AccessLogs', stage);
    const { throttle } = stage.size;
    const front = new HttpFront(this, 'front', {
      ...{ routes: ROUTES, handlers, accessLogs },
      settings: { ...settings, throttle },
    });
    const namespace = metricsNamespace(stage);
    const { all: alarms } = new Alarms(this, 'alarms', {
      ...{ action, namespace, front, table, handlers },
    });
    const { rollout } = settings;
    if (rollout !== 'at-once') new Rollout(this, 'rollout', { rollout, functions, alarms });
    makeDashboard(this, { namespace, front, table, queues, handlers });
    this.#output(stage, front, {
      ...{ TableName: table.tableName, AlarmTopicArn: topic.topicArn },
      BodyKeysArn: bodyKeys.secretArn,
      ProofKeysArn: proofKeys.secretArn,
    });
  }

  #makeQueues(alarmAction: SnsAction, messageDays: number): Record<QueueName, WatchedQueue> {
    const make = (name: QueueName) =>
      new WatchedQueue(this, name, { spec: QUEUES[name], messageDays, alarmAction });
    return {
      intake: make('intake'),
      attribution: make('attribution'),
      notices: make('notices'),
    };
  }

  /** What an operator needs after the deployment. */
  #output({ region }: Stage, front: HttpFront, names: Readonly<Record<string, string>>): void {
    const icp = region.icp === undefined ? {} : { description: region.icp };
    new CfnOutput(this, 'ApiUrl', { value: front.url, ...icp });
    if (front.domainTarget !== undefined) {
      new CfnOutput(this, 'DomainTarget', {
        value: front.domainTarget,
        description: 'Point your domain here with a CNAME record.',
      });
    }
    for (const [name, value] of Object.entries(names)) new CfnOutput(this, name, { value });
  }
}
