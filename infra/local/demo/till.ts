import { apiApp } from '../../../functions/api/app.ts';
import { DEFAULT_POLICY } from '../../../lib/attribution/policy.ts';
import { newToken, sha256Hex } from '../../../lib/crypto/hash.ts';
import { outgoing } from '../../../lib/http/outgoing.ts';
import { CallBudgets } from '../../../lib/integrations/kit/call-budget.ts';
import { LiveTokens } from '../../../lib/integrations/kit/live-tokens.ts';
import { logLines } from '../../../lib/log/log.ts';
import { NO_PROOF_KEYS } from '../../../lib/proof/no-keys.ts';
import { CallLeases } from '../../../lib/store/accounts/call-leases.ts';
import { PlatformTokens } from '../../../lib/store/accounts/platform-tokens.ts';
import { Table } from '../../../lib/store/table.ts';
import { TABLE_NAME } from '../emulators.ts';
import { LOOPBACK, type LocalHexiao } from '../hexiao.ts';

/** Sends what a shop's till asks of Hexiao. */
export type Till = (path: string, body: Uint8Array | string) => Promise<Response>;

/**
 * The tills of the demo's shops. They redeem through the operator's API, whose token the local run does
 * not keep: so the demo has an API of its own on the same table and queues, which listens nowhere.
 */
export function openTill({ emulators }: LocalHexiao): Till {
  const token = newToken('hxo');
  const table = new Table(emulators.database, TABLE_NAME);
  const deps = {
    table,
    sqs: emulators.sqs,
    queues: emulators.queues,
    operatorTokenHash: sha256Hex(token),
    policy: DEFAULT_POLICY,
    fetch: outgoing({ named: LOOPBACK }),
    now: Date.now,
    auditDays: 30,
    proofKeys: NO_PROOF_KEYS,
    tokens: new LiveTokens(new PlatformTokens(table)),
    budgets: new CallBudgets(new CallLeases(table), Date.now),
    log: logLines(),
  };
  // Nobody reads its description here.
  const api = apiApp(deps, import.meta.dirname);
  return async (path, body) =>
    api.request(path, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body });
}
