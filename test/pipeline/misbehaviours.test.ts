import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compare, type Verdict } from '../../lib/cli/simulation.ts';
import { PLAYED_INTEGRATIONS } from '../../lib/integrations/sandboxes.ts';
import { Stage } from '../support/stage.ts';

const DEEDS = ['sell', 'redeem', 'sell', 'redeem', 'reverse', 'redeem', 'refund'] as const;

/** While a kind is on, and never fewer; codes differ by their number alone. */
const fewestDeeds = (kind: string) => (/^(busy|token) /.test(kind) ? 1 : 3);

/** As often at most until a kind has gone wrong. */
const MOST_DEEDS = 70;

/** More than two minutes: closer together nobody can say which of an undated use and a refund came first. */
const STEP_MS = 150_000;

/** A kind that goes wrong only where another one did before, and only soon after a use. */
const AFTER_LOSS = 'empty getconsumed';

describe.each(PLAYED_INTEGRATIONS)('%s, whose platform misbehaves in every way in turn', (name) => {
  const stage = new Stage(name);
  const { player } = stage;
  const { faults } = player;
  const kinds = faults?.kinds ?? [];
  let verdict: Verdict;

  beforeAll(async () => {
    await stage.begin();
    let deeds = 0;
    for (const kind of kinds) deeds = await misbehave(stage, kind, deeds);
    for (const deed of DEEDS) await stage.perform(deed, STEP_MS);
    await stage.becomeIdle();
    verdict = await compare(stage.hub, player, stage.providerId);
  }, 300_000);
  afterAll(() => stage.end());

  it.each(kinds)('%s went wrong, and it is known where that is from', (kind) => {
    expect(faults?.counts.get(kind) ?? 0).toBeGreaterThan(0);
    expect(faults?.sourceOf(kind)).toMatch(/^(transport|open: .+|.+\/.+|.*错误码.*|.*返回码.*)/);
  });

  it('ends as in the sandbox, to the fen', () => {
    expect(verdict).toMatchObject({ missing: [], extra: [], differing: [] });
    expect(verdict.vouchers).toBe(player.truth().length);
  });

  it('set nothing aside but what was cut anew, and what no platform documents', async () => {
    const { quarantined, parked } = await stage.setAside();
    expect(quarantined).toBe(faults?.counts.get('message cut anew') ?? 0);
    if (name !== 'kuaishou-life') expect(parked).toBe(0);
  });

  it('knows no other kind', () => {
    expect(() => faults?.set('no such kind', true)).toThrow(RangeError);
    expect(kinds.length).toBeGreaterThan(1);
  });
});

/**
 * The kind is on for a while, until it went wrong, and then off. What it broke is still broken when the next
 * one begins.
 * @returns how many deeds were done so far
 */
async function misbehave(stage: Stage, kind: string, done: number): Promise<number> {
  const { player } = stage;
  const { faults, secrets } = player;
  const all = kind === AFTER_LOSS ? [kind, 'answer lost'] : [kind];
  for (const one of all) faults?.set(one, true);
  let deeds = done;
  do {
    await stage.perform(DEEDS[deeds % DEEDS.length] ?? 'sell', STEP_MS);
    deeds += 1;
    const isMet = (faults?.counts.get(kind) ?? 0) > 0;
    if (isMet && deeds - done >= fewestDeeds(kind)) break;
  } while (deeds - done < MOST_DEEDS);
  for (const one of all) faults?.set(one, false);
  // Its operator hears of it later, and registers the app anew.
  if (player.secrets !== secrets) await stage.register();
  return deeds;
}
