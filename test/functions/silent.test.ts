import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { countSilentApps } from '../../functions/reconcile/silent.ts';
import type { Emulators } from '../../infra/local/emulators.ts';
import type { Fields } from '../../lib/log/fields.ts';
import { AppsHeard, heardApps } from '../../lib/store/accounts/heard.ts';
import type { Table } from '../../lib/store/table.ts';
import { toInstant } from '../../lib/time/shanghai.ts';
import { START_MS } from '../lib/make.ts';
import { aroundCalls } from '../support/around.ts';
import { fresh } from '../support/fresh.ts';
import { startTable } from '../support/table.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;

let emulators: Emulators;
let table: Table;
let writes = 0;

beforeAll(async () => {
  ({ emulators, table } = await startTable());
  aroundCalls(table.client, (next, { command }) => {
    if (command.startsWith('Put')) writes += 1;
    return next();
  });
});
afterAll(() => emulators?.stop());

/** Each test has its own apps and looks at its own time, ten weeks after the last. */
let startMs = START_MS;
let appKey: string;
beforeEach(() => {
  startMs += 70 * DAY_MS;
  appKey = fresh('app');
  writes = 0;
});

const at = (ms: number, key = appKey) => ({
  integration: 'meituan',
  appKey: key,
  receivedAt: toInstant(ms),
});

async function look(nowMs: number, silentAfterMinutes = 60) {
  const lines: [string, Fields | undefined][] = [];
  const silent = await countSilentApps({
    ...{ table, silentAfterMinutes, now: () => nowMs },
    log: (_level, what, fields) => lines.push([what, fields]),
  });
  const named = lines.flatMap(([what, fields]) =>
    what === 'app-silent' ? [String(fields?.appKey)] : [],
  );
  return { silent, named, lines };
}

describe('an app that was heard', () => {
  test('is silent from the set minute on, is named, and is told of for a day', async () => {
    await new AppsHeard(table).hear([at(startMs)]);

    expect((await look(startMs + 59 * MINUTE_MS)).silent).toBe(0);
    const { lines, ...found } = await look(startMs + 60 * MINUTE_MS);
    expect(found).toEqual({ silent: 1, named: [appKey] });
    // What the alarm counts is said in every run.
    expect(lines).toContainEqual(['apps-silent', { silent: 1 }]);
    expect((await look(startMs + 60 * MINUTE_MS + DAY_MS)).silent).toBe(0);
  });

  test('and goes on to be heard is not silent, and costs a write in ten minutes at most', async () => {
    const apps = new AppsHeard(table);
    for (let minute = 0; minute <= 60; minute += 1) {
      await apps.hear([at(startMs + minute * MINUTE_MS), at(startMs + minute * MINUTE_MS)]);
    }

    expect(writes).toBe(7);
    expect((await look(startMs + 119 * MINUTE_MS)).silent).toBe(0);
    expect((await look(startMs + 120 * MINUTE_MS)).named).toEqual([appKey]);
  });

  test('by several workers, in any order, is heard at the newest time', async () => {
    const [one, two] = [new AppsHeard(table), new AppsHeard(table)];
    await one.hear([at(startMs + 30 * MINUTE_MS), at(startMs)]);
    await two.hear([at(startMs + 5 * MINUTE_MS)]);

    expect((await look(startMs + 89 * MINUTE_MS)).silent).toBe(0);
    expect((await look(startMs + 90 * MINUTE_MS)).silent).toBe(1);
  });

  test('is distinguished from another of its integration', async () => {
    const other = fresh('app');
    await new AppsHeard(table).hear([at(startMs), at(startMs + 50 * MINUTE_MS, other)]);

    expect((await look(startMs + 61 * MINUTE_MS)).named).toEqual([appKey]);
    expect((await look(startMs + 120 * MINUTE_MS)).named.toSorted()).toEqual(
      [appKey, other].toSorted(),
    );
  });

  test('is forgotten after two weeks, also where its item still stands', async () => {
    await new AppsHeard(table).hear([at(startMs)]);
    const keys: string[] = [];
    for await (const app of heardApps(table, startMs + 14 * DAY_MS)) keys.push(app.appKey);

    expect(keys).not.toContain(appKey);
  });
});
