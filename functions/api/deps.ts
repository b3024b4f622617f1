import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Policy } from '../../lib/attribution/policy.ts';
import type { MayCall } from '../../lib/http/addresses.ts';
import type { Budgets } from '../../lib/integrations/kit/call-budget.ts';
import type { LiveTokens } from '../../lib/integrations/kit/live-tokens.ts';
import type { Party } from '../../lib/ledger/party.ts';
import type { Log } from '../../lib/log/log.ts';
import type { ProofKeys } from '../../lib/proof/keys.ts';
import type { Table } from '../../lib/store/table.ts';
import type { OidcSettings } from './oidc.ts';
import type { Remembered } from './remembered.ts';
import type { RequestLimit } from './request-limit.ts';

/** What of each may be looked at, sent again and dropped. */
export const QUEUE_NAMES = ['intake', 'attribution', 'notices'] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

export interface ApiDeps {
  readonly table: Table;
  readonly sqs: SQSClient;
  readonly queues: Readonly<Record<QueueName, QueueUrls>>;
  /** Lower-case hex SHA-256 of the operator's token. */
  readonly operatorTokenHash: string;
  /** Spares reads of who may do what; absent, each request reads them. */
  readonly remembered?: Remembered;
  /** Counts what a token sends; absent, nobody does. */
  readonly requestLimit?: RequestLimit;
  /** How many days the trail of changes is kept. */
  readonly auditDays: number;
  /** What proofs of statements are signed with. */
  readonly proofKeys: ProofKeys;
  readonly policy: Policy;
  /** Beyond which share of a day's redemptions, in 1/10000, an app is losing webhooks; absent, as the default is. */
  readonly lossAlarmBp?: number;
  /** Who owes what statements say, and the tax in it; absent, nobody set it. */
  readonly payer?: Payer;
  /** Reaches the platforms, for what is done at the till. */
  readonly fetch: typeof globalThis.fetch;
  /** Which addresses it may reach; absent, those of the public internet. */
  readonly mayCall?: MayCall;
  readonly now: () => number;
  /** Waits so many ms for another press of the same request; a timer when absent. */
  readonly pause?: (ms: number) => Promise<unknown>;
  /** To call them with. */
  readonly tokens: LiveTokens;
  /** How often. */
  readonly budgets: Budgets;
  /** Where people may sign in beside tokens; absent, there is no such place. */
  readonly oidc?: OidcSettings;
  readonly log: Log;
}

/** Settings of the deployment. */
export interface Payer {
  readonly party: Party;
  /** In 1/10000; null: no tax is taken apart. */
  readonly taxRateBp: number | null;
}

export interface QueueUrls {
  readonly url: string;
  readonly deadLetterUrl: string;
}
