import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { archiveDelivery, putSetAside } from '../../../lib/store/deliveries/archive.ts';
import { deleteHint, putHint } from '../../../lib/store/deliveries/waiting-hints.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { ask, Clock, expectProblem, fresh, read } from './support.ts';

const PHONE = '18612340001';
const PERSONAL = [PHONE, '赵敏', '_000buyer-of-the-test'];

const shown = z.strictObject({
  ...{
    deliveryId: z.string(),
    integration: z.string(),
    appKey: z.string(),
    receivedAt: z.string(),
  },
  ...{ state: z.string(), outcome: z.string().nullable(), kind: z.string().nullable() },
  ...{ why: z.string().nullable(), erasedAt: z.string().nullable(), bytes: z.int().nullable() },
  body: z.unknown(),
});

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let reader: string;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  const scoped = { name: fresh('reader'), scopes: ['pipeline:read', 'audit:read'] };
  reader = (await hexiao.call<{ token: string }>('POST', '/v1/tokens', scoped)).token;
});

afterAll(() => hexiao?.stop());

let made = 0;

function deliveryOf(orderId: string) {
  made += 1;
  const buyer = { nick_name: '赵敏', mobile: PHONE, open_id: '_000buyer-of-the-test' };
  const content = JSON.stringify({ order_id: orderId, buyer, pay_amount: 9_900 });
  return {
    ...{
      deliveryId: made.toString(16).padStart(64, 'a'),
      integration: 'douyin-life',
      appKey: 'app',
    },
    receivedAt: toInstant(clock.ms),
    body: new Uint8Array(
      Buffer.from(JSON.stringify({ event: 'life_trade_order_notify', content })),
    ),
  };
}

const look = async (id: string, token = reader) =>
  read(await ask(hexiao, 'GET', `/v1/deliveries/${id}`, { token }), shown);

describe('a delivery that is looked at', () => {
  const why = `the platform says 买家 ${PHONE}`;

  it('shows what it is about and nothing of a buyer’s, archived, set aside or waiting', async () => {
    const parked = deliveryOf('order-1');
    const outcome = { outcome: 'parked', kind: 'k', why } as const;
    await putSetAside(hexiao.table, 'parked', parked, outcome, clock.ms);
    await archiveDelivery(hexiao.table, parked, outcome, clock.ms);
    const archived = await look(parked.deliveryId);
    expect(archived).toMatchObject({
      ...{ state: 'archived', outcome: 'parked', why: 'the platform says 买家 186****0001' },
      bytes: parked.body.byteLength,
      body: {
        event: 'life_trade_order_notify',
        content: { buyer: { nick_name: '赵**', mobile: '186****0001' }, pay_amount: 9_900 },
      },
    });
    const waits = deliveryOf('order-2');
    const hint = { attempt: 1, failures: 1, answers: 0, dueAtMs: clock.ms, why };
    await putHint(hexiao.table, { ...waits, ...hint }, 0);
    expect(await look(waits.deliveryId)).toMatchObject({ state: 'waiting', outcome: null });
    const list = await ask(hexiao, 'GET', '/v1/set-aside/parked', { token: reader });
    const texts = [
      JSON.stringify(archived),
      JSON.stringify(await look(waits.deliveryId)),
      list.text,
    ];
    for (const text of texts) {
      expect(text).toContain('186****0001');
      for (const personal of PERSONAL) expect(text).not.toContain(personal);
    }
    await deleteHint(hexiao.table, waits.deliveryId);
    expectProblem(
      await ask(hexiao, 'GET', `/v1/deliveries/${waits.deliveryId}`, { token: reader }),
      ...([404, 'not-found'] as const),
    );
  });

  it('is read in clear by whoever may, and that is in the trail before a byte is given', async () => {
    const one = deliveryOf('order-3');
    await archiveDelivery(hexiao.table, one, { outcome: 'events', kind: 'k' }, clock.ms);
    const path = `/v1/deliveries/${one.deliveryId}/body`;
    expectProblem(await ask(hexiao, 'GET', path, { token: reader }), 403, 'role-forbidden');
    const scopes = { name: fresh('clear'), scopes: ['personal:read'] };
    const { token, tokenId } = await hexiao.call<{ token: string; tokenId: string }>(
      ...(['POST', '/v1/tokens', scopes] as const),
    );
    const clear = await ask(hexiao, 'GET', path, { token });
    expect(clear.text).toBe(Buffer.from(one.body).toString());
    expect(clear.headers.get('cache-control')).toBe('no-store');
    const trail = await ask(hexiao, 'GET', '/v1/audit?subject=delivery', { token: reader });
    const { entries } = read(trail, z.looseObject({ entries: z.array(z.looseObject({})) }));
    expect(entries).toMatchObject([
      {
        ...{ actor: `token/${tokenId}`, subject: `delivery/${one.deliveryId}`, outcome: 'done' },
        after: { integration: 'douyin-life', appKey: 'app' },
      },
    ]);
    for (const personal of PERSONAL) expect(trail.text).not.toContain(personal);
  });

  it('says that it was erased, and keeps nothing to read', async () => {
    const one = deliveryOf('order-to-erase');
    await archiveDelivery(hexiao.table, one, { outcome: 'events', kind: 'k' }, clock.ms);
    await hexiao.call('POST', '/v1/erasures', {
      ...{ platform: 'douyin', orderIds: ['order-to-erase'], reason: `requested by ${PHONE}` },
    });
    expect(await look(one.deliveryId)).toMatchObject({
      ...{ bytes: null, body: null, erasedAt: expect.any(String), outcome: 'events' },
    });
    const clear = await ask(hexiao, 'GET', `/v1/deliveries/${one.deliveryId}/body`);
    expect(expectProblem(clear, 404, 'not-found').detail).toContain('erased');
  });
});

describe('a member', () => {
  it('is listed with a masked mail address, and in the trail without a name', async () => {
    const body = { name: '赵敏', email: 'zhaomin@example.com', role: 'operator' };
    const { memberId } = await hexiao.call<{ memberId: string }>('POST', '/v1/members', body);
    const list = await ask(hexiao, 'GET', '/v1/members');
    expect(list.text).toContain('z***@example.com');
    const changed = await ask(hexiao, 'PATCH', `/v1/members/${memberId}`, {
      body: { name: '赵明' },
    });
    const trail = await ask(hexiao, 'GET', `/v1/audit?subject=member/${memberId}`);
    expect(trail.text).toContain('"before":{"name":"赵**"');
    for (const text of [list.text, changed.text, trail.text]) expect(text).not.toContain('zhaomin');
    expect(trail.text).not.toMatch(/赵敏|赵明/);
  });
});
