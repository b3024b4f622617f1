import * as z from 'zod';
import { rate } from '../../../../lib/i18n/format.ts';
import type { Say } from '../../../../lib/i18n/words.ts';
import type { Html } from '../html.ts';
import { card, nothing } from '../operator/parts.ts';
import type { Speech } from '../page.ts';
import { lossColumns } from '../parts/losses.ts';
import { status } from '../parts/status.ts';
import { table } from '../parts/table.ts';
import { word } from '../views.ts';

const row = z.object({
  ...{ integration: z.string(), appKey: z.string(), businessDay: z.string() },
  ...{ byWebhook: z.int(), byAsking: z.int(), isLosing: z.boolean() },
});
type Row = z.infer<typeof row>;

export const lossList = z.object({ rows: z.array(row), lossAlarmBp: z.int() });

/** Of an app in the days at hand. */
type AppLosses = Pick<Row, 'integration' | 'appKey' | 'byWebhook' | 'byAsking'> & {
  /** Days on which the share was beyond the threshold. */
  readonly days: number;
};

/** What no webhook brought, by app, and beyond which share the alarm rings. */
export function lossesCard({ say }: Speech, { rows, lossAlarmBp }: z.infer<typeof lossList>): Html {
  const note = say('completeness.losses.note', { share: rate(lossAlarmBp) });
  const all = byApp(rows);
  if (all.length === 0) {
    return card(say('operator.losses'), note, nothing(say('operator.losses.none')));
  }
  const body = table<AppLosses>({
    ...{ caption: say('operator.losses'), rows: all },
    columns: [
      {
        ...{ head: say('operator.app'), role: 'name' },
        cell: ({ appKey, integration }) => `${appKey} · ${word(say, integration)}`,
      },
      {
        head: say('status'),
        role: 'second',
        cell: (app) => stateOf(say, app, lossAlarmBp),
      },
      ...lossColumns(say),
    ],
  });
  return card(say('operator.losses'), note, body);
}

/** Days with few redemptions ring no alarm, nor do platforms that notify none: that is said, whatever their share. */
function stateOf(say: Say, { days, byWebhook, byAsking }: AppLosses, lossAlarmBp: number): Html {
  if (days > 0) return status('warn', 'warn', say('completeness.beyond', { n: days }));
  const isWithin = byAsking * 10_000 <= lossAlarmBp * (byWebhook + byAsking);
  return isWithin
    ? status('ok', 'ok', say('completeness.within'))
    : status('none', 'none', say('completeness.passed-over'));
}

function byApp(rows: readonly Row[]): AppLosses[] {
  const apps = Map.groupBy(rows, ({ integration, appKey }) =>
    JSON.stringify([integration, appKey]),
  );
  const sums = [...apps.values()].map((own): AppLosses => {
    const [{ integration, appKey }] = own as [Row];
    const sum = (of: 'byWebhook' | 'byAsking') => own.reduce((total, one) => total + one[of], 0);
    const days = own.filter((one) => one.isLosing).length;
    return { integration, appKey, byWebhook: sum('byWebhook'), byAsking: sum('byAsking'), days };
  });
  // What needs a look comes first.
  return sums.sort((a, b) => b.days - a.days || b.byAsking - a.byAsking);
}
