import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sweepBehind } from '../../functions/reconcile/sweep-unfinished.ts';
import type { AttributionMessage } from '../../lib/queue/messages.ts';
import { book, makeTenant, redemptionAt, type Tenant } from '../functions/api/support.ts';
import { START_MS } from '../lib/make.ts';
import { aroundCalls } from '../support/around.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';

/** Each kind of message that has totals added up is lost once, as in a queue that is purged or was in memory. */

type Kind = AttributionMessage['type'];

const QUARTER_MS = 15 * 60_000;

let hexiao: HexiaoUnderTest;
let nowMs: number;
/** The next message of this kind is taken off the queue before anybody sees it. */
let losing: Kind | null;

interface Sending {
  readonly MessageBody?: string;
  Entries?: { readonly MessageBody?: string }[];
}

beforeEach(async () => {
  nowMs = START_MS;
  losing = null;
  hexiao = await HexiaoUnderTest.start({ now: () => nowMs });
  const isLost = (body = '{}') => {
    if (losing === null || JSON.parse(body).type !== losing) return false;
    losing = null;
    return true;
  };
  aroundCalls(hexiao.emulators.sqs, async (next, { command, input }) => {
    const sending = input as Sending;
    if (command === 'SendMessageCommand' && isLost(sending.MessageBody)) return { output: {} };
    if (command !== 'SendMessageBatchCommand') return next();
    sending.Entries = sending.Entries?.filter(({ MessageBody }) => !isLost(MessageBody)) ?? [];
    return sending.Entries.length === 0 ? { output: {} } : next();
  });
});

afterEach(() => hexiao?.stop());

const isIdle = async () => (await hexiao.call<{ idle: boolean }>('GET', '/v1/pipeline')).idle;

const WINDOW = 'from=2025-10-01&to=2025-10-31';
const BY = [
  'day',
  'store',
  'merchant',
  'city',
  'channel',
  'product',
  'creator',
  'loop',
  'platform',
];

async function totalsOf({ providerId }: Tenant) {
  const get = (path: string) => hexiao.call<{ rows?: object[] }>('GET', path);
  const gmv = await Promise.all(
    BY.map(async (by) => (await get(`/v1/gmv?${WINDOW}&providerId=${providerId}&by=${by}`)).rows),
  );
  const repeat = await get(`/v1/repeat-purchases?${WINDOW}&providerId=${providerId}`);
  return { gmv, repeat };
}

/** Four redemptions in one store's hour. */
async function story(): Promise<Tenant> {
  const tenant = await makeTenant(hexiao, 'p', 'm');
  const uses = Array.from({ length: 4 }, (_, n) =>
    redemptionAt(tenant, 's', { fen: 100 + n, id: `${n}` }),
  );
  await book(hexiao, uses);
  return tenant;
}

describe('totals whose message was lost', () => {
  it.each<Kind>(['rollup', 'dimensions'])(
    'are behind, not idle, and added up when reconcile sends it again: %s',
    async (kind) => {
      // Prepare
      losing = kind;
      const tenant = await story();
      expect(losing).toBeNull();
      // Act, Assess: not at once, for the message may still come
      expect(await isIdle()).toBe(false);
      expect(await sweepBehind(hexiao.attributeDeps)).toBe(0);
      nowMs += QUARTER_MS;
      expect(await sweepBehind(hexiao.attributeDeps)).toBe(1);
      await hexiao.settle();
      expect(await isIdle()).toBe(true);
      const healed = await totalsOf(tenant);
      for (const rows of healed.gmv) {
        expect(rows).toMatchObject([{ redeemedFen: 406, redeemedCount: 4 }]);
      }
      expect(await sweepBehind(hexiao.attributeDeps)).toBe(0);
    },
  );
});
