import { createHash } from 'node:crypto';
import { startEmulators, TABLE_NAME } from '../../../infra/local/emulators.ts';
import { mapLimit } from '../../../lib/async/map-limit.ts';
import { putHint } from '../../../lib/store/deliveries/waiting-hints.ts';
import { Table } from '../../../lib/store/table.ts';
import { scheduleEvent } from '../../infra/runtime/events.ts';
import { TEST_BODY_KEYS } from '../../support/body-keys.ts';
import { APP_KEY } from '../../support/douyin.ts';
import { environmentOf } from '../support/environment.ts';
import { type Load, records } from './load.ts';

/** Ticks over a list of hints whose messages were all lost: each is read, and sent again. */
export async function prepare(): Promise<Load> {
  const emulators = await startEmulators();
  const table = new Table(emulators.database, TABLE_NAME, TEST_BODY_KEYS);
  const seeds = Array.from({ length: HINTS }, (_, index) => index);
  await mapLimit(seeds, 16, (seed) => putHint(table, hint(seed), 0));
  return {
    environment: environmentOf(emulators),
    stop: () => emulators.stop(),
    works: [
      {
        name: `tick over ${HINTS} lost hints`,
        times: 3,
        event: scheduleEvent,
        check(result) {
          const { hints } = result as { hints: number };
          if (hints !== HINTS) throw new Error(`${hints} of ${HINTS} hints were sent`);
        },
      },
    ],
  };
}

const HINTS = 2_000;
const HINT_BYTES = 2_000;

function hint(seed: number) {
  const body = new Uint8Array(Buffer.from(records(HINT_BYTES, seed)));
  return {
    ...{ deliveryId: createHash('sha256').update(body).digest('hex'), body },
    ...{ integration: 'douyin-life', appKey: APP_KEY, receivedAt: '2025-10-09T16:53:20.000+08:00' },
    ...{ attempt: 1, failures: 1, answers: 0, dueAtMs: 1_760_000_000_000, why: 'no answer yet' },
  };
}
