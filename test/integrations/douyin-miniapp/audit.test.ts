import { describe, expect, test } from 'vitest';
import { douyinMiniapp } from '../../../lib/integrations/douyin-miniapp/index.ts';
import type { Audit } from '../../../lib/integrations/kit/integration.ts';
import type { RefundRequest } from '../../../lib/integrations/kit/records.ts';
import { APP_ID, app, RECEIVED_AT } from './support.ts';

const NOW = 1_795_312_800_000;

const request = (change: Partial<RefundRequest> = {}): RefundRequest => ({
  platform: 'douyin',
  integration: 'douyin-miniapp',
  appKey: APP_ID,
  merchantId: APP_ID,
  refundId: 'ot1',
  orderId: 'ots1',
  voucherIds: [],
  requestedFen: 8_300,
  decideBy: null,
  reference: { version: '2.0', outRefundNo: 'R1' },
  requestedAt: RECEIVED_AT,
  status: 'approved',
  decidedBy: 'operator',
  decidedAt: RECEIVED_AT,
  reason: null,
  notifiedAt: null,
  ...change,
});

let apps = 0;

/** A platform that gives a token and answers the audit call so. */
function platform(answer: () => Response) {
  const calls: { path: string; body: unknown; token: string | null }[] = [];
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const path = new URL(url instanceof Request ? url.url : url).pathname;
    if (path === '/oauth/client_token/') {
      return Response.json({ data: { access_token: 'clt.1', expires_in: 7200, error_code: 0 } });
    }
    const token = new Headers(init?.headers).get('access-token');
    calls.push({ path, body: JSON.parse(typeof init?.body === 'string' ? init.body : ''), token });
    return answer();
  };
  // Tokens are shared by app and secret, so each platform here has an app of its own.
  apps += 1;
  const secrets = { clientSecret: [`secret-${apps}`] };
  const tell = async (refund: RefundRequest, as = app(secrets)): Promise<Audit | undefined> =>
    douyinMiniapp.auditRefund?.(refund, { app: as, fetch, now: () => NOW });
  return { calls, tell };
}

const ok = () => Response.json({ err_no: 0, err_msg: '' });

describe('reporting how a refund was decided', () => {
  test('goes by our number in the life services’ systems', async () => {
    const { calls, tell } = platform(ok);
    expect(await tell(request())).toEqual({ outcome: 'notified' });
    expect(calls).toEqual([
      {
        path: '/api/apps/trade/v2/refund/merchant_audit_callback',
        body: { out_refund_no: 'R1', refund_audit_status: 1 },
        token: 'clt.1',
      },
    ]);
  });

  test('goes by the platform’s id in the general system', async () => {
    const { calls, tell } = platform(ok);
    const reference = { version: '3.0', outRefundNo: 'R1' };
    const refused = request({ reference, status: 'refused', reason: '已过期' });
    expect(await tell(refused)).toEqual({ outcome: 'notified' });
    expect(calls).toMatchObject([
      {
        path: '/api/trade_basic/v1/developer/refund_audit_callback/',
        body: { refund_id: 'ot1', refund_audit_status: 2, deny_message: '已过期' },
      },
    ]);
  });

  test('says that the platform will not take it, with its code and no more', async () => {
    const { tell } = platform(() => Response.json({ err_no: 20_001, err_msg: 'ots1 of 张三' }));
    expect(await tell(request())).toEqual({
      outcome: 'refused',
      why: 'merchant_audit_callback answered error 20001',
    });
  });

  test.each([
    ['no answer', () => Response.error()],
    ['HTTP 500', () => new Response('', { status: 500 })],
    ['HTTP 403 of a proxy', () => new Response('', { status: 403 })],
    ['no JSON', () => new Response('<html>')],
    ['a code that refuses the token twice', () => Response.json({ err_no: 2190008 })],
  ])('waits for %s', async (_what, answer) => {
    expect(await platform(answer).tell(request())).toMatchObject({ outcome: 'wait' });
  });

  test('keeps how long the platform asks us to wait', async () => {
    const headers = { 'retry-after': '30' };
    const { tell } = platform(() => new Response('', { status: 429, headers }));
    expect(await tell(request())).toMatchObject({ outcome: 'wait', retryAfterMs: 30_000 });
  });

  test('waits, and asks nobody, while there is nothing to tell or no secret to ask with', async () => {
    const { calls, tell } = platform(ok);
    expect(await tell(request({ status: 'pending' }))).toMatchObject({ outcome: 'wait' });
    expect(await tell(request(), app({}))).toMatchObject({
      outcome: 'wait',
      why: 'the app has no clientSecret to call with',
    });
    expect(calls).toEqual([]);
  });
});
