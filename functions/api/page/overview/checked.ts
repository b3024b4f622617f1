import { type CheckedDay, checkedDays } from '../../../../lib/store/reconciliation/checked-days.ts';
import { addDays, businessDayAt } from '../../../../lib/time/shanghai.ts';
import type { ApiDeps } from '../../deps.ts';
import { sightOf } from '../../sight.ts';
import { Kept } from '../kept.ts';
import { headOf } from '../names.ts';
import type { Viewer } from '../viewer.ts';

/** How yesterday stands by the platforms' own records. */
export interface Checked {
  readonly day: string;
  /** How many of the merchants' days are in which state; null where a provider has too many merchants to read here. */
  readonly states: ReadonlyMap<CheckedDay['status'], number> | null;
  /** Redemptions: brought by a webhook or our own call, and found only by asking. */
  readonly byWebhook: number;
  readonly byAsking: number;
  readonly differences: number;
}

const kept = new Kept<Checked>();

/** Of a provider's merchants; what is others' of their days is left out. Kept for some minutes: it changes at night. */
export async function readChecked(deps: ApiDeps, viewer: Viewer): Promise<Checked> {
  const day = addDays(businessDayAt(deps.now()), -1);
  const key = JSON.stringify([viewer.providerId, day]);
  const found = await kept.of(deps.table, key, deps.now(), () => read(day, deps, viewer));
  return found ?? { ...EMPTY, day };
}

const EMPTY = { states: null, byWebhook: 0, byAsking: 0, differences: 0 };

async function read(day: string, deps: ApiDeps, viewer: Viewer): Promise<Checked> {
  const head = await headOf(deps.table, viewer.providerId, deps.now());
  const merchants = head?.merchants ?? null;
  // A merchant's day is a read of its own: the overview reads few of them.
  if (merchants === null) return { ...EMPTY, day };
  const sight = await sightOf(viewer.principal, {}, deps, merchants);
  const states = new Map<CheckedDay['status'], number>();
  const sum = { byWebhook: 0, byAsking: 0, differences: 0 };
  for (const merchant of merchants) {
    for await (const { checked } of checkedDays(deps.table, day, merchant, '')) {
      const { merchantId, storeId, status } = checked;
      const seen = sight.of(merchantId, storeId, day);
      if (seen === 'nothing') continue;
      states.set(status, (states.get(status) ?? 0) + 1);
      if (seen !== 'amounts') continue;
      sum.byWebhook += checked.byWebhook;
      sum.byAsking += checked.byAsking;
      sum.differences += checked.differences;
    }
  }
  return { day, states, ...sum };
}
