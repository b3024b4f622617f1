import { describe, expect, it } from 'vitest';
import type { ApiDeps } from '../../functions/api/deps.ts';
import {
  type AnswerBody,
  answerDispute,
  findDispute,
} from '../../functions/api/dispute-answers.ts';
import { isOver, raiseDispute, standingDispute } from '../../functions/api/disputes.ts';
import { MemoryQueues } from '../../infra/local/memory/queues.ts';
import { MemorySqs } from '../../infra/local/memory/sqs.ts';
import { DEFAULT_POLICY } from '../../lib/attribution/policy.ts';
import { Problem } from '../../lib/errors/problem.ts';
import { appendContract, listForProvider } from '../../lib/store/accounts/contracts.ts';
import { putMerchant } from '../../lib/store/accounts/parties.ts';
import { listDisputes } from '../../lib/store/ledger/disputes.ts';
import { recordEvent } from '../../lib/store/ledger/events.ts';
import { newestJobs } from '../../lib/store/ledger/restatements.ts';
import { everyOrder, type Turn } from '../support/interleave.ts';
import { MemoryTable } from '../world/store/table.ts';
import { contract, redeemed, START_MS } from './make.ts';

const NOW_MS = START_MS + 3_600_000;
const MINE = { platform: 'douyin', voucherId: 'v1', reason: 'mine', contractId: null } as const;
const YES: AnswerBody = { accept: true, reason: 'yes', contractId: null };
const NO: AnswerBody = { accept: false, reason: 'no', contractId: null };

/** A redemption that a provider says is its own, and by its contract is. */
class Scene {
  readonly table = new MemoryTable();
  readonly sqs = new MemorySqs(new MemoryQueues({ now: () => NOW_MS }));
  readonly url = this.sqs.queues.create('attribution', { visibilitySeconds: 30 });
  disputeId = '';
  readonly came: string[] = [];

  static async raised(): Promise<Scene> {
    const scene = new Scene();
    const { table } = scene;
    await putMerchant(table, { platform: 'douyin', merchantId: 'm1', name: 'm1' });
    const version = contract(1, { providerId: 'p1', merchantId: 'm1' });
    await listForProvider(table, version);
    await appendContract(table, version);
    await recordEvent(table, redeemed('r1', { merchantId: 'm1', voucherId: 'v1', orderId: 'o1' }));
    const { dispute } = await raiseDispute('p1', MINE, 'member/a', scene.deps());
    scene.disputeId = dispute.disputeId;
    return scene;
  }

  deps(turn?: Turn): ApiDeps {
    const { table, sqs, url } = this;
    return {
      ...{ table: turn === undefined ? table : table.seenBy(turn), now: () => NOW_MS },
      ...{ sqs: turn === undefined ? sqs.client : sqs.seenBy(turn) },
      ...{ queues: { attribution: { url } }, policy: DEFAULT_POLICY },
    } as unknown as ApiDeps;
  }

  /** An operator at work, and what came of it: `new`, `standing`, or the code of a problem. */
  answers = (body: AnswerBody) => async (turn: Turn) => {
    const deps = this.deps(turn);
    try {
      const dispute = await findDispute(this.disputeId, undefined, deps);
      const { isNew } = await answerDispute(dispute, body, 'operator', deps);
      this.came.push(isNew ? 'new' : 'standing');
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.came.push(error.code);
    }
  };

  raises = async (turn: Turn) => {
    const { isNew } = await raiseDispute('p1', MINE, 'member/b', this.deps(turn));
    this.came.push(isNew ? 'raised' : 'found');
  };

  /** All that stand, each with where it stands, and the ids in the list of those that wait. */
  async books() {
    const deps = this.deps();
    const days = { from: '0', to: '9999-12-31' };
    const [all, open] = [[], []] as [string[], string[]];
    const standing: Awaited<ReturnType<typeof standingDispute>>[] = [];
    for await (const { dispute } of listDisputes(this.table, 'all', 'p1', days)) {
      if (dispute === null || all.includes(dispute.disputeId)) continue;
      all.push(dispute.disputeId);
      standing.push(await standingDispute(dispute, deps));
    }
    for (const whose of ['p1', null]) {
      for await (const { dispute } of listDisputes(this.table, 'open', whose, days)) {
        if (dispute !== null) open.push(dispute.disputeId);
      }
    }
    return { standing, open };
  }
}

describe('two at once with one dispute', () => {
  it.each([
    ['who accepts and who refuses: one answer is in force, and the other is told', YES, NO],
    [
      'who refuse for two reasons: one reason stands',
      NO,
      { ...NO, reason: 'no, for another reason' },
    ],
    ['who accept with the same words: it is one acceptance', YES, YES],
  ])('operators %s', async (_what, first, second) => {
    const tried = await everyOrder(
      async () => {
        const scene = await Scene.raised();
        return {
          workers: { one: scene.answers(first), two: scene.answers(second) },
          async afterwards() {
            const { standing, open } = await scene.books();
            expect(standing.length).toBe(1);
            const [{ dispute, state, job } = expect.fail('it is gone')] = standing;
            expect(dispute.answers.length).toBe(1);
            const isAccepted = dispute.answers[0]?.accept === true;
            expect(state).toBe(isAccepted ? 'restating' : 'refused');
            expect(job !== null).toBe(isAccepted);
            // What waits is what is not over; of a refusal nothing is restated.
            expect(open).toEqual(isAccepted ? [dispute.disputeId, dispute.disputeId] : []);
            const jobs = await newestJobs(scene.table);
            expect(jobs.length).toBe(isAccepted ? 1 : 0);
            const same = first === second;
            expect(scene.came.toSorted()).toEqual(
              same ? ['new', 'standing'] : ['dispute-answered', 'new'],
            );
          },
        };
      },
      { most: 400, seeded: 60 },
    );
    expect(tried.orders).toBeGreaterThan(5);
  });

  it('an operator who refuses, and the provider who raises it again: never two that wait', async () => {
    const raised = new Set<string>();
    await everyOrder(
      async () => {
        const scene = await Scene.raised();
        return {
          workers: { operator: scene.answers(NO), provider: scene.raises },
          async afterwards() {
            const { standing, open } = await scene.books();
            const waiting = standing.filter((one) => !isOver(one));
            const [again = ''] = scene.came.filter((one) => one !== 'new');
            raised.add(again);
            // Whoever raised it before the answer found the first, and after it made another.
            expect(waiting.length).toBe(again === 'raised' ? 1 : 0);
            const ids = waiting.map(({ dispute }) => dispute.disputeId);
            expect(open).toEqual([...ids, ...ids]);
          },
        };
      },
      { most: 400, seeded: 60 },
    );
    expect([...raised].toSorted()).toEqual(['found', 'raised']);
  });
});
