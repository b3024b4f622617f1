import type { ResolveContext } from '../../../lib/integrations/kit/integration.ts';
import { KuaishouShopClient } from '../../../lib/integrations/kuaishou-shop/client.ts';
import {
  SANDBOX_METHODS,
  ShopSandbox,
} from '../../../lib/integrations/kuaishou-shop/sandbox/index.ts';
import { resolveContext } from '../context.ts';
import { APP_KEY, appWith } from './support.ts';

const SIGN_SECRET = 'test_sign_secret_SHOP';
export const NOW = 1795312800123;

export const answer = {
  statusField: 'data.status',
  doneStatuses: ['30', '70'],
  amountField: 'data.amountFen',
  amountUnit: 'fen',
  atField: 'data.atMs',
};
export const SETTINGS = {
  callsPerSecond: 1_000,
  orderQuery: { ...SANDBOX_METHODS.order, answer },
  refundQuery: {
    ...SANDBOX_METHODS.refund,
    http: 'POST',
    answer: { ...answer, refundIdField: 'data.refundId' },
  },
  consumeEndpoint: { ...SANDBOX_METHODS.consume, http: 'POST' },
  reverseEndpoint: { ...SANDBOX_METHODS.reverse, http: 'POST' },
};

export function platform(settings: object = {}, over: Partial<ResolveContext> = {}) {
  const sandbox = new ShopSandbox({ appKey: APP_KEY, signSecret: SIGN_SECRET, accessToken: 'ATK' });
  const app = appWith(
    { signSecret: SIGN_SECRET, accessToken: 'ATK' },
    { ...SETTINGS, ...settings },
  );
  const context = resolveContext(app, {
    fetch: sandbox.fetch,
    now: () => NOW,
    deadlineMs: NOW + 10_000,
    ...over,
  });
  return { sandbox, context, client: new KuaishouShopClient(context) };
}
