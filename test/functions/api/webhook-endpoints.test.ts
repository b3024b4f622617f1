import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { outgoing } from '../../../lib/http/outgoing.ts';
import { Receiver } from '../../lib/notices/receiver.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { ask, Clock, expectProblem, fresh, makeProvider, read } from './support.ts';

const clock = new Clock();
const fetch = outgoing({ named: '127.0.0.0/8' });
let hexiao: HexiaoUnderTest;
let receiver: Receiver;
let token: string;
let providerId: string;

beforeAll(async () => {
  clock.ms = Date.now();
  hexiao = await HexiaoUnderTest.start({ now: clock.now, fetch });
  receiver = await Receiver.start();
  ({ providerId, token } = await owner());
});
afterAll(async () => {
  await receiver?.stop();
  await hexiao?.stop();
});

async function owner(id = fresh('provider'), role = 'owner') {
  await makeProvider(hexiao, id);
  const path = `/v1/providers/${id}/tokens`;
  const made = await hexiao.call<{ token: string }>('POST', path, { role });
  return { providerId: id, token: made.token };
}

const PATH = '/v1/webhook-endpoints';
const made = z.strictObject({ endpointId: z.string(), secret: z.string() });
const body = () => ({ url: `${receiver.url}/in`, types: ['entry.booked', 'entry.reversed'] });

const make = async (more: object = {}) =>
  read(await ask(hexiao, 'POST', PATH, { token, body: { ...body(), ...more } }), made);

const delivered = z.looseObject({ delivered: z.boolean(), status: z.int().nullable() });

describe('an endpoint', () => {
  it('is made with a secret that is shown once, read, changed and taken away', async () => {
    const { endpointId, secret } = await make({ headers: { Authorization: 'Bearer erp-key' } });
    const list = await ask(hexiao, 'GET', PATH, { token });
    const one = await ask(hexiao, 'GET', `${PATH}/${endpointId}`, { token });

    expect(secret).toMatch(/^whsec_/);
    expect(list.text + one.text).not.toMatch(/whsec_|erp-key/);
    expect(JSON.parse(one.text)).toMatchObject({
      ...{ endpointId, providerId, ...body(), disabled: false, kind: 'webhook' },
      ...{ headers: ['authorization'], publicKeys: [expect.stringMatching(/^whpk_/)] },
    });
    const changed = await ask(hexiao, 'PATCH', `${PATH}/${endpointId}`, {
      token,
      body: {
        types: ['voucher.redeemed', '*'],
        disabled: true,
        stores: ['douyin/6601'],
        headers: {},
      },
    });
    expect(JSON.parse(changed.text)).toMatchObject({
      ...{ types: ['*'], disabled: true, stores: ['douyin/6601'], headers: [], url: body().url },
    });
    expect((await ask(hexiao, 'DELETE', `${PATH}/${endpointId}`, { token })).status).toBe(204);
    expectProblem(await ask(hexiao, 'GET', `${PATH}/${endpointId}`, { token }), 404, 'not-found');
    const pks = ['ENDPOINT', 'ENDPOINT-SECRETS'].map((name) => `${name}#${providerId}`);
    for (const pk of pks) expect(await hexiao.table.get({ pk, sk: endpointId })).toBeUndefined();
  });

  it('is sent a test that the published library verifies, and says what came of it', async () => {
    const { endpointId, secret } = await make({ headers: { 'X-Erp': 'key-7' }, disabled: true });
    const test = await ask(hexiao, 'POST', `${PATH}/${endpointId}/test`, { token });

    expect(read(test, delivered)).toMatchObject({ delivered: true, status: 204, failure: null });
    const told = receiver.told.at(-1);
    const headers = told?.headers as Record<string, string>;
    expect(new Webhook(secret).verify(told?.body ?? '', headers)).toMatchObject({
      ...{ type: 'endpoint.test', data: { endpointId } },
    });
    expect(headers['x-erp']).toBe('key-7');
  });

  it('has two secrets for a day after a rotation, and one after it', async () => {
    const { endpointId, secret: before } = await make();
    const path = `${PATH}/${endpointId}`;
    const { secret } = read(await ask(hexiao, 'POST', `${path}/rotate`, { token }), made);
    const isSignedWith = async (one: string) => {
      await ask(hexiao, 'POST', `${path}/test`, { token });
      const told = receiver.told.at(-1);
      const { 'webhook-id': id, ...headers } = (told?.headers ?? {}) as Record<string, string>;
      const { 'webhook-timestamp': at, 'webhook-signature': signed = '' } = headers;
      const wanted = new Webhook(one).sign(id ?? '', new Date(Number(at) * 1000), told?.body ?? '');
      return signed.split(' ').includes(wanted);
    };
    expect([await isSignedWith(before), await isSignedWith(secret)]).toEqual([true, true]);
    clock.ms += 24 * 3_600_000;
    expect([await isSignedWith(before), await isSignedWith(secret)]).toEqual([false, true]);
    expect(secret).not.toBe(before);
  });

  it('keeps every secret that was shown when several rotate at once', async () => {
    const { endpointId } = await make();
    const rotate = async () =>
      read(await ask(hexiao, 'POST', `${PATH}/${endpointId}/rotate`, { token }), made);
    const two = await Promise.all([rotate(), rotate()]);
    const { publicKeys } = read(
      await ask(hexiao, 'GET', `${PATH}/${endpointId}`, { token }),
      z.looseObject({ publicKeys: z.array(z.string()) }),
    );

    expect(new Set(two.map(({ secret }) => secret)).size).toBe(2);
    expect(publicKeys).toHaveLength(3);
  });

  it('shows no secret to a repetition of the request that made it', async () => {
    const headers = { 'idempotency-key': fresh('key') };
    const first = await ask(hexiao, 'POST', PATH, { token, body: body(), headers });
    const again = await ask(hexiao, 'POST', PATH, { token, body: body(), headers });

    expect(JSON.parse(again.text)).toMatchObject({ ...JSON.parse(first.text), secret: null });
  });

  it.each<[string, object]>([
    ['an address without TLS', { url: 'http://erp.example.com/in' }],
    ['a private address', { url: 'https://10.0.0.8/in' }],
    ['the machine’s metadata', { url: 'https://169.254.169.254/latest/meta-data' }],
    ['our own address', { url: 'https://localhost/webhooks/x' }],
    ['no address', { url: 'erp' }],
    ['a type that there is not', { types: ['entry.bookd'] }],
    ['no type', { types: [] }],
    ['a secret of another form', { secret: 'whsec_short' }],
    ['a header of ours', { headers: { 'Webhook-Id': '1' } }],
    ['a header with a line break', { headers: { 'x-a': 'a\r\nb: c' } }],
    ['a store without its platform', { stores: ['6601'] }],
    ['a kind that there is not', { kind: 'pigeon' }],
  ])('is not made with %s', async (_what, wrong) => {
    const deployed = { api: hexiao.another({ mayCall: undefined as never }) };
    const asking = { token, body: { url: 'https://erp.example.com', types: ['*'], ...wrong } };
    const answer = await ask(deployed as HexiaoUnderTest, 'POST', PATH, asking);

    expectProblem(answer, 400, 'request-invalid');
    expect(answer.text).not.toContain('whsec_short');
  });

  it('is its provider’s alone, and its owner’s', async () => {
    const { endpointId } = await make();
    const other = await owner();
    const { token: viewer } = await owner(providerId, 'viewer');
    const path = `${PATH}/${endpointId}`;
    const seen = receiver.told.length;
    const calls: readonly (readonly [string, string, object?])[] = [
      ['GET', path],
      ['DELETE', path],
      ['POST', `${path}/rotate`],
      ['POST', `${path}/test`],
      ['PATCH', path, { disabled: true }],
    ];
    for (const [method, at, sent] of calls) {
      const more = sent === undefined ? {} : { body: sent };
      expectProblem(
        await ask(hexiao, method, at, { token: other.token, ...more }),
        404,
        'not-found',
      );
      expectProblem(
        await ask(hexiao, method, at, { token: viewer, ...more }),
        403,
        'role-forbidden',
      );
    }
    expect(receiver.told).toHaveLength(seen);
  });

  it('is one of 50 at most', async () => {
    const few = await owner();
    const post = () => ask(hexiao, 'POST', PATH, { token: few.token, body: body() });
    for (let made = 0; made < 50; made += 1) expect((await post()).status).toBe(201);
    expectProblem(await post(), 400, 'request-invalid');
  });
});
