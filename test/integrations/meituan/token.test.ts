import { describe, expect, test } from 'vitest';
import { LiveTokens } from '../../../lib/integrations/kit/live-tokens.ts';
import { redeemSchema, type TillContext } from '../../../lib/integrations/kit/till.ts';
import { MemoryTokens } from '../../../lib/integrations/kit/token-store.ts';
import { MeituanClient } from '../../../lib/integrations/meituan/client.ts';
import { MeituanSandbox } from '../../../lib/integrations/meituan/sandbox/index.ts';
import { redeem } from '../../../lib/integrations/meituan/till.ts';
import { appWith, DEVELOPER, KEY, VOUCHER } from './support.ts';

const NOW = 1_795_317_600_000;
const DAY_MS = 86_400_000;
const STORE = { appAuthToken: 'V2-0', storeId: 'op_test_0001' };

/** A store of business 58 that authorised us once: `V2-0` and `refresh-0` are what that brought. */
function platform(
  secrets: Record<string, string> = { 'refreshToken:op_test_0001': 'refresh-0' },
  settings: object = {},
) {
  const clock = { nowMs: NOW };
  const now = () => clock.nowMs;
  const sandbox = new MeituanSandbox({
    ...{ developerId: DEVELOPER, signKey: KEY, dianpingAppKey: 'k', dianpingSecret: 's', now },
  });
  const store = new MemoryTokens();
  const app = appWith({ ...settings }, { signKey: KEY, ...secrets });
  const worker = () =>
    new MeituanClient({ app, fetch: sandbox.fetch, now, tokens: new LiveTokens(store) });
  const look = () => worker().prepare(STORE, VOUCHER);
  const tokensSent = () =>
    sandbox.calls.map(({ path, params }) =>
      path === '/oauth/refresh' ? `renew ${params.refreshToken}` : params.appAuthToken,
    );
  return { app, clock, sandbox, look, tokensSent };
}

describe('a store’s token', () => {
  test('is the registered one where no refresh token is', async () => {
    const { look, tokensSent } = platform({});
    await look();
    expect(tokensSent()).toEqual(['V2-0']);
  });

  test('is renewed before its 30 days are over, each time with the newest refresh token', async () => {
    const { clock, look, tokensSent } = platform();
    await look();
    clock.nowMs += 19 * DAY_MS;
    await look();
    clock.nowMs += 2 * DAY_MS;
    await look();
    clock.nowMs += 29 * DAY_MS;
    await look();
    expect(tokensSent()).toEqual([
      ...['renew refresh-0', 'V2-1', 'V2-1', 'renew refresh-1', 'V2-2'],
      ...['renew refresh-2', 'V2-3'],
    ]);
  });

  test('is requested with the documented fields', async () => {
    const { look, sandbox } = platform();
    await look();
    const { sign: _, ...fields } = sandbox.calls[0]?.params ?? {};
    expect(fields).toEqual({
      ...{ developerId: DEVELOPER, businessId: '58', charset: 'UTF-8', scope: 'all' },
      ...{ grantType: 'refresh_token', refreshToken: 'refresh-0' },
      timestamp: String(NOW / 1000),
    });
  });

  test('renewed by two workers at once is one, though a refresh token is good once', async () => {
    const { look, tokensSent } = platform();
    await Promise.all([look(), look()]);
    expect(tokensSent().filter((one) => one?.startsWith('renew'))).toHaveLength(1);
  });

  test('is the merchant’s to authorise again after 35 days without a renewal', async () => {
    const { clock, look } = platform();
    await look();
    clock.nowMs += 35 * DAY_MS;
    await expect(look()).rejects.toThrow('authorise again');
  });

  test('that the platform takes no more is renewed, once', async () => {
    // Prepare
    const { look, sandbox, tokensSent } = platform(undefined, { codes: { OP_TOKEN: 'token' } });
    await look();
    // Act
    sandbox.fails.push('OP_TOKEN');
    await look();
    // Assess
    const first = ['renew refresh-0', 'V2-1'];
    expect(tokensSent()).toEqual([...first, 'V2-1', 'renew refresh-1', 'V2-2']);
  });

  test('that the platform takes no more, and that nobody can renew, is an error to repeat', async () => {
    const { look, sandbox, tokensSent } = platform({}, { codes: { OP_TOKEN: 'token' } });
    sandbox.fails.push('OP_TOKEN');
    await expect(look()).rejects.toMatchObject({ retryable: true, code: 'OP_TOKEN' });
    expect(tokensSent()).toEqual(['V2-0']);
  });

  test('that cannot be renewed is no word about the code at the till, which was not asked about', async () => {
    // Prepare: a repetition, so that an earlier try may have used the code
    const { app, sandbox, tokensSent } = platform({ appAuthToken: 'V2-0', refreshToken: 'gone' });
    sandbox.fails.push('9', '9', '9', '9');
    const command = redeemSchema.parse({
      ...{ requestId: 'request-1', code: VOUCHER, storeId: 'op_test_0001' },
    });
    const tokens = new LiveTokens(new MemoryTokens());
    const context = {
      ...{ app, fetch: sandbox.fetch, now: () => NOW, tokens, startedAtMs: NOW },
      ...{
        notes: {},
        note: async (notes) => notes,
        actsOf: async () => [],
        claimUse: async () => true,
        mayLag: async () => false,
      },
      ...{ merchantOfStore: async () => undefined, payment: async () => undefined },
    } as Partial<TillContext> as TillContext;
    // Act
    const outcome = await redeem(command, context);
    // Assess
    expect(outcome).toMatchObject({ outcome: 'refused', isFinal: false });
    expect(JSON.stringify(outcome)).toContain('authorise again');
    expect(tokensSent()).toEqual(['renew gone']);
  });

  test('whose renewal the platform refuses is used until it ends', async () => {
    const { clock, look, sandbox } = platform();
    await look();
    clock.nowMs += 21 * DAY_MS;
    sandbox.fails.push('1002');
    expect(await look()).toMatchObject({ code: 'OP_SUCCESS' });
  });
});
