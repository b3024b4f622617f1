import { apiApp } from '../../../functions/api/app.ts';
import type { ApiDeps } from '../../../functions/api/deps.ts';
import { attributeBatch } from '../../../functions/attribute/attribute.ts';
import { ingestApp } from '../../../functions/ingest/app.ts';
import { rememberingApps } from '../../../functions/ingest/apps.ts';
import { RememberedApps } from '../../../functions/normalize/apps.ts';
import { ChannelMaps } from '../../../functions/normalize/channels.ts';
import { normalize } from '../../../functions/normalize/normalize.ts';
import { reconcile } from '../../../functions/reconcile/reconcile.ts';
import { Breakers } from '../../../lib/async/breakers.ts';
import { DEFAULT_POLICY } from '../../../lib/attribution/policy.ts';
import { openCallbackRecords } from '../../../lib/callbacks/records.ts';
import { sha256Hex } from '../../../lib/crypto/hash.ts';
import { CallBudgets } from '../../../lib/integrations/kit/call-budget.ts';
import { LiveTokens } from '../../../lib/integrations/kit/live-tokens.ts';
import { findIntegration } from '../../../lib/integrations/registry.ts';
import type { Log } from '../../../lib/log/log.ts';
import { NoticeRequests } from '../../../lib/notices/requests.ts';
import { NO_PROOF_KEYS } from '../../../lib/proof/no-keys.ts';
import { type BatchResponse, processBatch, type SqsEvent } from '../../../lib/queue/batch.ts';
import {
  type AttributionMessage,
  attributionMessageSchema,
  type IntakeMessage,
  intakeMessageSchema,
} from '../../../lib/queue/messages.ts';
import type { NoticeMessage } from '../../../lib/queue/notice-messages.ts';
import { Queue } from '../../../lib/queue/queue.ts';
import { reconcileRecords } from '../../../lib/reconciliation/run.ts';
import { readApp } from '../../../lib/store/accounts/apps.ts';
import { CallLeases } from '../../../lib/store/accounts/call-leases.ts';
import { AppsHeard } from '../../../lib/store/accounts/heard.ts';
import { PlatformTokens } from '../../../lib/store/accounts/platform-tokens.ts';
import { buyerKeyReader } from '../../../lib/store/privacy/buyer-key.ts';
import type { MemorySqs } from '../store/sqs.ts';
import type { MemoryTable } from '../store/table.ts';
import type { Take } from '../store/take.ts';
import { NEXT_ITEM, ofNextVersion } from './next-version.ts';

export const OPERATOR_TOKEN = 'operator-token-of-the-world';

/** What a worker has of its machine. */
export interface Machine {
  readonly table: MemoryTable;
  readonly sqs: MemorySqs;
  readonly queues: ApiDeps['queues'];
  readonly take: Take;
  /** Of this machine, which may be ahead or behind. */
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly fetch: typeof globalThis.fetch;
  readonly log: Log;
  /** Whether its code is of the next version, as during a deployment. */
  readonly isNext?: boolean;
}

type Handler = (event: SqsEvent) => Promise<BatchResponse>;

/** Of a scan: every page takes a turn, and an erasure scans all there is. */
const PARTITIONS_A_PAGE = 8;

function partsOf({ table, sqs, queues, take, wait, log, now, isNext = false }: Machine) {
  const own = table.seenBy(take, Number.POSITIVE_INFINITY, {
    partitionsAPage: PARTITIONS_A_PAGE,
    ...(isNext && { stamp: NEXT_ITEM }),
  });
  const client = isNext ? ofNextVersion(sqs.seenBy(take)) : sqs.seenBy(take);
  return {
    table: own,
    client,
    intake: new Queue<IntakeMessage>(client, queues.intake.url),
    attribution: new Queue<AttributionMessage>(client, queues.attribution.url),
    notices: new Queue<NoticeMessage>(client, queues.notices.url),
    tokens: () => new LiveTokens(new PlatformTokens(own), log, wait),
    budgets: () => new CallBudgets(new CallLeases(own), now),
  };
}

/** One worker of `normalize`, as functions/normalize/index.ts puts it together. */
export function normalizeWorker(machine: Machine): Handler {
  const { table, intake, attribution, tokens, budgets } = partsOf(machine);
  const { now, fetch, log } = machine;
  const deps = {
    ...{ table, intake, attribution, fetch, now, log, tokens: tokens() },
    budgets: budgets(),
    ...{ breakers: new Breakers(), changedDelaySeconds: 1, buyerKey: buyerKeyReader(table) },
    apps: new RememberedApps(5_000, now),
    channelMaps: new ChannelMaps(5_000, now),
  };
  const heard = new AppsHeard(table);
  return (event) =>
    processBatch(
      event,
      (value) => intakeMessageSchema.parse(value),
      async (all) => {
        const deliveries = all.flatMap(({ message }) =>
          message.type === 'delivery' && !message.again ? message : [],
        );
        await Promise.all([normalize(all, deps), heard.hear(deliveries).catch(() => {})]);
      },
      log,
    );
}

/** One worker of `attribute`. */
export function attributeWorker(machine: Machine): Handler {
  const { table, attribution, notices } = partsOf(machine);
  const { now, log } = machine;
  const deps = {
    notices: new NoticeRequests(table, notices, now),
    ...{ table, attribution, policy: DEFAULT_POLICY, now, log },
    ...{ rollupDelaySeconds: 2, dimensionsDelaySeconds: 300 },
  };
  return (event) =>
    processBatch(
      event,
      (value) => attributionMessageSchema.parse(value),
      (all) => attributeBatch(all, deps),
      log,
    );
}

/** One run of `reconcile`. */
export async function reconcileOnce(machine: Machine): Promise<void> {
  const { table, intake, attribution, notices, tokens, budgets } = partsOf(machine);
  const { now, log, fetch } = machine;
  await reconcile({
    ...{ table, intake, attribution, notices, now, log, silentAfterMinutes: 720 },
    ...{ lossAlarmBp: 100, notifies: () => true },
  });
  await reconcileRecords(now() + RECORDS_MS, {
    ...{ table, intake, fetch, now, log, tokens: tokens(), budgets: budgets() },
    ...{ random: () => 0, buyerKey: buyerKeyReader(table), find: findIntegration },
  });
}

/** As infra/topology.ts has it. */
const RECORDS_MS = 200_000;

export type Receiver = Pick<ReturnType<typeof ingestApp>, 'request'>;

/** One worker of `ingest`. */
export function ingestWorker(machine: Machine): Receiver {
  const { table, intake } = partsOf(machine);
  const { now, log } = machine;
  return ingestApp({
    findApp: rememberingApps((name, appKey) => readApp(table, name, appKey), log, 5_000, now),
    openCallbackRecords: (platform) => openCallbackRecords(table, platform, now),
    sendToIntake: (message, delaySeconds, group) => intake.send(message, delaySeconds, group),
    now,
    log,
  });
}

const OPERATOR_TOKEN_HASH = sha256Hex(OPERATOR_TOKEN);

/** One worker of `api`. */
export function apiWorker(machine: Machine): Receiver {
  const { table, client, tokens, budgets } = partsOf(machine);
  const { now, fetch, log, wait, queues } = machine;
  const deps = {
    ...{ table, sqs: client, queues, operatorTokenHash: OPERATOR_TOKEN_HASH },
    ...{
      policy: DEFAULT_POLICY,
      fetch,
      now,
      log,
      pause: wait,
      auditDays: 30,
      proofKeys: NO_PROOF_KEYS,
      tokens: tokens(),
      budgets: budgets(),
    },
  };
  return apiApp(deps, '');
}
