import { apiApp } from '../../functions/api/app.ts';
import type { ApiDeps } from '../../functions/api/deps.ts';
import { workOnClosing } from '../../functions/attribute/close.ts';
import type { AttributeDeps, MessageOf } from '../../functions/attribute/deps.ts';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import { newToken, sha256Hex } from '../../lib/crypto/hash.ts';
import { memoryTokens } from '../../lib/integrations/kit/live-tokens.ts';
import { silent } from '../../lib/log/log.ts';
import type { AttributionMessage } from '../../lib/queue/messages.ts';
import type { Queue } from '../../lib/queue/queue.ts';
import { rollUpBuckets } from '../../lib/rollups/rollups.ts';
import { storeHourOf } from '../../lib/rollups/store-day.ts';
import { rollUpHour } from '../../lib/rollups/store-hour.ts';
import { putProvider, putStore } from '../../lib/store/accounts/parties.ts';
import { putToken } from '../../lib/store/accounts/tokens.ts';
import { keys } from '../../lib/store/keys.ts';
import { bookEntry } from '../../lib/store/ledger/entries.ts';
import { readDigest } from '../../lib/store/ledger/statement-digests.ts';
import { readStatement } from '../../lib/store/ledger/statements.ts';
import { streamOf } from '../../lib/store/streams.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import { entry, redeemed } from '../lib/make.ts';
import { UNLIMITED } from '../support/budgets.ts';
import { TEST_PROOF_KEYS } from '../support/proof-keys.ts';
import { MemoryTable } from '../world/store/table.ts';
import { type Bills, charge, kindOf, perPiece, round, total } from './support/meter.ts';

const DAYS = 28;

/** A million lines are those of fifty thousand stores. */
const LINES_A_STORE = 20;

const PROVIDER = 'agency-of-the-bench';
const MONTH = { providerId: PROVIDER, month: '2025-10' };

/**
 * What it costs to close a month of one provider, by the price list of the table, which stands in memory: `npm run bench
 * -- closing [lines=10000,100000]`. The lines are spread over 28 days, twenty of them a store, each with its event; eight
 * workers share the messages. Read units are those of the closing, and of the statement's page afterwards; `most` is what
 * one message needs.
 */
export async function run(options: Readonly<Record<string, string>> = {}): Promise<object> {
  const rows: object[] = [];
  for (const lines of (options.lines ?? '10000,100000').split(',').map(Number)) {
    rows.push(await closeMonthOf(lines));
  }
  return { rows };
}

/** What calls cost, while somebody counts. */
class Counted {
  writes: Bills = {};
  reads: Bills = {};
  readonly table = new MemoryTable({
    charge: (one) => {
      const bills = one.isWrite ? this.writes : this.reads;
      charge(bills, `${kindOf(one)}${one.isRefused ? ' refused' : ''}`, one.units);
    },
  });

  reset(): void {
    this.writes = {};
    this.reads = {};
  }
}

async function closeMonthOf(lines: number): Promise<object> {
  const counted = new Counted();
  const { table } = counted;
  // What was booked before, for nothing.
  await fill(new MemoryTable({ items: table.items }), lines);
  let nowMs = Date.parse('2025-11-02T08:00:00+08:00');
  const messages: AttributionMessage[] = [];
  const sqs = {
    send: async ({
      input,
    }: {
      input: { MessageBody?: string; Entries?: { MessageBody: string }[] };
    }) => {
      const bodies = input.Entries?.map((one) => one.MessageBody) ?? [input.MessageBody ?? ''];
      messages.push(...bodies.map((body) => JSON.parse(body) as AttributionMessage));
      return {};
    },
  };
  const operator = newToken('hxo');
  const queue = { url: 'attribution', deadLetterUrl: 'dead' };
  const api = apiApp(
    {
      ...{ table, sqs, queues: { intake: queue, attribution: queue } },
      ...{ operatorTokenHash: sha256Hex(operator), policy: DEFAULT_POLICY, log: silent },
      ...{ fetch: globalThis.fetch, now: () => nowMs, tokens: memoryTokens, budgets: UNLIMITED },
      ...{ auditDays: 400, proofKeys: TEST_PROOF_KEYS },
    } as unknown as ApiDeps,
    import.meta.dirname,
  );
  const headers = { cookie: await signedIn(api, table, nowMs) };
  counted.reset();
  const begunAt = performance.now();
  const asked = await api.request('/v1/statements/2025-10/close', {
    method: 'POST',
    headers: { authorization: `Bearer ${operator}`, 'content-type': 'application/json' },
    body: JSON.stringify({ providerId: PROVIDER }),
  });
  if (asked.status >= 400) throw new Error(await asked.text());
  const { pieces, lanes, mostSeconds } = await workAll(table, messages, () => nowMs);
  const seconds = round((performance.now() - begunAt) / 1_000);
  const { writes, reads } = counted;
  const closed = await readStatement(table, MONTH);
  const found = closed?.sums.month.entryCount;
  if (closed?.status !== 'closed' || found !== lines) throw new Error(`${found} of ${lines} lines`);
  const digest = await readDigest(table, MONTH);
  if (digest?.phase !== 'done') throw new Error(`its subtotals are at ${digest?.phase}`);
  nowMs += 3_600_000;
  const page = async () => {
    counted.reset();
    const reply = await api.request('/statements/2025-10', { headers });
    if (reply.status !== 200) throw new Error(`the page says ${reply.status}`);
    await reply.text();
    return round(total(counted.reads));
  };
  const first = await page();
  return {
    ...{ lines, stores: digest.counts.stores, lanes, pieces, seconds },
    ...{ linesPerSecond: Math.round(lines / seconds), mostSeconds },
    writeUnitsPerLine: round(total(writes) / lines),
    readUnitsPerLine: round(total(reads) / lines),
    pageReadUnits: { first, again: await page() },
    byKind: perPiece(writes, lines),
  };
}

const WORKERS = 8;

/** All messages, as so many workers would who share a processor. */
async function workAll(table: MemoryTable, messages: AttributionMessage[], now: () => number) {
  let pieces = 0;
  let lanes = 0;
  let mostSeconds = 0;
  const sendAll = async (sent: readonly AttributionMessage[]) => void messages.push(...sent);
  const deps: AttributeDeps = {
    ...{ table, now, policy: DEFAULT_POLICY, log: silent },
    ...{ rollupDelaySeconds: 0, dimensionsDelaySeconds: 0 },
    attribution: { sendAll } as unknown as Queue<AttributionMessage>,
  };
  const fail = (error: unknown) => {
    throw error;
  };
  for (let busy: Promise<unknown>[] = []; messages.length > 0; busy = []) {
    for (const message of messages.splice(0, WORKERS)) {
      if (message.type !== 'close') continue;
      pieces += 1;
      lanes = Math.max(lanes, (message.lane ?? -1) + 1);
      const begunAt = performance.now();
      const work = workOnClosing({ message: message as MessageOf<'close'>, fail }, deps);
      busy.push(
        work.then(() => {
          mostSeconds = Math.max(mostSeconds, round((performance.now() - begunAt) / 1_000));
        }),
      );
    }
    await Promise.all(busy);
  }
  return { pieces, lanes, mostSeconds };
}

async function fill(table: MemoryTable, lines: number): Promise<void> {
  const stores = Math.max(10, Math.ceil(lines / LINES_A_STORE));
  const hours = new Map<string, ReturnType<typeof storeHourOf>>();
  for (let index = 0; index < lines; index += 1) {
    const { own, event } = factOf(index, lines, stores);
    await bookEntry(table, own);
    await table.put(keys.event(streamOf(own), event.eventId), event);
    hours.set(JSON.stringify(storeHourOf(own)), storeHourOf(own));
  }
  for (const hour of hours.values()) await rollUpHour(table, hour);
  for (let day = 1; day <= DAYS; day += 1) {
    const of = `2025-10-${String(day).padStart(2, '0')}`;
    await rollUpBuckets(table, PROVIDER, of, [0, 1, 2, 3]);
  }
  for (let n = 0; n < Math.min(stores, 1_000); n += 1) {
    const store = { merchantId: 'm1', name: `第${n}店`, city: null, namedBy: 'operator' as const };
    await putStore(table, { platform: 'douyin', storeId: storeIdOf(n), ...store });
  }
}

async function signedIn(api: ReturnType<typeof apiApp>, table: MemoryTable, nowMs: number) {
  const token = newToken('hxp');
  await putProvider(table, { providerId: PROVIDER, name: PROVIDER, kind: 'agency' });
  await putToken(table, token, {
    ...{ providerId: PROVIDER, name: 'bench', memberId: null, role: 'owner', scopes: null },
    ...{ stores: [], createdAt: toInstant(nowMs), createdBy: 'bench', endsAt: null },
  });
  const body = new URLSearchParams({ token });
  const reply = await api.request('/sign-in', { method: 'POST', body });
  return reply.headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

const storeIdOf = (n: number) => `66${String(n).padStart(17, '0')}`;

function factOf(index: number, lines: number, stores: number) {
  const providerId = PROVIDER;
  const day = `2025-10-${String(1 + (index % DAYS)).padStart(2, '0')}`;
  const second = 36_000 + Math.floor((index * 40_000) / lines);
  const clock = new Date(second * 1_000).toISOString().slice(11, 23);
  const occurredAt = `${day}T${clock}+08:00`;
  const redemptionId = `75${String(index).padStart(17, '0')}`;
  const voucherId = `74${String(index).padStart(17, '0')}`;
  const orderId = `10${String(index).padStart(17, '0')}`;
  const storeId = storeIdOf(Math.floor(index / DAYS) % stores);
  const event = redeemed(redemptionId, {
    ...{ voucherId, orderId, storeId, occurredAt, deliveryId: 'ab'.repeat(32) },
  });
  const own = entry({
    ...{ providerId, occurredAt, businessDay: day, storeId, voucherId, orderId, redemptionId },
    ...{ eventId: event.eventId, entryId: `${event.eventId}~${voucherId}~1.douyin.730` },
    ...{ productId: '1790000000000000001', buyer: 'abcdefghijklmnop' },
  });
  return { own, event };
}
