import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { Hono } from 'hono';
import { apiApp } from '../../functions/api/app.ts';
import type { ApiDeps } from '../../functions/api/deps.ts';
import { attributeBatch } from '../../functions/attribute/attribute.ts';
import type { AttributeDeps } from '../../functions/attribute/deps.ts';
import { ingestApp } from '../../functions/ingest/app.ts';
import { lazyCallbackRecords } from '../../functions/ingest/lazy-records.ts';
import { type NormalizeDeps, normalize } from '../../functions/normalize/normalize.ts';
import type { NotifyDeps } from '../../functions/notify/deps.ts';
import { notifyBatch } from '../../functions/notify/notify.ts';
import { type Emulators, startEmulators, TABLE_NAME } from '../../infra/local/emulators.ts';
import { Breakers } from '../../lib/async/breakers.ts';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import { sha256Hex } from '../../lib/crypto/hash.ts';
import { callable } from '../../lib/http/addresses.ts';
import { LiveTokens } from '../../lib/integrations/kit/live-tokens.ts';
import { type Entry, entrySchema } from '../../lib/ledger/entry.ts';
import { type Log, silent } from '../../lib/log/log.ts';
import { NoticeRequests } from '../../lib/notices/requests.ts';
import { type BatchResponse, processBatch, type SqsEvent } from '../../lib/queue/batch.ts';
import {
  type AttributionMessage,
  attributionMessageSchema,
  type IntakeMessage,
  intakeMessageSchema,
} from '../../lib/queue/messages.ts';
import { type NoticeMessage, noticeMessageSchema } from '../../lib/queue/notice-messages.ts';
import { Queue } from '../../lib/queue/queue.ts';
import { readApp } from '../../lib/store/accounts/parties.ts';
import { PlatformTokens } from '../../lib/store/accounts/platform-tokens.ts';
import { Table } from '../../lib/store/table.ts';
import { TEST_BODY_KEYS } from './body-keys.ts';
import { UNLIMITED } from './budgets.ts';
import { checkDocumented } from './documented.ts';
import { TEST_PROOF_KEYS } from './proof-keys.ts';
import { scanAll } from './scan.ts';

export const OPERATOR_TOKEN = 'operator-token-of-the-tests';

type QueueName = 'intake' | 'attribution' | 'notices';

/**
 * The real functions over the real clients and the embedded emulators, stepped by hand instead of
 * polled, so that a test decides when a worker runs, dies and comes back.
 */
export class HexiaoUnderTest {
  readonly emulators: Emulators;
  readonly table: Table;
  readonly ingest: Hono;
  readonly api: Hono;
  readonly #apiDeps: ApiDeps;
  normalizeDeps: NormalizeDeps;
  attributeDeps: AttributeDeps;
  notifyDeps: NotifyDeps;

  static async start(
    options: { fetch?: typeof globalThis.fetch; now?: () => number; log?: Log } = {},
  ) {
    return new HexiaoUnderTest(await startEmulators(), options);
  }

  private constructor(
    emulators: Emulators,
    {
      fetch = globalThis.fetch,
      now = Date.now,
      log = silent,
    }: { fetch?: typeof globalThis.fetch; now?: () => number; log?: Log },
  ) {
    this.emulators = emulators;
    const table = new Table(emulators.database, TABLE_NAME, TEST_BODY_KEYS);
    const { sqs, queues } = emulators;
    const intake = new Queue<IntakeMessage>(sqs, queues.intake.url);
    const attribution = new Queue<AttributionMessage>(sqs, queues.attribution.url);
    const notices = new Queue<NoticeMessage>(sqs, queues.notices.url);
    this.table = table;
    const tokensOfWorker = () => new LiveTokens(new PlatformTokens(table), log);
    this.ingest = ingestApp({
      findApp: (integration, appKey) => readApp(table, integration, appKey),
      openCallbackRecords: (platform) => lazyCallbackRecords(table, platform, now),
      // Without its delay: a test steps by hand.
      sendToIntake: (message) => intake.send(message),
      now,
      log,
    });
    this.#apiDeps = {
      ...{ table, sqs, queues, fetch, now, log },
      operatorTokenHash: sha256Hex(OPERATOR_TOKEN),
      policy: DEFAULT_POLICY,
      auditDays: 1_096,
      proofKeys: TEST_PROOF_KEYS,
      tokens: tokensOfWorker(),
      budgets: UNLIMITED,
      mayCall: callable('127.0.0.0/8,::1'),
    };
    this.api = this.another({});
    this.normalizeDeps = {
      ...{ table, intake, attribution, fetch, now, tokens: tokensOfWorker() },
      ...{ budgets: UNLIMITED, breakers: new Breakers(), changedDelaySeconds: 0, log },
      buyerKey: async () => 'a key of the tests',
    };
    this.attributeDeps = {
      ...{
        table,
        attribution,
        now,
        policy: DEFAULT_POLICY,
        rollupDelaySeconds: 0,
        dimensionsDelaySeconds: 0,
        log,
      },
      notices: new NoticeRequests(table, notices, now),
    };
    this.notifyDeps = { table, notices, fetch, now, log, breakers: new Breakers() };
  }

  /** One more process of the API over the same table, with what differs. */
  another(deps: Partial<ApiDeps>): Hono {
    return apiApp({ ...this.#apiDeps, ...deps }, join(import.meta.dirname, '../../docs'));
  }

  stop(): Promise<void> {
    return this.emulators.stop();
  }

  /** One request to the API as the operator, or with another token. @throws when it is refused */
  async call<T = unknown>(
    method: string,
    path: string,
    body?: object,
    token = OPERATOR_TOKEN,
  ): Promise<T> {
    const response = await this.api.request(path, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    checkDocumented(method, path, response, text);
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  /** Lets the next workers run with other dependencies. */
  use(deps: NormalizeDeps): void {
    this.normalizeDeps = deps;
  }

  /** Runs workers over whatever is on the queues, batch after batch, until nothing is. */
  async settle(): Promise<void> {
    for (let rounds = 0; rounds < 500; rounds += 1) {
      const intake = await this.step('intake');
      const attribution = await this.step('attribution');
      const notices = await this.step('notices');
      if (intake + attribution + notices === 0) return;
    }
    throw new Error('the queues never became empty');
  }

  /**
   * One batch through its worker. What fails becomes visible again at once.
   * @param most a batch ends when it has so many, or a few more
   * @returns its size
   */
  async step(queue: QueueName, most = 100): Promise<number> {
    const messages = await this.receive(queue, most);
    if (messages.length === 0) return 0;
    const failed = await this.work(queue, messages);
    for (const message of messages) {
      await this.finish(queue, message, failed.has(message.MessageId ?? ''));
    }
    return messages.length;
  }

  /** Settles again and again until it holds: what is put off comes in its own time, and late on a slow machine. */
  async settleUntil(holds: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < 1_000; tries += 1) {
      await this.settle();
      if (await holds()) return;
      await sleep(100);
    }
    throw new Error('it never came to hold');
  }

  /** What a worker would be handed next. */
  takeBatch(queue: QueueName): Promise<Message[]> {
    return this.receive(queue);
  }

  /** A worker's run over a batch, without what the queue does afterwards. */
  async workOn(queue: QueueName, messages: readonly Message[]): Promise<void> {
    await this.work(queue, messages);
  }

  /** The worker died: every message comes again. */
  async giveBack(queue: QueueName, messages: readonly Message[]): Promise<void> {
    for (const message of messages) await this.finish(queue, message, true);
  }

  /** Every entry in the ledger, read around all rollups. */
  async entries(): Promise<Entry[]> {
    return (await scanAll(this.emulators.database, 'LEDGER#'))
      .map((item) => entrySchema.parse(item))
      .sort((a, b) => (a.entryId < b.entryId ? -1 : 1));
  }

  private async receive(queue: QueueName, most = 100): Promise<Message[]> {
    const messages: Message[] = [];
    for (;;) {
      const { Messages = [] } = await this.emulators.sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: this.emulators.queues[queue].url,
          MaxNumberOfMessages: 10,
          WaitTimeSeconds: 0,
          MessageSystemAttributeNames: ['ApproximateReceiveCount'],
        }),
      );
      messages.push(...Messages);
      if (Messages.length < 10 || messages.length >= most) return messages;
    }
  }

  private async work(queue: QueueName, messages: readonly Message[]): Promise<Set<string>> {
    const event: SqsEvent = {
      Records: messages.map(({ MessageId = '', Body = '', Attributes = {} }) => ({
        messageId: MessageId,
        body: Body,
        attributes: { ApproximateReceiveCount: Attributes.ApproximateReceiveCount ?? '1' },
      })),
    };
    const response = await this.handle(queue, event);
    return new Set(response.batchItemFailures.map((failure) => failure.itemIdentifier));
  }

  private handle(queue: QueueName, event: SqsEvent): Promise<BatchResponse> {
    switch (queue) {
      case 'intake':
        return processBatch(
          event,
          (value) => intakeMessageSchema.parse(value),
          (all) => normalize(all, this.normalizeDeps),
          silent,
        );
      case 'attribution':
        return processBatch(
          event,
          (value) => attributionMessageSchema.parse(value),
          (all) => attributeBatch(all, this.attributeDeps),
          silent,
        );
      case 'notices':
        return processBatch(
          event,
          (value) => noticeMessageSchema.parse(value),
          (all) => notifyBatch(all, this.notifyDeps),
          silent,
        );
      default:
        return queue satisfies never;
    }
  }

  private async finish(queue: QueueName, message: Message, again: boolean): Promise<void> {
    const { sqs, queues } = this.emulators;
    const place = { QueueUrl: queues[queue].url, ReceiptHandle: message.ReceiptHandle };
    if (!again) await sqs.send(new DeleteMessageCommand(place));
    else await sqs.send(new ChangeMessageVisibilityCommand({ ...place, VisibilityTimeout: 0 }));
  }
}
