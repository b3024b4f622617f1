import { clerksPage } from './clerks/page.ts';
import { completenessPage, operatorCompletenessPage } from './completeness/page.ts';
import { disputesPage, operatorDisputesPage } from './disputes/page.ts';
import { appPage } from './operator/app.ts';
import { appsPage } from './operator/apps.ts';
import { auditPage } from './operator/audit.ts';
import { operatorContractsPage } from './operator/contracts.ts';
import { deadLettersPage } from './operator/dead-letters.ts';
import { deliveryPage } from './operator/delivery.ts';
import { importsPage } from './operator/imports.ts';
import { operatorPeoplePage } from './operator/people.ts';
import { reconciliationsPage } from './operator/reconciliations.ts';
import { refundsPage } from './operator/refunds.ts';
import { restatementsPage } from './operator/restatements.ts';
import { setAsidePage } from './operator/set-aside.ts';
import { operatorStatementsPage } from './operator/statements.ts';
import type { Room } from './room.ts';
import { teamPage } from './team.ts';

/** A new one is a line here, and in `navigation.ts` with the same permission. */
export const ROOMS: readonly Room[] = [
  appsPage,
  appPage,
  setAsidePage,
  deliveryPage,
  deadLettersPage,
  reconciliationsPage,
  restatementsPage,
  importsPage,
  refundsPage,
  operatorStatementsPage,
  operatorPeoplePage,
  auditPage,
  operatorContractsPage,
  operatorDisputesPage,
  disputesPage,
  teamPage,
  clerksPage,
  completenessPage,
  operatorCompletenessPage,
];
