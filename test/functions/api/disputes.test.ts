import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Role } from '../../../lib/access/permissions.ts';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { START_MS } from '../../lib/make.ts';
import { sendWithoutDelay } from '../../support/around.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  type Asking,
  ask,
  book,
  Clock,
  contractBody,
  expectProblem,
  fresh,
  makeMerchant,
  makeProvider,
  read,
  redemptionAt,
} from './support.ts';

/** "This redemption is mine": raised, answered, and followed to its end. */

const clock = new Clock();
let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  sendWithoutDelay(hexiao.emulators.sqs);
});

afterAll(() => hexiao?.stop());

const LIST = '/v1/attribution-disputes';

const disputeAnswer = z.looseObject({
  ...{ disputeId: z.string(), providerId: z.string(), state: z.string(), reason: z.string() },
  turn: z.string().nullable(),
  answer: z.looseObject({ accept: z.boolean(), restatementId: z.string().nullable() }).nullable(),
  trail: z.array(z.looseObject({ what: z.string(), actor: z.string() })),
});

/** A merchant with two providers, and a redemption that is booked to the first. */
async function makeScene() {
  clock.ms = START_MS;
  const merchantId = fresh('merchant');
  await makeMerchant(hexiao, merchantId);
  const [holder, claimant, stranger] = [fresh('holder'), fresh('claimant'), fresh('stranger')];
  const tokens: Record<string, string> = {};
  for (const [name, id] of Object.entries({ holder, claimant, stranger })) {
    await makeProvider(hexiao, id);
    tokens[name] = await tokenOf(id, 'owner');
  }
  await sign({ providerId: holder, merchantId });
  // A contract of which nothing came: it covers another store.
  const scope = { stores: ['elsewhere'] };
  const own = await sign({ providerId: claimant, merchantId, mode: 'special', scope });
  clock.ms += 1_000;
  const use = { ...redemptionAt({ merchantId }, 's1'), recordedAt: toInstant(clock.ms) };
  await book(hexiao, [use]);
  clock.ms += 3_600_000;
  return { merchantId, holder, claimant, tokens, voucherId: use.voucherId, own };
}
type Scene = Awaited<ReturnType<typeof makeScene>>;

async function tokenOf(providerId: string, role: Role): Promise<string> {
  const path = `/v1/providers/${providerId}/tokens`;
  return (await hexiao.call<{ token: string }>('POST', path, { role })).token;
}

async function sign(over: object): Promise<string> {
  const body = contractBody(over);
  return (await hexiao.call<{ contractId: string }>('POST', '/v1/contracts', body)).contractId;
}

/** The contract that makes the redemption the claimant's. */
const makeTrue = ({ claimant, merchantId }: Scene) =>
  sign({ providerId: claimant, merchantId, mode: 'special', scope: { stores: ['s1'] } });

function raise({ voucherId }: Scene, token: string | undefined, over: object = {}) {
  const body = { platform: 'douyin', voucherId, reason: '该券在我司直播间售出', ...over };
  return ask(hexiao, 'POST', LIST, { token: token ?? null, body });
}

const raised = async (scene: Scene) =>
  read(await raise(scene, scene.tokens.claimant), disputeAnswer).disputeId;

const answer = (id: string, body: object, asking: Asking = {}) =>
  ask(hexiao, 'POST', `${LIST}/${id}/answer`, { body: { reason: '核对合同', ...body }, ...asking });

const see = async (id: string, asking: Asking = {}) =>
  read(await ask(hexiao, 'GET', `${LIST}/${id}`, asking), disputeAnswer);

const listed = async (query: string, asking: Asking = {}) => {
  const reply = await ask(hexiao, 'GET', `${LIST}?${query}`, asking);
  return read(reply, z.looseObject({ disputes: z.array(disputeAnswer) })).disputes;
};

async function ended(id: string) {
  await expect
    .poll(async () => {
      await hexiao.settle();
      return (await see(id)).state;
    })
    .not.toBe('restating');
  return see(id);
}

const redeemedFen = async (token: string | undefined) => {
  const path = '/v1/gmv?from=2025-10-01&to=2025-10-31';
  const reply = await ask(hexiao, 'GET', path, { token: token ?? null });
  return read(reply, z.looseObject({ total: z.looseObject({ redeemedFen: z.int() }) })).total
    .redeemedFen;
};

describe('POST /v1/attribution-disputes', () => {
  it('is accepted with the contract that makes it true, and ends when that is in the books', async () => {
    // Prepare
    const scene = await makeScene();
    const { tokens, claimant } = scene;
    const asClaimant = { token: tokens.claimant ?? null };
    const id = await raised(scene);
    expect(await see(id, asClaimant)).toMatchObject({ state: 'open', turn: 'operator' });
    // Act: too early, then with its contract
    expectProblem(await answer(id, { accept: true }), 422, 'dispute-unmet');
    const contractId = await makeTrue(scene);
    clock.ms += 60_000;
    const accepted = read(await answer(id, { accept: true, contractId }), disputeAnswer);
    // Assess
    expect(accepted).toMatchObject({ state: 'restating', turn: null });
    expect(await ended(id)).toMatchObject({ state: 'accepted', turn: null, providerId: claimant });
    expect(await redeemedFen(tokens.claimant)).toBe(10_000);
    expect(await redeemedFen(tokens.holder)).toBe(0);
    const { trail, answer: given } = await see(id, asClaimant);
    expect(trail.map(({ what, actor }) => [what, actor.split('/')[0]])).toEqual([
      ...[
        ['raised', 'token'],
        ['accepted', 'operator'],
        ['restated', 'hexiao'],
      ],
    ]);
    expect(given?.restatementId).toBeNull();
    const audit = `/v1/audit?from=2025-10-01&to=2025-10-31&subject=attribution-dispute/${id}`;
    const { entries } = await hexiao.call<{ entries: object[] }>('GET', audit);
    expect(entries).toMatchObject([
      { outcome: 'done', after: { state: 'open' } },
      { outcome: 'done', before: { state: 'open' }, after: { state: 'restating' } },
    ]);
  });

  it('is one for a provider and a voucher until it is over, and then another', async () => {
    const scene = await makeScene();
    const replies = await Promise.all([1, 2, 3].map(() => raise(scene, scene.tokens.claimant)));
    const ids = new Set(replies.map((reply) => read(reply, disputeAnswer).disputeId));
    expect(ids.size).toBe(1);
    expect(replies.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 201]);
    const [first = ''] = ids;
    read(await answer(first, { accept: false, reason: '合同不含此店' }), disputeAnswer);
    expect(await see(first)).toMatchObject({ state: 'refused', reason: '该券在我司直播间售出' });
    clock.ms += 1_000;
    const again = await raise(scene, scene.tokens.claimant);
    expect(again.status).toBe(201);
    expect(read(again, disputeAnswer).disputeId).not.toBe(first);
    expect((await listed('state=open', { token: scene.tokens.claimant ?? null })).length).toBe(1);
    const all = await listed('', { token: scene.tokens.claimant ?? null });
    expect(all.map(({ state }) => state)).toEqual(['open', 'refused']);
  });

  it('is for owners and operations, and for the operator to answer', async () => {
    const scene = await makeScene();
    const roles = ['owner', 'operations', 'finance', 'viewer'] as const;
    const statuses = [];
    for (const role of roles) {
      statuses.push((await raise(scene, await tokenOf(scene.claimant, role))).status);
    }
    expect(statuses).toEqual([201, 200, 403, 403]);
    const id = await raised(scene);
    const own = await answer(id, { accept: true }, { token: scene.tokens.claimant ?? null });
    expectProblem(own, 403, 'role-forbidden');
  });

  it('shows nothing of another tenant’s: no dispute, no voucher, no contract', async () => {
    const scene = await makeScene();
    const { tokens, voucherId } = scene;
    const id = await raised(scene);
    for (const name of ['holder', 'stranger']) {
      const token = tokens[name] ?? null;
      expectProblem(await ask(hexiao, 'GET', `${LIST}/${id}`, { token }), 404, 'not-found');
      expect(await listed('', { token })).toEqual([]);
    }
    // A voucher that exists and one that never was are the same to a stranger.
    const [there, never] = [
      await raise(scene, tokens.stranger),
      await raise(scene, tokens.stranger, { voucherId: fresh('never') }),
    ];
    const bodies = [there, never].map((reply) => expectProblem(reply, 404, 'not-found').detail);
    expect(bodies[0]).toBe(bodies[1]);
    const { holder: providerId, merchantId } = scene;
    const foreign = await sign({
      providerId,
      merchantId,
      mode: 'special',
      scope: { stores: ['x'] },
    });
    const named = await raise(scene, tokens.claimant, { contractId: foreign });
    expectProblem(named, 404, 'not-found');
    const seen = await ask(hexiao, 'GET', `${LIST}/${id}`, { token: tokens.claimant ?? null });
    expect(seen.text).not.toContain(scene.holder);
    expect(seen.text).toContain(voucherId);
    const forged = Buffer.from(JSON.stringify(['dispute', scene.claimant, 'douyin', voucherId, 9]));
    expectProblem(
      await ask(hexiao, 'GET', `${LIST}/${forged.toString('base64url')}`),
      ...([404, 'not-found'] as const),
    );
  });

  it('has one answer of two operators who answer at once', async () => {
    const scene = await makeScene();
    const id = await raised(scene);
    const contractId = await makeTrue(scene);
    clock.ms += 1_000;
    const replies = await Promise.all([
      answer(id, { accept: true, contractId }),
      answer(id, { accept: false, reason: '不予采纳' }),
    ]);
    const statuses = replies.map(({ status }) => status);
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 409]);
    const isAccepted = statuses[0] === 200;
    expect((await ended(id)).state).toBe(isAccepted ? 'accepted' : 'refused');
    expect(await redeemedFen(scene.tokens.claimant)).toBe(isAccepted ? 10_000 : 0);
    const body = isAccepted ? { accept: true, contractId } : { accept: false, reason: '不予采纳' };
    expect((await answer(id, body)).status).toBe(200);
    expectProblem(await answer(id, { accept: false, reason: '另一个' }), 409, 'dispute-answered');
  });

  it('waits for the operator where its restatement was stopped, who begins it again', async () => {
    const scene = await makeScene();
    const id = await raised(scene);
    const contractId = await makeTrue(scene);
    clock.ms += 1_000;
    const first = read(await answer(id, { accept: true, contractId }), disputeAnswer);
    const job = first.answer?.restatementId ?? '';
    await hexiao.call('POST', `/v1/restatements/${job}/cancel`);
    expect(await see(id)).toMatchObject({ state: 'stalled', turn: 'operator' });
    expect((await listed('state=stalled')).map(({ disputeId }) => disputeId)).toContain(id);
    expectProblem(await answer(id, { accept: false }), 409, 'dispute-answered');
    clock.ms += 1_000;
    read(await answer(id, { accept: true, contractId }), disputeAnswer);
    expect((await ended(id)).state).toBe('accepted');
    expect(await listed('state=stalled')).toEqual([]);
  });
});
