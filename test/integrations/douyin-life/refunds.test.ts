import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { contradicts } from '../../../lib/events/contradicts.ts';
import { type Event, type EventDraft, eventSchema } from '../../../lib/events/event.ts';
import { douyinLife } from '../../../lib/integrations/douyin-life/index.ts';
import { sandboxApp, stock, World } from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import type {
  Hint,
  Resolution,
  ResolveContext,
} from '../../../lib/integrations/kit/integration.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { appOf, MERCHANT, ORDER, SECRET, textOf, VOUCHER } from './support.ts';

const T0 = 1_760_000_000_000;

const sampleSchema = z.object({
  body: z.string(),
  answers: z.object({
    certificates: z.looseObject({}),
    orders: z.looseObject({}),
    records: z.looseObject({}),
  }),
});

/** Tokens and limits are kept by app, so each context has an app of its own. */
let apps = 0;

function contextOf(
  fetch: typeof globalThis.fetch,
  known: () => readonly Event[],
  refundAmount: 'total' | 'latest' = 'total',
  appKey = `aw-refunds-${++apps}`,
): ResolveContext {
  return {
    app: { ...appOf({ refundAmount, apiBaseUrl: 'http://platform.test' }), appKey },
    fetch,
    now: () => T0 + 90_000_000,
    answers: 0,
    deadlineMs: T0 + 90_060_000,
    calls: { turn: async () => {} },
    history: async (voucherId) => known().filter((event) => event.voucherId === voucherId),
    isKnownStore: async () => true,
    storesOf: async () => [],
    payment: async () => undefined,
    vouchersOf: async () => [],
  };
}

/** What the documented samples read as, with the answers that they carry. */
async function resolveSample(name: string, known: readonly Event[] = []): Promise<Resolution> {
  const { body, answers } = sampleSchema.parse(JSON.parse(textOf(name)));
  const reading = douyinLife.read(new TextEncoder().encode(body), appOf());
  if (reading.outcome !== 'hint') throw new Error(`${name} is no hint`);
  const fetch: typeof globalThis.fetch = async (input) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const data = pathname.includes('client_token')
      ? { access_token: 'clt.1', expires_in: 7_200 }
      : pathname.includes('verify_record')
        ? answers.records
        : pathname.includes('certificate/query')
          ? answers.certificates
          : answers.orders;
    return Response.json({ data: { error_code: 0, ...data }, extra: { error_code: 0 } });
  };
  const [resolution] = await douyinLife.resolve(
    [reading.hint],
    contextOf(fetch, () => known),
  );
  if (resolution === undefined) throw new Error('not resolved');
  return resolution;
}

const refundsIn = (resolution: Resolution) =>
  resolution.events.filter((event) => event.kind === 'voucher.refunded');

const stamp = (draft: EventDraft): Event => {
  const origin = { platform: 'douyin', loop: 'closed', integration: 'douyin-life', appKey: 'a' };
  const { buyerId: _, ...event } = draft;
  return eventSchema.parse({ ...origin, ...event, deliveryId: null, recordedAt: toInstant(T0) });
};

const USE = '7500000000000000011';
const ALL = 9_900;

describe('the documented kinds of refund', () => {
  test.each([
    ['refund-before-use', { refundedFen: ALL, takesBack: [], unusedFen: ALL }],
    [
      'refund-after-use',
      { refundedFen: ALL, takesBack: [{ redemptionId: USE, paidFen: null }], unusedFen: 0 },
    ],
    [
      'refund-partial',
      { refundedFen: 4_000, takesBack: [{ redemptionId: USE, paidFen: 4_000 }], unusedFen: 0 },
    ],
    ['refund-one-of-several', { refundedFen: ALL, takesBack: [], unusedFen: ALL }],
    ['refund-times-card', { refundedFen: 6_000, takesBack: [], unusedFen: 6_000 }],
  ])('%s', async (name, expected) => {
    // Act
    const resolution = await resolveSample(name);
    // Assess
    expect(resolution.outcome).toBe('resolved');
    expect(refundsIn(resolution)).toEqual([
      {
        ...{ kind: 'voucher.refunded', eventId: `refunded:${VOUCHER}`, complete: true },
        ...{ merchantId: MERCHANT, orderId: ORDER, voucherId: VOUCHER },
        occurredAt: toInstant(1_760_089_990_000),
        ...expected,
      },
    ]);
  });

  test('of two vouchers only the one that was refunded is', async () => {
    const resolution = await resolveSample('refund-one-of-several');
    expect(resolution.events.map((event) => event.eventId)).toEqual([
      `paid:${ORDER}`,
      `refunded:${VOUCHER}`,
    ]);
  });

  test('a second part of the same voucher is an event of its own, for the rest', async () => {
    // Prepare
    const first = refundsIn(await resolveSample('refund-partial')).map(stamp);
    // Act
    const resolution = await resolveSample('refund-partial-twice', first);
    // Assess
    expect(refundsIn(resolution)).toMatchObject([
      { eventId: `refunded:${VOUCHER}`, refundedFen: 4_000 },
      {
        eventId: `refunded:${VOUCHER}+6500`,
        occurredAt: toInstant(1_760_089_995_000),
        refundedFen: 2_500,
        takesBack: [{ redemptionId: USE, paidFen: 2_500 }],
      },
    ]);
  });

  test('the rest of a use that was refunded in part is taken whole', async () => {
    // Prepare: of 99.00 a first refund took 80.00, and now all of it is refunded
    const [first] = refundsIn(await resolveSample('refund-partial'));
    const known = {
      ...first,
      refundedFen: 8_000,
      takesBack: [{ redemptionId: USE, paidFen: 8_000 }],
    };
    // Act
    const resolution = await resolveSample('refund-after-use', [stamp(known as EventDraft)]);
    // Assess
    expect(refundsIn(resolution).at(-1)).toMatchObject({
      ...{ eventId: `refunded:${VOUCHER}+9900`, refundedFen: 1_900 },
      takesBack: [{ redemptionId: USE, paidFen: null }],
    });
  });

  test('who and what brought the buyer is reported with the redemption, and the buyer to be hashed', async () => {
    const { events } = await resolveSample('refund-after-use');
    expect(events.find((event) => event.kind === 'voucher.redeemed')).toMatchObject({
      buyerId: '_000testOpenId',
      sale: {
        ...{ creatorId: '98000000000001', contentId: '7390000000000000001', channel: 'live' },
        cps: { kind: 'unknown', amountFen: null },
      },
    });
    expect(events.find((event) => event.kind === 'order.paid')?.buyerId).toBe('_000testOpenId');
  });
});

/** A platform with one used voucher, and the events that asking it about refunds brought. */
function platform() {
  let nowMs = T0;
  const clientKey = `aw-refunds-${++apps}`;
  const world = new World({ clientKey, now: () => nowMs });
  const app = sandboxApp({ world, clientSecret: SECRET, limits: {} });
  const { meal, stores } = stock(world);
  const order = world.sell({ productId: meal.productId });
  const certificateId = order.certificates[0]?.certificateId ?? '';
  nowMs += 60_000;
  world.redeem(certificateId, stores[0].poiId);
  const events = new Map<string, Event>();
  const conflicts: string[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) =>
    app.request(input instanceof Request ? input.url : input.toString(), init);
  const context = contextOf(fetch, () => [...events.values()], 'total', clientKey);

  async function ask(hints: readonly Hint[]): Promise<Resolution[]> {
    const resolutions = await douyinLife.resolve(hints, { ...context, now: () => nowMs });
    for (const draft of resolutions[0]?.events ?? []) {
      const event = stamp(draft);
      const standing = events.get(event.eventId);
      if (standing && contradicts(standing, event)) conflicts.push(event.eventId);
      if (!standing) events.set(event.eventId, event);
    }
    return resolutions;
  }

  const hint = (): Hint => ({
    ...{ action: 'refunded', merchantId: order.accountId, orderId: order.orderId },
    ...{ voucherId: certificateId, occurredAt: toInstant(nowMs) },
  });
  return {
    ask,
    conflicts,
    hint,
    /** Refunds so much, some time later. @returns the message's hint */
    refund: (fen?: number): Hint => {
      nowMs += 3_600_000;
      world.refund(certificateId, fen);
      return hint();
    },
    refunds: () =>
      [...events.values()]
        .filter((event) => event.kind === 'voucher.refunded')
        .map(({ eventId, refundedFen }) => ({
          id: eventId.split(/(?=[+@])/)[1] ?? '',
          refundedFen,
        })),
  };
}

describe('two partial refunds and the rest of one voucher, told by messages and by pulls', () => {
  test('each queried when its message comes', async () => {
    const { ask, refund, refunds, conflicts } = platform();
    for (const fen of [3_000, 2_000, undefined]) {
      const [resolution] = await ask([refund(fen)]);
      expect(resolution?.outcome).toBe('resolved');
    }
    expect(refunds()).toEqual([
      { id: '', refundedFen: 3_000 },
      { id: '+5000', refundedFen: 2_000 },
      { id: '+12800', refundedFen: 7_800 },
    ]);
    expect(conflicts).toEqual([]);
  });

  test('messages and pulls in any order and number come to the same events', async () => {
    const { ask, refund, refunds, hint, conflicts } = platform();
    const first = refund(3_000);
    await ask([hint()]);
    await ask([first, first]);
    const second = refund(2_000);
    await ask([hint()]);
    await ask([hint()]);
    await ask([second]);
    await ask([first]);
    expect(refunds()).toEqual([
      { id: '', refundedFen: 3_000 },
      { id: '+5000', refundedFen: 2_000 },
    ]);
    expect(conflicts).toEqual([]);
  });

  test('a message that was lost is made good by the next: the sum is right', async () => {
    const { ask, refund, refunds, conflicts } = platform();
    const lost = refund(3_000);
    const [resolution] = await ask([refund(2_000)]);
    expect(resolution?.outcome).toBe('resolved');
    await ask([lost]);
    expect(refunds()).toEqual([{ id: '', refundedFen: 5_000 }]);
    await ask([refund()]);
    expect(refunds().reduce((sum, one) => sum + (one.refundedFen ?? 0), 0)).toBe(12_800);
    expect(conflicts).toEqual([]);
  });

  test('a message about a refund that the platform does not show yet waits', async () => {
    // Prepare
    const { ask, refund, hint } = platform();
    await ask([refund(3_000)]);
    const later = { ...hint(), occurredAt: toInstant(Date.parse(hint().occurredAt) + 3_600_000) };
    // Act
    const [resolution] = await ask([later]);
    // Assess
    expect(resolution).toMatchObject({ outcome: 'wait', answered: true });
  });
});

test('where an order reports only the latest refund, another time makes another refund', async () => {
  // Prepare: the same order, but its amount is that of the second refund alone
  const first = refundsIn(await resolveSample('refund-partial')).map(stamp);
  const { body, answers } = sampleSchema.parse(JSON.parse(textOf('refund-partial-twice')));
  const reading = douyinLife.read(new TextEncoder().encode(body), appOf());
  const text = JSON.stringify(answers.orders).replace(
    '"refund_amount":6500',
    '"refund_amount":2500',
  );
  const fetch: typeof globalThis.fetch = async (input) => {
    const { pathname } = new URL(input instanceof Request ? input.url : input);
    const data: object = pathname.includes('client_token')
      ? { access_token: 'clt.1', expires_in: 7_200 }
      : pathname.includes('certificate/query')
        ? answers.certificates
        : (JSON.parse(text) as object);
    return Response.json({ data: { error_code: 0, ...data }, extra: { error_code: 0 } });
  };
  const hints = reading.outcome === 'hint' ? [reading.hint] : [];
  // Act
  const known = [...first];
  const [once] = await douyinLife.resolve(
    hints,
    contextOf(fetch, () => known, 'latest'),
  );
  known.splice(0, known.length, ...refundsIn(once as Resolution).map(stamp));
  const [again] = await douyinLife.resolve(
    hints,
    contextOf(fetch, () => known, 'latest'),
  );
  // Assess
  expect(refundsIn(once as Resolution)).toMatchObject([
    { refundedFen: 4_000 },
    { eventId: `refunded:${VOUCHER}@1760089995000`, refundedFen: 2_500 },
  ]);
  expect(refundsIn(again as Resolution)).toEqual(refundsIn(once as Resolution));
});
