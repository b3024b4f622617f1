import { describe, expect, test } from 'vitest';
import type { ApiDeps } from '../../functions/api/deps.ts';
import { changeMembers, endToken } from '../../functions/api/members.ts';
import { sha256Hex } from '../../lib/crypto/hash.ts';
import { type Member, readMembers } from '../../lib/store/accounts/members.ts';
import {
  claimRequest,
  finishRequest,
  releaseRequest,
} from '../../lib/store/accounts/repetitions.ts';
import { putToken, readToken, revokeToken, tokenIdOf } from '../../lib/store/accounts/tokens.ts';
import { everyOrder, type Turn } from '../support/interleave.ts';
import { MemoryTable } from '../world/store/table.ts';

const member = (memberId: string, role: Member['role']): Member => ({
  ...{ memberId, role, name: memberId, email: null, stores: [] },
  ...{ createdAt: '2025-10-01T00:00:00.000+08:00', createdBy: 'bootstrap' },
});

describe('two owners who remove each other', () => {
  test('leave one of them, in every order', async () => {
    const tried = await everyOrder(async () => {
      const table = new MemoryTable();
      const deps = { table } as unknown as ApiDeps;
      await changeMembers('p1', () => [member('one', 'owner'), member('two', 'owner')], deps);
      const remover = (gone: string) => async (turn: Turn) => {
        const seen = { table: table.seenBy(turn) } as unknown as ApiDeps;
        const without = (all: readonly Member[]) => all.filter((one) => one.memberId !== gone);
        // The second is refused.
        await changeMembers('p1', without, seen).catch((error: Error) => error.message);
      };
      return {
        workers: { one: remover('two'), two: remover('one') },
        afterwards: async () => {
          const { members } = await readMembers(table, 'p1');
          expect(members).toHaveLength(1);
          expect(members[0]?.role).toBe('owner');
        },
      };
    });
    expect(tried.isEvery).toBe(true);
  });
});

describe('two who end each other’s last token', () => {
  const NOW_MS = Date.parse('2025-10-31T12:00:00+08:00');
  const terms = (memberId: string) => ({
    ...{ providerId: 'p1', name: memberId, memberId, role: null, scopes: null, stores: [] },
    ...{ createdAt: '2025-10-01T00:00:00.000+08:00', createdBy: 'bootstrap', endsAt: null },
  });

  const tokens = { one: 'hxp_one', two: 'hxp_two' } as const;

  /** As the two routes do it: decide, then do. */
  async function revoke(token: string, deps: ApiDeps): Promise<void> {
    const record = await readToken(deps.table, tokenIdOf(sha256Hex(token)));
    if (record === undefined) throw new Error('it was made');
    await endToken(record, deps);
    await revokeToken(deps.table, record.tokenId, '2025-10-31T12:00:00.000+08:00');
  }

  const remove = (memberId: string, deps: ApiDeps) =>
    changeMembers('p1', (all) => all.filter((one) => one.memberId !== memberId), deps);

  test.each([
    ['revoking both', 'revoke'],
    ['revoking one and removing the other', 'remove'],
  ])('by %s leave a way in, in every order', async (_words, how) => {
    const tried = await everyOrder(
      async () => {
        const table = new MemoryTable();
        const depsOf = (own: unknown) => ({ table: own, now: () => NOW_MS }) as ApiDeps;
        await changeMembers(
          'p1',
          () => [member('one', 'owner'), member('two', 'owner')],
          depsOf(table),
        );
        for (const who of ['one', 'two'] as const) {
          await putToken(depsOf(table).table, tokens[who], terms(who));
        }
        const worker = (act: (deps: ApiDeps) => Promise<void>) => (turn: Turn) =>
          act(depsOf(table.seenBy(turn))).catch((error: Error) => error.message);
        return {
          workers: {
            one: worker((deps) => revoke(tokens.two, deps)),
            two: worker((deps) =>
              how === 'revoke' ? revoke(tokens.one, deps) : remove('one', deps),
            ),
          },
          afterwards: async () => {
            const { members } = await readMembers(depsOf(table).table, 'p1');
            const left = [];
            for (const who of ['one', 'two'] as const) {
              const record = await readToken(
                depsOf(table).table,
                tokenIdOf(sha256Hex(tokens[who])),
              );
              const isMember = members.some(({ memberId }) => memberId === who);
              if (isMember && record?.revokedAt === null) left.push(who);
            }
            expect(left).toHaveLength(1);
          },
        };
      },
      { most: 1_500 },
    );
    expect(tried.orders).toBeGreaterThan(100);
  });
});

describe('two requests with one key', () => {
  const TERMS = { request: 'the same', holdMs: 20_000, keepMs: 86_400_000 };

  test('are done once, in every order, and the other is answered or held', async () => {
    const tried = await everyOrder(() => {
      const table = new MemoryTable();
      const done: string[] = [];
      const worker = (name: string) => async (turn: Turn) => {
        const seen = table.seenBy(turn);
        const claim = await claimRequest(seen, 'key', { ...TERMS, nowMs: 0 });
        if (claim.is !== 'ours') {
          expect(['answered', 'held']).toContain(claim.is);
          return;
        }
        await turn('do it');
        done.push(name);
        await finishRequest(seen, 'key', claim.by, new Uint8Array([1]));
      };
      return {
        workers: { first: worker('first'), second: worker('second') },
        afterwards: async () => {
          expect(done).toHaveLength(1);
          const again = await claimRequest(table, 'key', { ...TERMS, nowMs: 86_399_999 });
          expect(again).toEqual({ is: 'answered', answer: new Uint8Array([1]) });
        },
      };
    });
    expect(tried.isEvery).toBe(true);
  });

  test('of which one died are taken up by one, after its time, in every order', async () => {
    const tried = await everyOrder(async () => {
      const table = new MemoryTable();
      await claimRequest(table, 'key', { ...TERMS, nowMs: 0 });
      const early = await claimRequest(table, 'key', { ...TERMS, nowMs: 19_999 });
      expect(early.is).toBe('held');
      let ours = 0;
      const worker = async (turn: Turn) => {
        const claim = await claimRequest(table.seenBy(turn), 'key', { ...TERMS, nowMs: 20_000 });
        if (claim.is === 'ours') ours += 1;
        else expect(claim.is).toBe('held');
      };
      return {
        workers: { first: worker, second: worker },
        afterwards: () => expect(ours).toBe(1),
      };
    });
    expect(tried.isEvery).toBe(true);
  });

  test('are begun anew after a release, and after a day', async () => {
    const table = new MemoryTable();
    const first = await claimRequest(table, 'key', { ...TERMS, nowMs: 0 });
    if (first.is !== 'ours') throw new Error('nobody else was there');
    await releaseRequest(table, 'key', first.by);
    const second = await claimRequest(table, 'key', { ...TERMS, request: 'other', nowMs: 1 });
    expect(second.is).toBe('ours');
    const other = await claimRequest(table, 'key', { ...TERMS, nowMs: 2 });
    expect(other).toEqual({ is: 'other' });
    const nextDay = await claimRequest(table, 'key', { ...TERMS, nowMs: 86_400_001 });
    expect(nextDay.is).toBe('ours');
    // Whoever was overtaken keeps nothing.
    if (second.is !== 'ours') throw new Error('it was');
    expect(await finishRequest(table, 'key', second.by, new Uint8Array([2]))).toBe(false);
  });
});
