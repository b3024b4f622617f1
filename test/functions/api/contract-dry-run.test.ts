import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { sendWithoutDelay } from '../../support/around.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
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

/** A contract is looked at before it is signed: who would gain and lose, by the dry run of a restatement. */

const clock = new Clock();
const BEGIN_MS = clock.ms;
let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  sendWithoutDelay(hexiao.emulators.sqs);
});

afterAll(() => hexiao?.stop());

const triedAnswer = z.looseObject({
  contractId: z.string(),
  standing: z.boolean(),
  affects: z.strictObject({ from: z.string(), to: z.string() }).nullable(),
  dryRun: z
    .strictObject({ restatementId: z.string(), from: z.string(), to: z.string() })
    .nullable(),
});

async function tried(path: string, body: object) {
  clock.ms += 1_000;
  return read(await ask(hexiao, 'POST', `${path}?dryRun=true`, { body }), triedAnswer);
}

const runAnswer = z.looseObject({
  status: z.string(),
  proposed: z.looseObject({ contractId: z.string() }).nullable(),
  providers: z.array(
    z.looseObject({
      ...{ providerId: z.string(), stores: z.array(z.string()) },
      before: z.looseObject({ redeemedFen: z.int(), entryCount: z.int() }),
      after: z.looseObject({ redeemedFen: z.int(), entryCount: z.int() }),
    }),
  ),
});

async function resultOf(restatementId: string) {
  await expect
    .poll(async () => {
      await hexiao.settle();
      return JSON.parse((await ask(hexiao, 'GET', `/v1/restatements/${restatementId}`)).text);
    })
    .toMatchObject({ status: 'done' });
  return read(await ask(hexiao, 'GET', `/v1/restatements/${restatementId}`), runAnswer);
}

/** One provider has a merchant; two stores of it were redeemed in. */
async function makeScene() {
  clock.ms = BEGIN_MS;
  const [merchantId, own, rival] = [fresh('merchant'), fresh('provider'), fresh('provider')];
  await makeMerchant(hexiao, merchantId);
  for (const one of [own, rival]) await makeProvider(hexiao, one);
  const body = contractBody({ providerId: own, merchantId });
  const { contractId } = await hexiao.call<{ contractId: string }>('POST', '/v1/contracts', body);
  await book(hexiao, [
    redemptionAt({ merchantId }, 's1', { fen: 10_000 }),
    redemptionAt({ merchantId }, 's2', { fen: 7_000 }),
  ]);
  clock.ms += 86_400_000;
  return { merchantId, own, rival, contractId };
}

const special = (over: object) =>
  contractBody({ mode: 'special', startsAt: '2025-10-01T00:00:00+08:00', ...over });

const contractsOf = async (merchantId: string) =>
  (
    await hexiao.call<{ contracts: object[] }>(
      'GET',
      `/v1/contracts?platform=douyin&merchantId=${merchantId}&history=true`,
    )
  ).contracts;

describe('a dry run of a contract', () => {
  it('says who would gain and lose what and where, and comes to what the restatement after it does', async () => {
    // Prepare
    const { merchantId, own, rival } = await makeScene();
    const body = special({ providerId: rival, merchantId, scope: { stores: ['s1'] } });
    const before = [await hexiao.entries(), await contractsOf(merchantId)];
    // Act
    const { dryRun, affects, standing } = await tried('/v1/contracts', body);
    const run = await resultOf(dryRun?.restatementId ?? '');
    // Assess
    expect({ affects, standing }).toEqual({
      ...{ affects: { from: '2025-10-01', to: '2025-10-10' }, standing: false },
    });
    expect([await hexiao.entries(), await contractsOf(merchantId)]).toEqual(before);
    expect(run.proposed).toMatchObject({ providerId: rival, scope: { stores: ['s1'] } });
    const sums = (redeemedFen: number, commissionFen: number, entryCount: number) => ({
      ...{ paidFen: 0, redeemedFen, commissionFen, entryCount },
    });
    const expected = [
      { providerId: own, before: sums(10_000, 500, 1), after: sums(0, 0, 0), stores: ['s1'] },
      { providerId: rival, before: sums(0, 0, 0), after: sums(10_000, 500, 1), stores: ['s1'] },
    ];
    expect(run.providers).toHaveLength(2);
    expect(run.providers).toMatchObject(
      expect.arrayContaining(expected.map((one) => expect.objectContaining(one))),
    );
    // Signed and restated, it is just that.
    await hexiao.call('POST', '/v1/contracts', body);
    clock.ms += 1_000;
    const { restatementId } = await hexiao.call<{ restatementId: string }>(
      ...(['POST', '/v1/restatements'] as const),
      { platform: 'douyin', merchantId, ...affects, reason: 'signed' },
    );
    expect((await resultOf(restatementId)).providers).toEqual(run.providers);
  });

  it('of an end says who loses what, and writes nothing', async () => {
    const { merchantId, own, contractId } = await makeScene();
    const path = `/v1/contracts/${encodeURIComponent(contractId)}/end`;
    const { dryRun } = await tried(path, { endsAt: '2025-10-02T00:00:00+08:00' });
    const { providers } = await resultOf(dryRun?.restatementId ?? '');
    expect(providers).toMatchObject([
      { providerId: own, after: { entryCount: 0 }, before: { redeemedFen: 17_000 } },
      { providerId: 'unattributed', after: { redeemedFen: 17_000, entryCount: 2 } },
    ]);
    expect(await contractsOf(merchantId)).toHaveLength(1);
  });

  it('finds nothing to change where a contract is about the future, or stands already', async () => {
    const { merchantId, own, rival } = await makeScene();
    const later = special({ providerId: rival, merchantId, startsAt: '2026-01-01T00:00:00+08:00' });
    expect(await tried('/v1/contracts', later)).toMatchObject({ dryRun: null, affects: null });
    const standing = contractBody({ providerId: own, merchantId });
    expect(await tried('/v1/contracts', standing)).toMatchObject({ dryRun: null, standing: true });
  });

  it('looks at the latest 400 days of a contract that began long ago', async () => {
    const { merchantId, rival } = await makeScene();
    const old = special({ providerId: rival, merchantId, startsAt: '2020-01-01T00:00:00+08:00' });
    const { affects, dryRun } = await tried('/v1/contracts', old);
    expect({ affects, dryRun }).toMatchObject({
      affects: { from: '2020-01-01', to: '2025-10-10' },
      dryRun: { from: '2024-09-06', to: '2025-10-10' },
    });
  });

  it('is refused as the contract itself would be, and a misspelt dryRun does not write', async () => {
    const { merchantId, rival, contractId, own } = await makeScene();
    const body = contractBody({ providerId: rival, merchantId });
    const overlap = await ask(hexiao, 'POST', '/v1/contracts?dryRun=true', { body });
    const { detail } = expectProblem(overlap, 409, 'contract-overlap');
    expect(detail).toContain(`${contractId} of ${own} (10000)`);
    expect(detail).toContain(`2.douyin.${merchantId} of ${rival} (10000)`);
    const slip = await ask(hexiao, 'POST', '/v1/contracts?dry_run=true', { body });
    expectProblem(slip, 400, 'request-invalid');
    expect(await contractsOf(merchantId)).toHaveLength(1);
  });
});
