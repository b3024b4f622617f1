import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf } from '../../../../lib/integrations/douyin-life/sandbox/endpoints/till.ts';
import { Faults } from '../../../../lib/integrations/douyin-life/sandbox/faults.ts';
import {
  countingIds,
  sandboxApp,
  World,
} from '../../../../lib/integrations/douyin-life/sandbox/index.ts';
import { cookieOf } from '../support.ts';
import { MERCHANT_SETTINGS, STORE, Till } from './support.ts';

/** The till's screens as forms: what a clerk's browser sends, and what comes back. In a browser: test/console/till. */

const APP_KEY = 'aw0000000000form';

let world: World;
let till: Till;
let cookie: string;
let tokenOf: (body: object) => Promise<string>;

beforeAll(async () => {
  world = new World({ clientKey: APP_KEY, now: Date.now, nextId: countingIds() });
  world.addMerchant({ accountId: 'm1', name: '商家' });
  world.addStore({ accountId: 'm1', poiId: STORE, name: STORE, city: '上海' });
  world.addProduct({ accountId: 'm1', productId: 'p1', name: '双人锅 168', priceFen: 16_800 });
  const shop = {
    ...({ integration: 'douyin-life', platform: 'douyin', appKey: APP_KEY } as const),
    ...{ secrets: { clientSecret: 'secret-of-the-till' }, settings: MERCHANT_SETTINGS },
  };
  const faults = new Faults();
  const app = sandboxApp({ world, clientSecret: 'secret-of-the-till', limits: {}, faults });
  till = await Till.open(shop, app);
  tokenOf = async (body) => {
    const made = { providerId: 'p1', name: 'x', ...body };
    return (await till.hexiao.call<{ token: string }>('POST', '/v1/tokens', made)).token;
  };
  const clerk = await tokenOf({ role: 'clerk', stores: [`douyin/${STORE}`] });
  ({ cookie } = await cookieOf(till.hexiao, clerk));
});

afterAll(() => till?.close());

function sell() {
  const order = world.sell({ productId: 'p1', platformDiscountFen: 0, channel: '直播' });
  world.takeOutbox();
  const [certificate] = order.certificates;
  if (certificate === undefined) throw new Error('nothing was sold');
  const { certificateId } = certificate;
  return {
    code: codeOf(certificate),
    uses: () => world.find(certificateId).state.standing.length,
  };
}

async function send(path: string, fields: Record<string, string>, headers: object = {}) {
  const body = new URLSearchParams({ store: `douyin/${STORE}`, ...fields });
  const reply = await till.hexiao.api.request(path, {
    ...{ method: 'POST', body, headers: { cookie, ...headers } },
  });
  return { status: reply.status, html: await reply.text() };
}

const stateIn = (html: string) => /data-state="(\w+)"/.exec(html)?.[1];

/** What a form of the page would send. */
function fieldsIn(html: string, ...names: string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [name, new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? '']),
  );
}

async function found(code: string): Promise<Record<string, string>> {
  const { html, status } = await send('/till/find', { code });
  expect([status, stateIn(html)]).toEqual([200, 'found']);
  return { ...fieldsIn(html, 'prepareId', 'requestId'), pick: '0' };
}

describe('the screens of the till', () => {
  it('lead from a code to its redemption and back, one act however often a form is sent', async () => {
    const { code, uses } = sell();
    const chosen = await found(code);
    const first = await send('/till/redeem', chosen);
    const second = await send('/till/redeem', chosen);
    expect([stateIn(first.html), stateIn(second.html), uses()]).toEqual(['done', 'done', 1]);
    expect(first.html).toContain('168.00');
    expect(first.html).not.toContain(code);
    const { undo = '' } = fieldsIn(first.html, 'undo');
    const ask = await send('/till/undo', { undo });
    expect(stateIn(ask.html)).toBe('undo');
    const undoing = { ...fieldsIn(ask.html, 'undo', 'requestId'), pick: '0' };
    const back = await send('/till/reverse', undoing);
    const again = await send('/till/reverse', undoing);
    expect([stateIn(back.html), stateIn(again.html), uses()]).toEqual(['undone', 'undone', 0]);
  });

  it('leave in the trail what the same calls of a program leave', async () => {
    const { code } = sell();
    await send('/till/redeem', await found(code));
    const { entries } = await till.hexiao.call<{ entries: object[] }>(
      ...(['GET', '/v1/audit?providerId=p1'] as const),
    );
    expect(entries).toContainEqual(
      expect.objectContaining({
        ...{ call: 'POST /v1/redemptions', outcome: 'done' },
        after: { storeId: STORE, done: 1, notDone: 0 },
      }),
    );
    expect(JSON.stringify(entries)).not.toContain(code);
  });

  it('ask again while nobody knows, as the same request', async () => {
    const { code, uses } = sell();
    const chosen = await found(code);
    const { requestId } = chosen;
    till.loses = { what: 'answer', of: '/certificate/verify/' };
    const lost = await send('/till/redeem', chosen);
    expect([lost.status, stateIn(lost.html)]).toEqual([503, 'asking']);
    expect(fieldsIn(lost.html, 'requestId')).toEqual({ requestId });
    till.loses = null;
    const known = await send('/till/redeem', chosen);
    expect([stateIn(known.html), uses()]).toEqual(['done', 1]);
  });

  it.each([
    ['a code of nobody', '/till/find', { code: '00000000' }, 422, 'refused'],
    ['no code', '/till/find', { code: '你好' }, 400, 'refused'],
    ['a choice of nothing', '/till/redeem', { prepareId: 'prep_x' }, 422, 'refused'],
    ['an undo of nobody', '/till/undo', { undo: 'x' }, 400, 'refused'],
  ] as const)('say what to do about %s', async (_what, path, fields, status, state) => {
    const reply = await send(path, fields);
    expect([reply.status, stateIn(reply.html)]).toEqual([status, state]);
    expect(reply.html).toContain('怎么办');
  });

  it('are nobody’s who has no till, no session, no such store, or who comes from another site', async () => {
    const { code, uses } = sell();
    const chosen = await found(code);
    const viewer = await cookieOf(till.hexiao, await tokenOf({ role: 'viewer' }));
    const others = [
      await send('/till/redeem', chosen, { cookie: viewer.cookie }),
      await send('/till/redeem', { ...chosen, store: 'douyin/6602' }),
      await send('/till/redeem', chosen, { cookie: '' }),
      await send('/till/redeem', chosen, { origin: 'https://evil.example' }),
    ];
    expect(others.map(({ status }) => status)).toEqual([403, 404, 200, 403]);
    // Without a session it is the form to sign in.
    expect(others[2]?.html).toContain('action="/sign-in"');
    expect(uses()).toBe(0);
  });
});
