import { share } from '../../../../lib/i18n/format.ts';
import type { Say } from '../../../../lib/i18n/words.ts';
import type { Column } from './table.ts';

/** How many redemptions webhooks brought, and how many only our asking. */
interface Brought {
  readonly byWebhook: number;
  readonly byAsking: number;
}

/** Both, and the share that is lost. */
export function lossColumns(say: Say): Column<Brought>[] {
  return [
    {
      ...{ head: say('operator.by-webhook'), role: 'pair', isNumber: true },
      cell: ({ byWebhook }) => String(byWebhook),
    },
    {
      ...{ head: say('operator.by-asking'), role: 'pair', isNumber: true },
      cell: ({ byAsking }) => String(byAsking),
    },
    {
      ...{ head: say('operator.loss'), role: 'main', isNumber: true },
      cell: ({ byWebhook, byAsking }) => share(byAsking, byWebhook + byAsking) ?? '—',
    },
  ];
}
