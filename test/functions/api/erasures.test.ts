import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { keyedHash, sha256Hex } from '../../../lib/crypto/hash.ts';
import {
  archiveDelivery,
  pack,
  putSetAside,
  unpackBody,
} from '../../../lib/store/deliveries/archive.ts';
import {
  countHints,
  deleteHint,
  putHint,
  readHint,
} from '../../../lib/store/deliveries/waiting-hints.ts';
import { keys } from '../../../lib/store/keys.ts';
import { readEvents } from '../../../lib/store/ledger/events.ts';
import { needlesOf, type Whose } from '../../../lib/store/privacy/erase.ts';
import { beginErasure, continueErasure } from '../../../lib/store/privacy/erasures.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { START_MS } from '../../lib/make.ts';
import { aroundCalls } from '../../support/around.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { IS_LONG } from '../../support/long.ts';
import { scanAll } from '../../support/scan.ts';
import { ask, book, Clock, expectProblem, makeProvider, read, redemptionAt } from './support.ts';

const BUYER = '_000buyer-of-the-tests';
const OTHER = '_000another-of-the-tests';
const KEY = 'a key of the tests';
const MERCHANT = { merchantId: 'm1' };

const receiptSchema = z.strictObject({
  erasureId: z.string().min(16),
  platform: z.literal('douyin'),
  orderIds: z.array(z.string()),
  voucherIds: z.array(z.string()),
  byBuyer: z.boolean(),
  reason: z.string(),
  requestedBy: z.literal('operator'),
  requestedAt: z.string(),
  finishedAt: z.string().nullable(),
  scanned: z.int(),
  found: z.strictObject({ deliveries: z.int(), events: z.int(), entries: z.int() }),
  awaits: z.array(z.string()),
  awaitsOthers: z.boolean(),
  deliveryIds: z.array(z.string()),
});

let hexiao: HexiaoUnderTest;

beforeEach(async () => {
  hexiao = await HexiaoUnderTest.start({ now: new Clock().now });
  await hexiao.table.put(keys.buyerKey, { key: KEY });
});

afterEach(() => hexiao?.stop());

const outcome = { outcome: 'events', kind: 'k' } as const;

function deliveryOf(name: string, buyerId: string) {
  return {
    ...{ deliveryId: sha256Hex(name), integration: 'douyin-life', appKey: 'app' },
    receivedAt: toInstant(START_MS),
    body: Buffer.from(JSON.stringify({ content: JSON.stringify({ open_id: buyerId, name }) })),
  };
}

/** A redemption of a buyer, booked, with the delivery that told it. */
async function redeemedBy(buyerId: string, id: string): Promise<void> {
  const event = redemptionAt(MERCHANT, 's1', { id });
  const delivery = deliveryOf(id, buyerId);
  await archiveDelivery(hexiao.table, delivery, outcome, START_MS);
  const buyer = keyedHash(KEY, 'douyin-life', buyerId);
  const sale = { ...event.sale, buyer };
  await book(hexiao, [{ ...event, sale, deliveryId: delivery.deliveryId }]);
}

const erase = async (body: object) =>
  read(
    await ask(hexiao, 'POST', '/v1/erasures', {
      body: { platform: 'douyin', reason: '请求', ...body },
    }),
    receiptSchema,
  );

/** Everything in the table, in one text; sealed bodies opened. */
async function everything(): Promise<string> {
  const items = await scanAll(hexiao.emulators.database);
  const texts = items.map(async (item) => {
    const bytes = item.sealed === undefined ? [] : await unpackBody(hexiao.table, item);
    return `${JSON.stringify(item)} ${Buffer.from(bytes).toString('utf8')}`;
  });
  return (await Promise.all(texts)).join('\n');
}

const voucherOf = (id: string) =>
  ({ of: 'voucher', platform: 'douyin', id: `voucher-${id}` }) as const;

describe('an erasure', () => {
  it.each([
    ['the order', { orderIds: ['order-act-a'] }],
    ['the voucher', { voucherIds: ['voucher-act-a'] }],
    ['the buyer', { buyerId: BUYER }],
  ])(
    'by %s takes the buyer from body, event and entries, and leaves money and ids',
    async (_by, whose) => {
      // Prepare
      await redeemedBy(BUYER, 'act-a');
      await redeemedBy(OTHER, 'act-b');
      const hash = keyedHash(KEY, 'douyin-life', BUYER);
      const before = await hexiao.entries();
      expect(await everything()).toContain(hash);
      // Act
      const receipt = await erase(whose);
      // Assess
      expect(receipt).toMatchObject({
        found: { deliveries: 1, events: 1, entries: 1 },
        deliveryIds: [sha256Hex('act-a')],
        finishedAt: toInstant(START_MS),
        byBuyer: 'buyerId' in whose,
      });
      const left = await everything();
      expect(left).not.toContain(BUYER);
      expect(left).not.toContain(hash);
      expect(left).toContain(OTHER);
      expect(left).toContain(keyedHash(KEY, 'douyin-life', OTHER));
      const after = await hexiao.entries();
      expect(after.map((entry) => ({ ...entry, buyer: null }))).toEqual(
        before.map((entry) => ({ ...entry, buyer: null })),
      );
      const [event] = await readEvents(hexiao.table, voucherOf('act-a'));
      expect(event).toMatchObject({
        orderId: 'order-act-a',
        sale: { buyer: null, channel: 'live' },
      });
      expect(await hexiao.table.get(keys.delivery(sha256Hex('act-a')))).toMatchObject(outcome);
    },
  );

  it('is not corrected by a message that comes again, and the ledger stays as it is', async () => {
    await redeemedBy(BUYER, 'act-a');
    await erase({ buyerId: BUYER });
    const erased = JSON.stringify(await hexiao.entries());
    await redeemedBy(BUYER, 'act-a');
    expect(JSON.stringify(await hexiao.entries())).toBe(erased);
    expect(await everything()).not.toContain(BUYER);
  });

  it('leaves a delivery that waits for its platform, says so, and is not finished', async () => {
    // Prepare
    const waiting = deliveryOf('waits', BUYER);
    const { deliveryId } = waiting;
    const hint = { attempt: 1, failures: 1, answers: 0, dueAtMs: START_MS, why: 'no answer' };
    await putHint(hexiao.table, { ...waiting, ...hint }, 0);
    const other = deliveryOf('waits too', OTHER);
    await putHint(hexiao.table, { ...other, ...hint }, 0);
    await redeemedBy(BUYER, 'act-a');
    // Act
    const receipt = await erase({ buyerId: BUYER });
    // Assess: what can be erased is
    expect(receipt).toMatchObject({ awaits: [deliveryId], finishedAt: null });
    expect(receipt.deliveryIds).toEqual([sha256Hex('act-a')]);
    expect(await readHint(hexiao.table, deliveryId)).toMatchObject({ deliveryId, ...hint });
    // Act: it was read
    await archiveDelivery(hexiao.table, waiting, { outcome: 'hint', kind: 'k' }, START_MS);
    expect(await erase({ buyerId: BUYER })).toMatchObject({ finishedAt: null });
    await deleteHint(hexiao.table, deliveryId);
    const finished = await erase({ buyerId: BUYER });
    // Assess
    expect(finished).toMatchObject({ awaits: [], finishedAt: toInstant(START_MS) });
    expect(finished.deliveryIds.toSorted()).toEqual([sha256Hex('act-a'), deliveryId].toSorted());
    expect(await countHints(hexiao.table)).toBe(1);
    expect(await everything()).not.toContain(BUYER);
  });

  it('takes what was parked from its list; it cannot be replayed', async () => {
    // Prepare
    const parked = deliveryOf('parked', BUYER);
    const why = { outcome: 'parked', kind: 'k', why: 'nobody knows it' } as const;
    await putSetAside(hexiao.table, 'parked', parked, why, START_MS);
    await archiveDelivery(hexiao.table, parked, why, START_MS);
    // Act
    const receipt = await erase({ buyerId: BUYER });
    // Assess
    expect(receipt.deliveryIds).toEqual([parked.deliveryId]);
    expect(await hexiao.call('GET', '/v1/set-aside/parked')).toMatchObject({ deliveries: [] });
    const { deliveryIds } = receipt;
    expect(await hexiao.call('POST', '/v1/replays', { deliveryIds })).toMatchObject({
      ...{ matched: 1, sent: 0, erased: 1 },
    });
    expect(await everything()).not.toContain(BUYER);
  });

  it('gives a receipt that never repeats the buyer’s id, and the same for the same request', async () => {
    await redeemedBy(BUYER, 'act-a');
    const first = await erase({ buyerId: BUYER, orderIds: ['order-act-a', 'order-act-a'] });
    const again = await erase({ buyerId: BUYER, orderIds: ['order-act-a'] });
    expect(again).toEqual(first);
    const reply = await ask(hexiao, 'GET', `/v1/erasures/${first.erasureId}`);
    expect(read(reply, receiptSchema)).toEqual(first);
    expect(reply.text).not.toContain(BUYER);
    expect(first.erasureId).not.toBe((await erase({ buyerId: OTHER })).erasureId);
  });

  it('requested once more finds what came since, and counts what it had erased before', async () => {
    await redeemedBy(BUYER, 'act-a');
    await erase({ buyerId: BUYER });
    await redeemedBy(BUYER, 'act-c');
    expect((await erase({ buyerId: BUYER })).found.deliveries).toBe(1);
    expect(await erase({ buyerId: BUYER, again: true })).toMatchObject({
      found: { deliveries: 2, events: 2, entries: 2 },
    });
    expect(await everything()).not.toContain(BUYER);
  });

  it('that dies at any of its writes is finished by the same request, with the same receipt', async () => {
    let left = Number.POSITIVE_INFINITY;
    aroundCalls(hexiao.emulators.database, async (next, { command }) => {
      if (!/^(Put|Update|Delete)/.test(command)) return next();
      left -= 1;
      if (left < 0) throw new Error('killed');
      return next();
    });
    let deaths = 0;
    for (let writes = 0; ; writes += IS_LONG ? 1 : 3) {
      const buyerId = `${BUYER}-${writes}`;
      left = Number.POSITIVE_INFINITY;
      await redeemedBy(buyerId, `act-${writes}`);
      left = writes;
      const body = { platform: 'douyin', reason: 'x', buyerId };
      const died = (await ask(hexiao, 'POST', '/v1/erasures', { body })).status === 500;
      left = Number.POSITIVE_INFINITY;
      expect(await erase({ buyerId })).toMatchObject({
        found: { deliveries: 1, events: 1, entries: 1 },
      });
      expect(await everything()).not.toContain(buyerId);
      if (!died) break;
      deaths += 1;
    }
    expect(deaths).toBeGreaterThan(IS_LONG ? 5 : 2);
  });

  it('longer than one request goes on where the receipt says, past many pages of the table', async () => {
    // Prepare: more than one scan's page of 1 MiB
    for (let n = 0; n < 5; n += 1) {
      const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(65_536)));
      const filler = {
        ...deliveryOf(`filler-${n}`, OTHER),
        body: Buffer.concat(Array(5).fill(noise)),
      };
      await hexiao.table.put(keys.delivery(filler.deliveryId), await pack(hexiao.table, filler));
      await redeemedBy(BUYER, `act-${n}`);
    }
    const asked = { platform: 'douyin', orderIds: [], voucherIds: [], byBuyer: true, reason: 'x' };
    const by = { requestedBy: 'operator', requestedAt: 'T', erasureId: 'e' };
    const whose: Whose = {
      ...{ platform: 'douyin', orderIds: new Set(), voucherIds: new Set() },
      integrations: new Set(['douyin-life']),
      needles: needlesOf([BUYER]),
      buyers: new Set([keyedHash(KEY, 'douyin-life', BUYER)]),
    };
    // Act: a deadline that is over allows one page each
    let erasure = await beginErasure(hexiao.table, { ...asked, ...by });
    const steps: number[] = [];
    while (erasure.finishedAt === null && steps.length < 20) {
      const standing = await beginErasure(hexiao.table, { ...asked, ...by });
      erasure = await continueErasure(hexiao.table, standing, whose, 'T', 0);
      steps.push(erasure.scanned);
    }
    // Assess
    expect(steps.length).toBeGreaterThan(1);
    expect(erasure).toMatchObject({ found: { deliveries: 5, events: 5, entries: 5 } });
    expect(await everything()).not.toContain(BUYER);
  });

  it.each([
    {},
    { orderIds: [] },
    { buyerId: 'short' },
    { orderIds: ['1234567'] },
    { voucherIds: ['1234567'] },
    { orderIds: Array.from({ length: 101 }, (_, n) => `order-act-${n}`) },
    { orderIds: ['order-act-a'], reason: '' },
    { orderIds: ['order-act-a'], platform: 'elsewhere' },
    { orderIds: ['order-act-a'], phone: '1' },
  ])('of %j is refused', async (over) => {
    const body = { platform: 'douyin', reason: 'x', ...over };
    expectProblem(await ask(hexiao, 'POST', '/v1/erasures', { body }), 400, 'request-invalid');
  });

  it('is the operator’s alone', async () => {
    const token = await makeProvider(hexiao, 'p1');
    const body = { platform: 'douyin', reason: 'x', orderIds: ['order-act-a'] };
    expectProblem(
      await ask(hexiao, 'POST', '/v1/erasures', { body, token }),
      403,
      'role-forbidden',
    );
    expectProblem(await ask(hexiao, 'GET', '/v1/erasures/x', { token }), 403, 'role-forbidden');
    expectProblem(await ask(hexiao, 'GET', '/v1/erasures/x'), 404, 'not-found');
  });
});
