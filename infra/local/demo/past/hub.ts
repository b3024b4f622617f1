import { apiApp } from '../../../../functions/api/app.ts';
import { attributeBatch } from '../../../../functions/attribute/attribute.ts';
import { ingestApp } from '../../../../functions/ingest/app.ts';
import { ChannelMaps } from '../../../../functions/normalize/channels.ts';
import { normalize } from '../../../../functions/normalize/normalize.ts';
import { reconcile } from '../../../../functions/reconcile/reconcile.ts';
import { Breakers } from '../../../../lib/async/breakers.ts';
import { DEFAULT_POLICY } from '../../../../lib/attribution/policy.ts';
import { openCallbackRecords } from '../../../../lib/callbacks/records.ts';
import type { BodyKeys } from '../../../../lib/crypto/body-keys.ts';
import { newToken, sha256Hex } from '../../../../lib/crypto/hash.ts';
import { CallBudgets } from '../../../../lib/integrations/kit/call-budget.ts';
import { LiveTokens } from '../../../../lib/integrations/kit/live-tokens.ts';
import { findIntegration } from '../../../../lib/integrations/registry.ts';
import type { Api, Player } from '../../../../lib/integrations/sandbox-kit/player.ts';
import { silent } from '../../../../lib/log/log.ts';
import { NO_PROOF_KEYS } from '../../../../lib/proof/no-keys.ts';
import { processBatch, type SqsEvent } from '../../../../lib/queue/batch.ts';
import {
  type AttributionMessage,
  attributionMessageSchema,
  type IntakeMessage,
  intakeMessageSchema,
} from '../../../../lib/queue/messages.ts';
import type { NoticeMessage } from '../../../../lib/queue/notice-messages.ts';
import { Queue } from '../../../../lib/queue/queue.ts';
import { reconcileRecords } from '../../../../lib/reconciliation/run.ts';
import { CallLeases } from '../../../../lib/store/accounts/call-leases.ts';
import { readApp } from '../../../../lib/store/accounts/parties.ts';
import { PlatformTokens } from '../../../../lib/store/accounts/platform-tokens.ts';
import { buyerKeyReader } from '../../../../lib/store/privacy/buyer-key.ts';
import { MemoryQueues } from '../../memory/queues.ts';
import { MemorySqs } from '../../memory/sqs.ts';
import { MemoryTable } from '../../memory/table.ts';

type Handler = (event: SqsEvent) => ReturnType<typeof processBatch>;

const VISIBILITY_SECONDS = 30;
const BATCH = 100;
const ROUNDS = 1_000;
const RECORDS_MS = 600_000;

/**
 * Hexiao in memory, at a time that its caller sets: the functions as they are deployed, over a table and queues that
 * cost nothing, so that months take seconds. Batches are worked off one after the other.
 */
export class PastHub {
  /** Epoch ms. */
  nowMs: number;
  readonly table: MemoryTable;
  readonly #sqs = new MemorySqs(new MemoryQueues({ now: () => this.nowMs }));
  readonly #queues: Readonly<
    Record<'intake' | 'attribution' | 'notices', { url: string; deadLetterUrl: string }>
  >;
  readonly #token = newToken('hxo');
  readonly #ingest: ReturnType<typeof ingestApp>;
  readonly #api: ReturnType<typeof apiApp>;
  readonly #handlers: Readonly<Record<'intake' | 'attribution', Handler>>;
  readonly #reconcile: () => Promise<void>;

  /** @param apis each platform's API, by the host that its app was registered with */
  constructor(startMs: number, bodyKeys: BodyKeys, apis: ReadonlyMap<string, Api>) {
    this.nowMs = startMs;
    const table = new MemoryTable({ bodyKeys });
    this.table = table;
    const create = (name: string) =>
      this.#sqs.create(name, { visibilitySeconds: VISIBILITY_SECONDS });
    const queue = (name: string) => ({ url: create(name), deadLetterUrl: create(`${name}-dead`) });
    this.#queues = {
      intake: queue('intake'),
      attribution: queue('attribution'),
      notices: queue('notices'),
    };
    const { client } = this.#sqs;
    const intake = new Queue<IntakeMessage>(client, this.#queues.intake.url);
    const attribution = new Queue<AttributionMessage>(client, this.#queues.attribution.url);
    // Nobody has an endpoint there.
    const notices = new Queue<NoticeMessage>(client, this.#queues.notices.url);
    const now = () => this.nowMs;
    const wait = async (ms: number) => {
      this.nowMs += ms;
    };
    const fetch = (async (input: Request | string | URL, init?: RequestInit) => {
      const request = new Request(input, { ...init, signal: null });
      const api = apis.get(new URL(request.url).hostname);
      if (api === undefined) throw new Error('nobody plays this host');
      return api.fetch(request);
    }) as typeof globalThis.fetch;
    const shared = { table, intake, attribution, fetch, now, log: silent };
    const tokens = new LiveTokens(new PlatformTokens(table), silent, wait);
    const budgets = new CallBudgets(new CallLeases(table), now);
    const buyerKey = buyerKeyReader(table);
    this.#ingest = ingestApp({
      findApp: (integration, appKey) => readApp(table, integration, appKey),
      openCallbackRecords: (platform) => openCallbackRecords(table, platform, now),
      sendToIntake: (message) => intake.send(message),
      ...{ now, log: silent },
    });
    this.#api = apiApp(
      {
        ...{ table, sqs: client, queues: this.#queues, fetch, now, log: silent, pause: wait },
        ...{ operatorTokenHash: sha256Hex(this.#token), policy: DEFAULT_POLICY, auditDays: 1_096 },
        ...{ tokens, budgets, proofKeys: NO_PROOF_KEYS },
      },
      '',
    );
    const reading = {
      ...{ ...shared, tokens, budgets, breakers: new Breakers(), buyerKey },
      channelMaps: new ChannelMaps(Number.POSITIVE_INFINITY, now),
      changedDelaySeconds: 0,
    };
    const booking = {
      ...{ ...shared, policy: DEFAULT_POLICY },
      ...{ rollupDelaySeconds: 0, dimensionsDelaySeconds: 0 },
    };
    this.#handlers = {
      intake: (event) =>
        processBatch(
          event,
          (value) => intakeMessageSchema.parse(value),
          (all) => normalize(all, reading),
          silent,
        ),
      attribution: (event) =>
        processBatch(
          event,
          (value) => attributionMessageSchema.parse(value),
          (all) => attributeBatch(all, booking),
          silent,
        ),
    };
    this.#reconcile = async () => {
      const watching = { silentAfterMinutes: 720, lossAlarmBp: 100, notifies: () => true };
      await reconcile({ ...shared, notices, ...watching });
      await reconcileRecords(this.nowMs + RECORDS_MS, {
        ...{ ...shared, tokens, budgets, random: () => 0, buyerKey, find: findIntegration },
      });
    };
  }

  /** What a platform sends to its address, or a till to the API as the operator. */
  async deliver(path: string, init: RequestInit): Promise<void> {
    if (path.startsWith('/v1')) await this.operator('POST', path.slice(3), init.body as string);
    else await this.#ingest.request(path, init);
  }

  /** The API, as the operator. */
  async operator(method: string, path: string, body?: string): Promise<Response> {
    const headers = { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body };
    return this.#api.request(`/v1${path}`, { method, headers, ...sent });
  }

  /** Works off what is on a queue and not delayed. */
  async settle(name: 'intake' | 'attribution'): Promise<void> {
    const { url } = this.#queues[name];
    for (let round = 0; round < ROUNDS; round += 1) {
      const messages = this.#sqs.queues.receive(url, BATCH);
      if (messages.length === 0) return;
      const records = messages.map(({ MessageId = '', Body = '', ReceiptHandle = '' }) => ({
        ...{ messageId: MessageId, body: Body, receiptHandle: ReceiptHandle },
      }));
      const { batchItemFailures } = await this.#handlers[name]({ Records: records } as never);
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      for (const { messageId, receiptHandle } of records) {
        if (!failed.has(messageId)) this.#sqs.queues.delete(url, receiptHandle);
      }
    }
  }

  /** A run of the schedule. */
  async reconcile(): Promise<void> {
    await this.#reconcile();
    await this.settle('intake');
    await this.settle('attribution');
  }
}

/** The host of a player's API. */
export const hostOf = ({ integration }: Pick<Player, 'integration'>): string =>
  `${integration}.past`;
