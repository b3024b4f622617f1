import { expect, it } from 'vitest';
import { silent } from '../../../lib/log/log.ts';
import { Clock } from './clock.ts';
import { Dice } from './dice.ts';
import { WorldHub } from './hub.ts';
import { Tenants } from './tenants.ts';

const DAYS = { from: '2026-02-01', to: '2026-02-02' };

it('a provider who is shown what is another’s is a fault of the world', async () => {
  // Prepare
  const clock = new Clock(Date.UTC(2026, 1, 1));
  const hub = new WorldHub({
    ...{ clock, dice: new Dice(1), players: [], log: silent, faults: {} as never },
    watch: { fateOf: () => undefined, written: () => {} },
    ...{ isEntryRefused: () => false, skewMs: () => 0 },
  });
  const tenants = new Tenants(hub, ['p-one', 'p-two']);
  await tenants.setStage(clock.nowMs);
  const read = async () => {
    const done = tenants.read('p-one', DAYS);
    await clock.run(clock.nowMs + 60_000);
    await done;
  };
  // Act, Assess
  await read();
  expect(tenants.wrong).toEqual([]);
  const request: WorldHub['request'] = hub.request.bind(hub);
  const entryId = Buffer.from('["LEDGER#p-two#douyin#1","2026-02-01#a"]').toString('base64url');
  hub.request = async (...asked) => {
    const { status } = await request(...asked);
    return { status: 200, body: JSON.stringify({ entries: status === 200 ? [{ entryId }] : [] }) };
  };
  await read();
  expect(tenants.wrong).toEqual([
    "p-one asked for what is p-two's: 200",
    `p-one was shown ${entryId}`,
  ]);
});
