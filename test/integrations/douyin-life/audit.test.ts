import { describe, expect, test } from 'vitest';
import { douyinLife } from '../../../lib/integrations/douyin-life/index.ts';
import {
  type Fault,
  Faults,
  IssuedTokens,
  sandboxApp,
  stock,
  World,
} from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import type { Secrets } from '../../../lib/integrations/kit/app.ts';
import type { Audit } from '../../../lib/integrations/kit/integration.ts';
import type { RefundRequest } from '../../../lib/integrations/kit/records.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { appOf, SECRET } from './support.ts';

const T0 = 1_760_000_000_000;
let apps = 0;

/** A platform with one used voucher of which the buyer wants the money back. */
function platform(secrets?: Secrets) {
  apps += 1;
  const clientKey = `aw-audit-${apps}`;
  const world = new World({ clientKey, now: () => T0 });
  const faults = new Faults();
  const tokens = new IssuedTokens(() => T0);
  const app = sandboxApp({ world, clientSecret: SECRET, faults, tokens, limits: {} });
  const bodies: string[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    if (typeof init?.body === 'string') bodies.push(init.body);
    return app.request(input instanceof Request ? input.url : input.toString(), init);
  };
  const { meal, stores, merchant } = stock(world);
  const order = world.sell({ productId: meal.productId });
  const certificateId = order.certificates[0]?.certificateId ?? '';
  world.redeem(certificateId, stores[0].poiId);
  const context = {
    app: {
      ...appOf({ apiBaseUrl: 'http://platform.test' }),
      appKey: clientKey,
      ...(secrets && { secrets }),
    },
    fetch,
    now: () => T0,
  };
  const request: RefundRequest = {
    ...{ platform: 'douyin', integration: 'douyin-life', appKey: clientKey },
    ...{ merchantId: merchant.accountId, refundId: 'r1', orderId: order.orderId },
    ...{ voucherIds: [certificateId], requestedFen: null, decideBy: null, reference: {} },
    ...{ requestedAt: toInstant(T0), decidedAt: toInstant(T0), decidedBy: 'operator' },
    ...{ status: 'approved', reason: null, notifiedAt: null },
  };
  const audit = async (over: Partial<RefundRequest>): Promise<Audit> => {
    const audited = await douyinLife.auditRefund?.({ ...request, ...over }, context);
    if (audited === undefined) throw new Error('it takes no audit');
    return audited;
  };
  return { world, faults, tokens, bodies, certificateId, order, merchant, audit };
}

const REFUSED = { status: 'refused', reason: '已在门店使用' } as const;

describe('a decision about a third-party code', () => {
  const opened = () => {
    const made = platform();
    const after_sale_id = made.world.openAfterSale([made.certificateId]);
    return { ...made, reference: { call: 'fulfilment', after_sale_id } };
  };

  test('to allow is told, and the platform refunds', async () => {
    const { world, audit, reference, certificateId, bodies } = opened();
    expect(await audit({ reference })).toEqual({ outcome: 'notified' });
    expect(world.find(certificateId).state.refund?.isWhole).toBe(true);
    expect(JSON.parse(bodies.at(-1) ?? '')).toEqual({
      ...{ after_sale_id: reference.after_sale_id, result: 1, reason: '' },
      certificate: [{ certificate_id: certificateId }],
    });
  });

  test('to refuse is reported with its reason, and the voucher goes on', async () => {
    const { world, audit, reference, certificateId } = opened();
    expect(await audit({ ...REFUSED, reference })).toEqual({ outcome: 'notified' });
    expect(world.find(certificateId).state).toMatchObject({ refund: null, refundRequested: false });
    expect(world.audits).toMatchObject([{ isAllowed: false, reason: '已在门店使用' }]);
  });

  test('that came without an after-sale’s id is refused in words that tell what to do', async () => {
    const { audit, bodies } = opened();
    const outcome = await audit({ reference: { call: 'fulfilment' } });
    expect(outcome).toMatchObject({ outcome: 'refused', why: expect.stringMatching(/抖音来客/) });
    expect(bodies).toEqual([]);
  });

  test('that the platform has decided before is refused, not requested for ever', async () => {
    const { audit, reference } = opened();
    await audit({ reference });
    expect(await audit({ reference })).toMatchObject({ outcome: 'refused' });
  });

  test.each<[Fault['mode'], Audit['outcome']]>([
    ['http500', 'wait'],
    ['http429', 'wait'],
    ['garbage', 'wait'],
    ['denied', 'refused'],
  ])('when the platform says %s: %s', async (mode, outcome) => {
    const { world, faults, audit, reference } = opened();
    faults.set('refund.audit', { mode, times: 1 });
    expect(await audit({ reference })).toMatchObject({ outcome });
    expect(world.audits).toEqual([]);
    expect(await audit({ reference })).toEqual({ outcome: 'notified' });
  });

  test('waits while no token is to be had, and is reported with a new one', async () => {
    const { faults, tokens, audit, reference } = opened();
    faults.set('client_token', { mode: 'http500', times: 1 });
    expect(await audit({ reference })).toMatchObject({ outcome: 'wait' });
    await audit({ status: 'pending' });
    faults.set('refund.audit', { mode: 'http500', times: 1 });
    await audit({ reference });
    tokens.revokeAll();
    expect(await audit({ reference })).toEqual({ outcome: 'notified' });
  });
});

describe('a decision about a refund after use', () => {
  const opened = () => {
    const made = platform();
    made.world.requestRefund(made.certificateId);
    const { merchant, order, certificateId: certificate_id } = made;
    const ids = { account_id: merchant.accountId, order_id: order.orderId, certificate_id };
    return { ...made, reference: { call: 'akte', ...ids } };
  };

  test('is told to the other endpoint, either way', async () => {
    const one = opened();
    expect(await one.audit({ reference: one.reference })).toEqual({ outcome: 'notified' });
    expect(one.world.find(one.certificateId).state.refund?.isWhole).toBe(true);
    const other = opened();
    expect(await other.audit({ ...REFUSED, reference: other.reference })).toEqual({
      outcome: 'notified',
    });
    expect(JSON.parse(other.bodies.at(-1) ?? '')).toMatchObject({
      ...{ audit_status: false, reject_reason: '已在门店使用' },
    });
  });

  test('without its ids is refused', async () => {
    const { audit } = opened();
    expect(await audit({ reference: { call: 'akte' } })).toMatchObject({ outcome: 'refused' });
  });
});

test('a decision waits for a secret that the app lacks: no platform refused it', async () => {
  const { audit } = platform({});
  const reference = { call: 'fulfilment', after_sale_id: '7001' };
  expect(await audit({ reference })).toMatchObject({
    outcome: 'wait',
    why: expect.stringMatching(/clientSecret/),
  });
});

test('what nobody has decided is not reported', async () => {
  const { audit, bodies } = platform();
  expect(await audit({ status: 'pending' })).toMatchObject({ outcome: 'refused' });
  expect(bodies).toEqual([]);
});
