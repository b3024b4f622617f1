import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compare, type Hub, pathOf, register, type Verdict } from '../../lib/cli/simulation.ts';
import {
  act,
  idsSince,
  type Player,
  seededRandom,
} from '../../lib/integrations/sandbox-kit/player.ts';
import { Sender } from '../../lib/integrations/sandbox-kit/sender.ts';
import {
  createPlayer,
  PLAYED_INTEGRATIONS,
  playedMerchants,
} from '../../lib/integrations/sandboxes.ts';
import { aroundCalls } from '../support/around.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';
import { hubOf } from '../support/hub.ts';
import { IS_LONG, runs } from '../support/long.ts';

/** Acts an integration. */
const ACTS = IS_LONG ? runs(70) : 20;
const SEED = Number(process.env.HEXIAO_SEED ?? 1);

/** What an act takes on the platforms' clock at most. */
const STEP_MS = 4_000;

describe('all six platforms at once, with doubles, disorder and a queue that fails', () => {
  const random = seededRandom(SEED);
  const startedAtMs = Date.now();
  let nowMs = startedAtMs - ACTS * STEP_MS * PLAYED_INTEGRATIONS.length;
  const nextId = idsSince(startedAtMs);
  const players: Player[] = PLAYED_INTEGRATIONS.map((integration) =>
    createPlayer(integration, {
      ...{ random, now: () => nowMs, nextId },
      merchants: playedMerchants(integration, nextId),
    }),
  );
  const senders = new Map<Player, Sender>();
  const verdicts = new Map<string, Verdict>();
  let hexiao: HexiaoUnderTest;
  let hub: Hub;

  beforeAll(async () => {
    // Prepare
    hexiao = await HexiaoUnderTest.start({ fetch: platforms(players) });
    hub = hubOf(hexiao);
    failSometimes(hexiao, random);
    for (const player of players) {
      const { integration } = player;
      const apiBaseUrl = `http://${integration}.test`;
      await register(hub, player, { apiBaseUrl, providerId: `p-${integration}` });
      const post = (outgoing: Parameters<Hub['post']>[1]) =>
        hub.post(pathOf(player, outgoing), outgoing);
      // Repetitions wait milliseconds for what the platforms wait seconds.
      const timing = { timeFactor: 0.001, concurrency: 4 };
      senders.set(player, new Sender({ post, random, ...chances, ...timing }));
    }
    // Act
    for (let acts = 0; acts < ACTS; acts += 1) {
      for (const [player, sender] of senders) {
        nowMs += Math.floor(random() * STEP_MS);
        sender.send(act(player, random));
      }
      if (acts % 10 === 0) await hexiao.settle();
    }
    await Promise.all([...senders.values()].map((sender) => sender.finish()));
    await becomeIdle(hexiao, hub);
    for (const player of players) {
      verdicts.set(player.integration, await compare(hub, player, `p-${player.integration}`));
    }
  }, 900_000);

  afterAll(() => hexiao?.stop());

  it.each(players.map((player) => [player.integration, player] as const))(
    'every voucher of %s ends as in its sandbox: none missing, none extra, the same fen',
    (integration, player) => {
      // Assess
      const verdict = verdicts.get(integration);
      expect(verdict).toMatchObject({ missing: [], extra: [], differing: [] });
      expect(verdict?.vouchers).toBe(player.truth().length);
      const { counts } = senders.get(player) as Sender;
      expect(counts).toMatchObject({ lost: 0, failed: 0 });
      expect(counts.acknowledged).toBe(counts.submitted + counts.duplicated);
    },
  );

  it('booked redemptions of every platform whose redemption is our call', async () => {
    const entries = await hexiao.entries();
    const redeemed = new Set(
      entries.filter((entry) => entry.kind === 'redemption').map((entry) => entry.providerId),
    );
    for (const integration of ['douyin-miniapp', 'kuaishou-miniapp', 'kuaishou-shop', 'meituan']) {
      expect(redeemed).toContain(`p-${integration}`);
    }
  });

  it('had doubles, failures that were repeated, and a few hundred vouchers', () => {
    const sum = (of: 'duplicated' | 'retried') =>
      [...senders.values()].reduce((all, { counts }) => all + counts[of], 0);
    const vouchers = [...verdicts.values()].reduce((all, one) => all + one.vouchers, 0);
    expect(sum('duplicated')).toBeGreaterThan(ACTS / 4);
    expect(sum('retried')).toBeGreaterThan(ACTS / 10);
    expect(vouchers).toBeGreaterThan(ACTS * 2);
  });

  it('booked what is true to the fen, and nothing to nobody', async () => {
    const entries = await hexiao.entries();
    for (const player of players) {
      const own = entries.filter((entry) => entry.providerId === `p-${player.integration}`);
      const isPaid = (kind: string) => kind === 'payment' || kind === 'unused_refund';
      const booked = { paidFen: 0, redeemedFen: 0 };
      for (const { kind, amountFen } of own) {
        booked[isPaid(kind) ? 'paidFen' : 'redeemedFen'] += amountFen;
      }
      const truth = { paidFen: 0, redeemedFen: 0 };
      for (const { paidFen, redeemedFen } of player.truth()) {
        truth.paidFen += paidFen;
        truth.redeemedFen += redeemedFen;
      }
      expect([player.integration, booked]).toEqual([player.integration, truth]);
    }
    expect(entries.filter((entry) => entry.providerId === 'unattributed')).toEqual([]);
  });

  it('parked only what no platform documents, and set nothing else aside', async () => {
    const undocumented = players.filter((player) => player.integration === 'kuaishou-life');
    const parked = undocumented.reduce(
      (all, player) => all + (senders.get(player)?.counts.submitted ?? 0),
      0,
    );
    expect(await hub.call('GET', '/v1/pipeline')).toMatchObject({
      ...{ parked, quarantined: 0, hints: 0, idle: true },
      queues: { intake: { dead: 0 }, attribution: { dead: 0 } },
    });
  });
});

const chances = { duplicate: 0.1, reorder: 0.3 };

/** The platforms' APIs, in process, by the host that each app was registered with. */
function platforms(players: readonly Player[]): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const name = new URL(request.url).hostname.replace(/\.test$/, '');
    const player = players.find((one) => one.integration === name);
    if (player === undefined) throw new Error(`nobody plays ${name}`);
    return player.api.fetch(request);
  };
}

/** One send to the intake queue in twenty fails, half of them after the queue took the message. */
function failSometimes({ emulators }: HexiaoUnderTest, random: () => number): void {
  const { sqs, queues } = emulators;
  aroundCalls(sqs, async (next, { command, input }) => {
    const { QueueUrl } = input as { QueueUrl?: string };
    const isSend = command === 'SendMessageCommand' && QueueUrl === queues.intake.url;
    const chance = isSend ? random() : 1;
    if (chance < 0.025) throw new Error('the queue is down');
    const sent = await next();
    if (chance < 0.05) throw new Error('the queue took it, and its answer was lost');
    return sent;
  });
}

/** Hints that wait come back after a while, so the queues being empty is not the end. */
async function becomeIdle(hexiao: HexiaoUnderTest, hub: Hub): Promise<void> {
  for (let rounds = 0; rounds < 600; rounds += 1) {
    await hexiao.settle();
    const { idle } = (await hub.call('GET', '/v1/pipeline')) as { idle: boolean };
    if (idle) return;
    await sleep(200);
  }
  throw new Error('it never became idle');
}
