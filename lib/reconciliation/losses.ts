import { checkedDays } from '../store/reconciliation/checked-days.ts';
import type { Table } from '../store/table.ts';

/** How one app's redemptions of one business day reached us, as the last check of that day found them. */
export interface Loss {
  readonly integration: string;
  readonly appKey: string;
  readonly businessDay: string;
  /** Brought by a webhook, or by our own call. */
  readonly byWebhook: number;
  /** Brought by nothing but asking the platform for its records. */
  readonly byAsking: number;
  /** The second of the two, in 1/10000 of both; 0 where there was none. */
  readonly lossBp: number;
  /** How long after the act the latest of those came; null without any. */
  readonly latestSeconds: number | null;
}

/** A few redemptions say nothing about a share. */
const LEAST_ACTS = 20;

/** Where nobody set another share, in 1/10000. */
export const DEFAULT_LOSS_ALARM_BP = 100;

/** When a loss is too much. */
export interface LossLimit {
  /** The share of a day's redemptions, in 1/10000, that no webhook may have brought at most. */
  readonly lossAlarmBp: number;
  /** Whether a platform notifies redemptions at all: what it never sends is not lost. */
  readonly notifies: (integration: string) => boolean;
}

/** Whether more of an app's day reached us only by asking than may. */
export function isLosing(
  { integration, byWebhook, byAsking, lossBp }: Loss,
  { lossAlarmBp, notifies }: LossLimit,
): boolean {
  return byWebhook + byAsking >= LEAST_ACTS && lossBp > lossAlarmBp && notifies(integration);
}

/**
 * A day's losses by app. They are added up from the checks of its merchants' days, and those are made of the events
 * themselves, which say what brought them: nothing counts them as they come.
 * @param wanted undefined: whatever it is
 */
export async function lossesOf(
  table: Table,
  businessDay: string,
  wanted: { readonly integration?: string | undefined; readonly appKey?: string | undefined } = {},
): Promise<Loss[]> {
  const byApp = new Map<string, Omit<Loss, 'lossBp'>>();
  for await (const { checked } of checkedDays(table, businessDay, undefined)) {
    const { integration, appKey, byWebhook, byAsking, latestSeconds } = checked;
    if (wanted.integration !== undefined && wanted.integration !== integration) continue;
    if (wanted.appKey !== undefined && wanted.appKey !== appKey) continue;
    const key = JSON.stringify([integration, appKey]);
    const sum = byApp.get(key) ?? { byWebhook: 0, byAsking: 0, latestSeconds: null };
    byApp.set(key, {
      ...{ integration, appKey, businessDay },
      byWebhook: sum.byWebhook + byWebhook,
      byAsking: sum.byAsking + byAsking,
      latestSeconds: later(sum.latestSeconds, latestSeconds),
    });
  }
  return [...byApp.values()].map((sum) => ({ ...sum, lossBp: shareOf(sum) }));
}

function shareOf({ byWebhook, byAsking }: Pick<Loss, 'byWebhook' | 'byAsking'>): number {
  const all = byWebhook + byAsking;
  return all === 0 ? 0 : Math.round((byAsking * 10_000) / all);
}

function later(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
