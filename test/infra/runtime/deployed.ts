import { join } from 'node:path';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import {
  attributeOf,
  isRecord,
  listOf,
  refOf,
  resourcesOf,
  type Template,
} from '../../../infra/aws/checks/template.ts';
import { type Emulators, startEmulators, TABLE_NAME } from '../../../infra/local/emulators.ts';
import type { FunctionName, QueueName } from '../../../infra/topology.ts';
import type { BatchResponse } from '../../../lib/queue/batch.ts';
import {
  bodyKeysId,
  functionNames,
  functionOf,
  grantsOf,
  queueIds,
  readTopology,
  textOf,
  variablesOf,
} from '../read-topology.ts';
import { type HttpAnswer, type HttpRequest, httpEvent, scheduleEvent, sqsEvent } from './events.ts';
import { Gate, isAllowed, type Wanted, wantedOfQueue, wantedOfTable } from './gate.ts';
import { Lambda } from './lambda.ts';
import type { Answered } from './runtime-api.ts';
import { SecretsServer } from './secrets-server.ts';

export interface DeployedOptions {
  readonly template: Template;
  /** Where the template was synthesized to, with its assets. */
  readonly assembly: string;
  readonly operatorTokenHash: string;
}

/**
 * The template at work on this machine: the functions from the synthesized assets, each in a process
 * of its own with the environment the template gives it; routes, mappings and schedules as the template
 * has them; and in front of table and queues what the roles of the template allow. Nothing here reads
 * `infra/topology.ts`, so what the template leaves out is missing.
 */
export class Deployed {
  readonly emulators: Emulators;
  private readonly options: DeployedOptions;
  private readonly gates: { readonly table: Gate; readonly queues: Gate };
  private readonly secrets: SecretsServer;
  private readonly running = new Map<string, Lambda>();

  static async start(options: DeployedOptions): Promise<Deployed> {
    const emulators = await startEmulators();
    const allows = (caller: string, wanted: Wanted) => mayDo(options.template, caller, wanted);
    const gates = {
      table: await Gate.start({ target: emulators.databaseUrl, wanted: wantedOfTable, allows }),
      queues: await Gate.start({ target: emulators.queueUrl, wanted: wantedOfQueue, allows }),
    };
    const secrets = await SecretsServer.start((caller) => mayReadKeys(options.template, caller));
    return new Deployed(options, emulators, gates, secrets);
  }

  private constructor(
    options: DeployedOptions,
    emulators: Emulators,
    gates: Deployed['gates'],
    secrets: SecretsServer,
  ) {
    this.secrets = secrets;
    this.options = options;
    this.emulators = emulators;
    this.gates = gates;
  }

  /** What the roles refused so far. */
  get refused(): readonly string[] {
    return [...this.gates.table.refused, ...this.gates.queues.refused, ...this.secrets.refused];
  }

  /** One request to the HTTP API, through its routes. */
  async request(request: HttpRequest): Promise<HttpAnswer> {
    const to = routeTo(this.options.template, request.method, request.path.split('?')[0] ?? '');
    // What the HTTP API says by itself, without calling anybody.
    if (to === undefined) return { statusCode: 404, body: '{"message":"Not Found"}' };
    const { result, error } = await this.invoke(to, httpEvent(request));
    if (error !== undefined)
      return { statusCode: 500, body: '{"message":"Internal Server Error"}' };
    return result as HttpAnswer;
  }

  /** Delivers a queue's messages to its consumer until none is visible. @returns how many */
  async drain(queue: QueueName): Promise<number> {
    const mapping = readTopology(this.options.template).functions.find(
      ({ consumes }) => consumes?.queue === queue,
    );
    if (mapping === undefined) throw new Error(`the template maps ${queue} to no function`);
    let delivered = 0;
    for (;;) {
      const batch = await this.receive(queue, Number(mapping.consumes?.batchSize));
      if (batch.length === 0) return delivered;
      const event = sqsEvent(batch.map(({ Body = '' }) => Body));
      const { result, error } = await this.invoke(mapping.folder, event);
      if (error !== undefined) throw new Error(`${mapping.folder}: ${error.errorMessage}`);
      const { batchItemFailures } = result as BatchResponse;
      if (batchItemFailures.length > 0)
        throw new Error(`${mapping.folder} failed: ${this.logOf(mapping.folder)}`);
      await this.remove(queue, batch);
      delivered += batch.length;
    }
  }

  /** Runs what a schedule's rule targets. */
  tick(folder: string): Promise<Answered> {
    const { functions } = readTopology(this.options.template);
    const scheduled = functions.some(
      (each) => each.folder === folder && each.schedule !== undefined,
    );
    if (!scheduled) throw new Error(`the template has no schedule for ${folder}`);
    return this.invoke(folder, scheduleEvent());
  }

  async invoke(folder: string, event: unknown): Promise<Answered> {
    return (await this.lambda(folder)).invoke(event);
  }

  logOf(folder: string): string {
    return this.running.get(folder)?.log ?? '';
  }

  async stop(): Promise<void> {
    for (const lambda of this.running.values()) await lambda.stop();
    await this.gates.table.stop();
    await this.gates.queues.stop();
    await this.secrets.stop();
    await this.emulators.stop();
  }

  private async lambda(folder: string): Promise<Lambda> {
    const known = this.running.get(folder);
    if (known !== undefined) return known;
    const { template, assembly } = this.options;
    const [, { Code, Handler, Timeout }] = functionOf(template, folder);
    const key = textOf(isRecord(Code) ? Code.S3Key : undefined);
    const lambda = await Lambda.start({
      directory: join(assembly, `asset.${key.replace('.zip', '')}`),
      handler: textOf(Handler),
      environment: this.environmentOf(folder),
      timeoutMs: Number(Timeout) * 1000,
    });
    this.running.set(folder, lambda);
    return lambda;
  }

  private environmentOf(folder: string): Record<string, string> {
    const variables = Object.entries(variablesOf(this.options.template, folder));
    return {
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: folder,
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: this.gates.table.url,
      AWS_ENDPOINT_URL_SQS: this.gates.queues.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: this.secrets.url,
      ...Object.fromEntries(variables.map(([name, value]) => [name, this.resolve(value)])),
    };
  }

  /** What CloudFormation would put in a reference's place. */
  private resolve(value: unknown): string {
    if (typeof value === 'string') return value;
    const id = isRecord(value) ? String(value.Ref) : '';
    const { template, operatorTokenHash } = this.options;
    if (id === 'OperatorTokenSha256') return operatorTokenHash;
    if (template.Resources[id]?.Type === 'AWS::DynamoDB::Table') return TABLE_NAME;
    if (template.Resources[id]?.Type === 'AWS::SecretsManager::Secret') return id;
    const url = urlOf(template, this.emulators, id);
    if (url === undefined) throw new Error(`cannot resolve ${JSON.stringify(value)}`);
    return `${this.gates.queues.url}${new URL(url).pathname}`;
  }

  private async receive(queue: QueueName, most: number): Promise<Message[]> {
    const batch: Message[] = [];
    while (batch.length < most) {
      const { Messages = [] } = await this.emulators.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: this.emulators.queues[queue].url,
          MaxNumberOfMessages: Math.min(10, most - batch.length),
          WaitTimeSeconds: batch.length === 0 ? 3 : 0,
        }),
      );
      batch.push(...Messages);
      if (Messages.length === 0) break;
    }
    return batch;
  }

  private async remove(queue: QueueName, batch: readonly Message[]): Promise<void> {
    for (let at = 0; at < batch.length; at += 10) {
      const entries = batch.slice(at, at + 10);
      await this.emulators.sqs.send(
        new DeleteMessageBatchCommand({
          QueueUrl: this.emulators.queues[queue].url,
          Entries: entries.map(({ ReceiptHandle }, index) => ({
            Id: String(index),
            ReceiptHandle,
          })),
        }),
      );
    }
  }
}

/** The emulator's queue that a logical id of the template stands for. */
function urlOf(template: Template, { queues }: Emulators, id: string): string | undefined {
  for (const [name, queueId] of queueIds(template, 'Queue')) {
    if (queueId === id) return queues[name as QueueName].url;
  }
  for (const [name, queueId] of queueIds(template, 'DeadLetters')) {
    if (queueId === id) return queues[name as QueueName].deadLetterUrl;
  }
  return undefined;
}

function mayDo(template: Template, caller: string, wanted: Wanted): boolean {
  const [id] = [...functionNames(template)].find(([, folder]) => folder === caller) ?? [];
  if (id === undefined) return false;
  const [[table] = []] = resourcesOf(template, 'AWS::DynamoDB::Table');
  const queue = wanted.queueUrl === undefined ? undefined : idOfQueue(template, wanted.queueUrl);
  const resource = wanted.queueUrl === undefined ? table : queue;
  return isAllowed(
    grantsOf(template, id),
    wanted,
    (each) => resource !== undefined && attributeOf(each, 'Arn') === resource,
  );
}

/** Whether a function's role may read the keys of raw bodies. */
function mayReadKeys(template: Template, caller: string): boolean {
  const [id] = [...functionNames(template)].find(([, folder]) => folder === caller) ?? [];
  if (id === undefined) return false;
  return grantsOf(template, id).some(
    ({ allows, actions, resources }) =>
      allows &&
      actions.includes('secretsmanager:GetSecretValue') &&
      resources.some((one) => refOf(one) === bodyKeysId(template)),
  );
}

/** By the names that the emulators give to queues: `hexiao-<queue>`, `hexiao-<queue>-dead`. */
function idOfQueue(template: Template, url: string): string | undefined {
  const [, name, dead] = /\/hexiao-([a-z]+?)(-dead)?$/.exec(url) ?? [];
  const kind = dead === undefined ? 'Queue' : 'DeadLetters';
  return queueIds(template, kind).find(([queue]) => queue === name)?.[1];
}

/** The function behind the route that the HTTP API would choose: the one with the fewest wild segments. */
function routeTo(template: Template, method: string, path: string): FunctionName | undefined {
  const matching = readTopology(template).routes.filter(
    (route) =>
      (route.method === 'ANY' || route.method === method) && patternOf(route.path ?? '').test(path),
  );
  const wildness = ({ path: pattern = '', method: of = '' }) =>
    (pattern.match(/\{\w+\}/g)?.length ?? 0) +
    100 * Number(pattern.includes('+}')) +
    Number(of === 'ANY');
  const [best] = matching.toSorted((a, b) => wildness(a) - wildness(b));
  return best?.to as FunctionName | undefined;
}

function patternOf(path: string): RegExp {
  const segments = listOf(path.split('/')).map((segment) =>
    String(segment)
      .replace(/^\{\w+\+\}$/, '.+')
      .replace(/^\{\w+\}$/, '[^/]+'),
  );
  return new RegExp(`^${segments.join('/')}$`);
}
