import { lazyRoom } from './lazy-room.ts';
import type { Room } from './room.ts';

/** A new one is a line here, and in `navigation.ts` with the same permission. */
export const ROOMS: readonly Room[] = [
  lazyRoom(
    { path: '/operator', is: 'operator', needs: 'pipeline:read' },
    [],
    async () => (await import('./operator/apps.ts')).appsPage,
  ),
  lazyRoom(
    { path: '/operator/apps/:integration/:appKey', is: 'operator', needs: 'registry:read' },
    [],
    async () => (await import('./operator/app.ts')).appPage,
  ),
  lazyRoom(
    {
      path: '/operator/apps/:integration/:appKey/channels',
      is: 'operator',
      needs: 'registry:read',
    },
    ['map'],
    async () => (await import('./operator/channels.ts')).channelsPage,
  ),
  lazyRoom(
    { path: '/operator/products', is: 'operator', needs: 'registry:read' },
    ['say'],
    async () => (await import('./operator/products.ts')).productsPage,
  ),
  lazyRoom(
    { path: '/operator/set-aside', is: 'operator', needs: 'pipeline:read' },
    ['replay'],
    async () => (await import('./operator/set-aside.ts')).setAsidePage,
  ),
  lazyRoom(
    { path: '/operator/deliveries/:deliveryId', is: 'operator', needs: 'pipeline:read' },
    ['replay', 'open', 'try'],
    async () => (await import('./operator/delivery.ts')).deliveryPage,
  ),
  lazyRoom(
    { path: '/operator/dead-letters', is: 'operator', needs: 'pipeline:read' },
    ['redrive', 'drop'],
    async () => (await import('./operator/dead-letters.ts')).deadLettersPage,
  ),
  lazyRoom(
    { path: '/operator/reconciliations', is: 'operator', needs: 'pipeline:read' },
    ['begin', 'cancel'],
    async () => (await import('./operator/reconciliations.ts')).reconciliationsPage,
  ),
  lazyRoom(
    { path: '/operator/restatements', is: 'operator', needs: 'ledger:restate' },
    ['begin', 'cancel'],
    async () => (await import('./operator/restatements.ts')).restatementsPage,
  ),
  lazyRoom(
    { path: '/operator/imports', is: 'operator', needs: 'statements:read' },
    ['upload'],
    async () => (await import('./operator/imports.ts')).importsPage,
  ),
  lazyRoom(
    { path: '/operator/refunds', is: 'operator', needs: 'refunds:read' },
    ['approve', 'refuse'],
    async () => (await import('./operator/refunds.ts')).refundsPage,
  ),
  lazyRoom(
    { path: '/operator/statements', is: 'operator', needs: 'statements:read' },
    [],
    async () => (await import('./operator/statements.ts')).operatorStatementsPage,
  ),
  lazyRoom(
    { path: '/operator/people', is: 'operator', needs: 'members:manage' },
    ['add-member', 'remove-member', 'add-token', 'revoke', 'put-provider'],
    async () => (await import('./operator/people.ts')).operatorPeoplePage,
  ),
  lazyRoom(
    { path: '/operator/audit', is: 'operator', needs: 'audit:read' },
    [],
    async () => (await import('./operator/audit.ts')).auditPage,
  ),
  lazyRoom(
    { path: '/operator/contracts', is: 'operator', needs: 'contracts:write' },
    ['try', 'try-end', 'sign', 'refuse', 'restate'],
    async () => (await import('./operator/contracts.ts')).operatorContractsPage,
  ),
  lazyRoom(
    { path: '/operator/disputes', is: 'operator', needs: 'disputes:answer' },
    ['accept', 'refuse'],
    async () => (await import('./disputes/page.ts')).operatorDisputesPage,
  ),
  lazyRoom(
    { path: '/disputes', is: 'provider', needs: 'reports:read' },
    ['raise'],
    async () => (await import('./disputes/page.ts')).disputesPage,
  ),
  lazyRoom(
    { path: '/exports', is: 'provider', needs: 'statements:read' },
    ['make', 'make-store'],
    async () => (await import('./exports/page.ts')).exportsPage,
  ),
  lazyRoom(
    { path: '/leads', is: 'provider', needs: 'reports:read' },
    ['enter', 'change', 'contact', 'upload'],
    async () => (await import('./leads/page.ts')).leadsPage,
  ),
  lazyRoom(
    { path: '/identity', is: 'provider', needs: 'identity:show' },
    ['show', 'revoke', 'photo'],
    async () => (await import('./identity/page.ts')).identityPage,
  ),
  lazyRoom(
    { path: '/ad-spend', is: 'provider', needs: 'reports:read' },
    ['upload'],
    async () => (await import('./ads/page.ts')).adsPage,
  ),
  lazyRoom(
    { path: '/standing', is: 'provider', needs: 'reports:read' },
    [],
    async () => (await import('./standing/page.ts')).standingPage,
  ),
  lazyRoom(
    { path: '/operator/ad-accounts', is: 'operator', needs: 'registry:read' },
    ['map'],
    async () => (await import('./operator/ad-accounts.ts')).adAccountsPage,
  ),
  lazyRoom(
    { path: '/team', is: 'provider', needs: 'members:manage' },
    ['add-member', 'remove-member', 'add-token', 'revoke'],
    async () => (await import('./team.ts')).teamPage,
  ),
  lazyRoom(
    { path: '/team/clerks', is: 'provider', needs: 'clerks:admit' },
    ['let-in', 'home'],
    async () => (await import('./clerks/page.ts')).clerksPage,
  ),
  lazyRoom(
    { path: '/completeness', is: 'provider', needs: 'reports:read' },
    [],
    async () => (await import('./completeness/page.ts')).completenessPage,
  ),
  lazyRoom(
    { path: '/operator/completeness', is: 'operator', needs: 'reports:read' },
    ['accept'],
    async () => (await import('./completeness/page.ts')).operatorCompletenessPage,
  ),
];
