import { findIntegration } from '../../lib/integrations/registry.ts';
import {
  DEFAULT_LOSS_ALARM_BP,
  isLosing,
  type Loss,
  type LossLimit,
  lossesOf,
} from '../../lib/reconciliation/losses.ts';
import { addDays, businessDayAt } from '../../lib/time/shanghai.ts';
import type { ApiDeps } from './deps.ts';

/** When an app's loss is too much, as the stage is set. */
export function lossLimitOf({ lossAlarmBp = DEFAULT_LOSS_ALARM_BP }: ApiDeps): LossLimit {
  const notifies = (name: string) => findIntegration(name)?.redemptionsUnnotified !== true;
  return { lossAlarmBp, notifies };
}

/** The apps of which too much of yesterday no webhook brought: what the alarm `apps-losing` counts. */
export async function losingApps(
  deps: ApiDeps,
): Promise<{ readonly businessDay: string; readonly lossAlarmBp: number; readonly apps: Loss[] }> {
  const businessDay = addDays(businessDayAt(deps.now()), -1);
  const limit = lossLimitOf(deps);
  const all = await lossesOf(deps.table, businessDay);
  const { lossAlarmBp } = limit;
  return { businessDay, lossAlarmBp, apps: all.filter((loss) => isLosing(loss, limit)) };
}
