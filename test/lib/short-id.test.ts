import { describe, expect, test } from 'vitest';
import { idSchema } from '../../lib/events/event.ts';
import { shortId } from '../../lib/events/short-id.ts';
import { eventsOfHint } from '../../lib/integrations/douyin-life/events.ts';
import {
  afterSaleAuditSchema,
  refundIdAfterUse,
} from '../../lib/integrations/douyin-life/payloads.ts';
import { read } from '../../lib/integrations/douyin-life/read.ts';
import { madeUpId } from '../../lib/integrations/meituan/consumed.ts';
import { tierStoreOf } from '../../lib/ledger/tiers.ts';

/** As long as an id may be, and different only in one place: its first, its middle, its last. */
const LONG = ['0', '1'].flatMap((digit) => [
  `${digit}${'7'.repeat(127)}`,
  `${'7'.repeat(64)}${digit}${'7'.repeat(63)}`,
  `${'7'.repeat(127)}${digit}`,
]);

const AT = '2025-10-09T16:53:20.000+08:00';

const app = {
  integration: 'douyin-life',
  appKey: 'aw1',
  secrets: {},
  settings: { enrichment: 'none' },
} as const;

/** The id of what a message of a cooperation says. */
function cooperationId(order_id: string): string {
  const content = {
    order_id,
    merchant_id: 'm1',
    partner_id: 'p1',
    status: 301,
    event_time: 1_760_000_000_000,
  };
  const body = Buffer.from(JSON.stringify({ event: 'life_partner_order_notify', content }));
  const reading = read(body, app, AT);
  return reading.outcome === 'events' ? String(reading.events[0]?.eventId) : reading.outcome;
}

/** Every id that we make of one of a platform's. */
const MADE: Readonly<Record<string, (id: string) => string>> = {
  'a refund after use': (certificate_id) => {
    const request = { account_id: 'a', order_id: 'o', certificate_id, refund_time: 1_760_000_000 };
    return refundIdAfterUse(afterSaleAuditSchema.parse(request));
  },
  'an act that only a hint reports': (voucherId) => {
    const hint = {
      action: 'redeemed',
      merchantId: 'm',
      orderId: 'o',
      voucherId,
      occurredAt: AT,
    } as const;
    const [event] = eventsOfHint(hint);
    return event?.kind === 'voucher.redeemed' ? event.redemptionId : 'none';
  },
  'an act that only our call names': (code) => madeUpId(code, 'r'.repeat(64)),
  'the store of a merchant’s tiers': tierStoreOf,
};

describe('an id that we make of a long one', () => {
  test.each(Object.entries(MADE))('%s is an id, and another for each', (_what, of) => {
    for (const id of LONG) expect(idSchema.safeParse(of(id)).success, of(id)).toBe(true);
    expect(new Set(LONG.map(of)).size).toBe(LONG.length);
  });

  test('an event of a cooperation fits, and is another for each', () => {
    const ids = [...LONG, '店'.repeat(128)].map(cooperationId);
    for (const id of ids) expect(id).toMatch(/^cooperation:.{1,288}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('keeps a short one as it is, and no half of a pair', () => {
    expect(shortId('7'.repeat(90), 90)).toBe('7'.repeat(90));
    expect(shortId('7'.repeat(91), 90)).toHaveLength(90);
    const pairs = shortId('😀'.repeat(60), 90);
    expect(pairs.isWellFormed()).toBe(true);
    expect(shortId(`x${'😀'.repeat(60)}`, 90).isWellFormed()).toBe(true);
  });
});
