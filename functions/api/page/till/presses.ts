import type { Context } from 'hono';
import { newId } from '../../../../lib/crypto/hash.ts';
import { Problem } from '../../../../lib/errors/problem.ts';
import { sayIn } from '../../../../lib/i18n/words.ts';
import { contentOf } from '../../../../lib/integrations/kit/qr.ts';
import { reversalWindowMs } from '../../../../lib/integrations/registry.ts';
import { toInstant } from '../../../../lib/time/shanghai.ts';
import { withTrail } from '../../audit.ts';
import type { ApiDeps } from '../../deps.ts';
import { prepareVouchers } from '../../prepare.ts';
import { readPrepared } from '../../prepare-id.ts';
import { chosenAct, preparedForm } from '../../routes/prepare.ts';
import { redeemFor, reverseFor } from '../../till-acts.ts';
import type { Viewer } from '../viewer.ts';
import { enterScreen } from './enter.ts';
import type { Fields } from './fields.ts';
import { foundScreen } from './found.ts';
import type { Screen, Station } from './frame.ts';
import {
  askingScreen,
  doneScreen,
  refusedScreen,
  unansweredScreen,
  undoneScreen,
  undoScreen,
} from './results.ts';
import { readToday } from './today.ts';
import { readUndo, type Undo, writeUndo } from './tokens.ts';

/** What each form of the till does, and which screen comes next. */

export interface Press {
  readonly c: Context;
  readonly viewer: Viewer;
  readonly station: Station;
  readonly fields: Fields;
  readonly deps: ApiDeps;
}

export async function enter(viewer: Viewer, station: Station, deps: ApiDeps): Promise<Screen> {
  return enterScreen(station, await readToday(viewer, station.store, deps));
}

export function find({ viewer, station, fields, deps }: Press): Promise<Screen> {
  return orRefused(
    station,
    () => unansweredScreen(station),
    async () => {
      const { platform, storeId } = station.store;
      // A scanner gun types what stands in a QR code into the same field.
      const text = fields.one('code') ?? '';
      const before = { platform, storeId, qr: text };
      if (contentOf(text).is === 'nothing') throw new Problem('request-invalid', 'code: none.');
      return foundScreen(station, await prepareVouchers(viewer.principal, before, deps));
    },
  );
}

export function redeem({ c, viewer, station, fields, deps }: Press): Promise<Screen> {
  const asking = (problem: Problem) => askingScreen(station, '/till/redeem', fields.all(), problem);
  return orRefused(station, asking, async () => {
    const { storeId, platform } = station.store;
    const prepared = await readPrepared(fields.one('prepareId') ?? '', deps);
    const picked = fields.numbers('pick').flatMap((index) => prepared.vouchers[index] ?? []);
    const places = fields.numbers('pick');
    const uses = Object.fromEntries(
      picked.map(({ voucherId }, at) => [voucherId, fields.number(`uses-${places[at]}`) ?? 1]),
    );
    const chosen = preparedForm.safeParse({
      ...{ prepareId: fields.one('prepareId'), requestId: fields.one('requestId'), storeId, uses },
      voucherIds: picked.map(({ voucherId }) => voucherId),
    });
    if (!chosen.success) throw new Problem('request-invalid', 'Nothing was chosen.');
    const act = await chosenAct(chosen.data, deps);
    const { integration, appKey } = act;
    const answer = await traced(c, viewer, 'POST /v1/redemptions', deps, () =>
      redeemFor(c, viewer.principal, act, deps),
    );
    const lines = answer.acts.map((one) => {
      const shown = prepared.vouchers.find(({ voucherId }) => voucherId === one.voucherId);
      // Of a card the price of all its uses is no price of one.
      const worthFen = shown?.usesLeft === 1 ? shown.worthFen : null;
      return { ...one, title: shown?.title ?? null, worthFen };
    });
    const undoing = { integration, appKey, storeId, acts: lines };
    return doneScreen(station, {
      ...{ lines, notDone: answer.notDone?.length ?? 0, unread: answer.unread ?? 0 },
      ...{ at: toInstant(deps.now()), undoMinutes: reversalWindowMs(platform) / 60_000 },
      undo: lines.length === 0 ? null : await writeUndo(undoing, deps),
    });
  });
}

export function undo({ station, fields, deps }: Press): Promise<Screen> {
  return orRefused(
    station,
    () => unansweredScreen(station),
    async () => {
      const token = fields.one('undo') ?? '';
      const undoing = await readUndo(token, deps);
      return undoScreen(station, undoing, token, newId('undo'));
    },
  );
}

export function reverse({ c, viewer, station, fields, deps }: Press): Promise<Screen> {
  const asking = (problem: Problem) =>
    askingScreen(station, '/till/reverse', fields.all(), problem);
  const isUndo = true;
  return orRefused(
    station,
    asking,
    async () => {
      const undoing = await readUndo(fields.one('undo') ?? '', deps);
      const acts = fields.numbers('pick').flatMap((index) => undoing.acts[index] ?? []);
      if (acts.length === 0) throw new Problem('request-invalid', 'Nothing was chosen.');
      const requestId = fields.one('requestId') ?? '';
      const reason = reasonOf(fields.one('reason'));
      await traced(c, viewer, 'POST /v1/reversals', deps, async () => {
        // One after the other: a repetition finds those that are done as done.
        for (const [index, act] of acts.entries()) {
          const command = {
            ...commandOf(act, undoing),
            requestId: `${requestId}-${index}`,
            reason,
          };
          const { integration, appKey } = undoing;
          const one = { integration, appKey, verb: 'reverse', command } as const;
          await reverseFor(c, viewer.principal, one, deps);
        }
      });
      return undoneScreen(station, acts, toInstant(deps.now()));
    },
    isUndo,
  );
}

function commandOf(
  { voucherId, redemptionId, orderId, certificateId }: Undo['acts'][number],
  { storeId }: Undo,
) {
  const second = certificateId === undefined ? {} : { certificateId };
  return { voucherId, redemptionId, orderId, storeId, order: {}, ...second };
}

/** For the platform's record, which is Chinese. */
function reasonOf(word: string | undefined): string {
  const say = sayIn('zh');
  if (word === 'till.reason-mind' || word === 'till.reason-twice') return say(word);
  return say('till.reason-wrong');
}

/** What a program's call leaves in the trail, the page's leaves too. */
async function traced<T>(
  c: Context,
  { principal }: Viewer,
  call: string,
  deps: ApiDeps,
  run: () => Promise<T>,
): Promise<T> {
  let result: T | undefined;
  await withTrail(c, { call, principal }, deps, async () => {
    result = await run();
    return new Response(null, { status: 200 });
  });
  return result as T;
}

/** Every answer of a platform or of ours is a screen; what failed here is the log's too. */
async function orRefused(
  station: Station,
  asking: (problem: Problem) => Screen,
  show: () => Promise<Screen>,
  isUndo = false,
): Promise<Screen> {
  try {
    return await show();
  } catch (error) {
    if (!(error instanceof Problem) || error.status === 500) throw error;
    return error.retryable ? asking(error) : refusedScreen(station, error, isUndo);
  }
}
