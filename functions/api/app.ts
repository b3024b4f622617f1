import { Hono } from 'hono';
import { requestId } from 'hono/request-id';
import { Problem } from '../../lib/errors/problem.ts';
import { answerHeaders } from '../../lib/http/answer-headers.ts';
import { bodyWithin } from '../../lib/http/body.ts';
import { respondToError } from '../../lib/http/problem-response.ts';
import { keys } from '../../lib/store/keys.ts';
import type { ApiDeps } from './deps.ts';
import { errorPage } from './page/error.ts';
import { isForPerson, pages } from './page/pages.ts';
import { referenceRoutes } from './reference.ts';
import { limitHeaders } from './request-limit.ts';
import { answer, forAnyone } from './route.ts';
import { adSpendRoutes } from './routes/ad-spend.ts';
import { appsRoute } from './routes/apps.ts';
import { auditRoute } from './routes/audit.ts';
import { channelMapsRoutes } from './routes/channel-maps.ts';
import { clerksRoutes } from './routes/clerks.ts';
import { codePoolsRoutes } from './routes/code-pools.ts';
import { completenessRoutes } from './routes/completeness.ts';
import { contractImportsRoute } from './routes/contract-imports.ts';
import { contractProposalsRoutes } from './routes/contract-proposals.ts';
import { contractsRoute } from './routes/contracts.ts';
import { deadLettersRoutes } from './routes/dead-letters.ts';
import { deliveriesRoutes } from './routes/deliveries.ts';
import { disputesRoutes } from './routes/disputes.ts';
import { entriesRoutes } from './routes/entries.ts';
import { erasuresRoutes } from './routes/erasures.ts';
import { exportsRoutes } from './routes/exports.ts';
import { gmvRoute } from './routes/gmv.ts';
import { identityCodesRoutes } from './routes/identity-codes.ts';
import { importsRoutes } from './routes/imports.ts';
import { leadsRoutes } from './routes/leads.ts';
import { lossesRoute } from './routes/losses.ts';
import { membersRoutes } from './routes/members.ts';
import { merchantsRoutes } from './routes/merchants.ts';
import { pipelineRoute } from './routes/pipeline.ts';
import { policiesRoutes } from './routes/policies.ts';
import { prepareRoutes } from './routes/prepare.ts';
import { productsRoutes } from './routes/products.ts';
import { proofKeysRoute } from './routes/proof-keys.ts';
import { providersRoutes } from './routes/providers.ts';
import { reconciliationsRoutes } from './routes/reconciliations.ts';
import { refundPoliciesRoutes } from './routes/refund-policies.ts';
import { refundRequestsRoutes } from './routes/refund-requests.ts';
import { registryRoutes } from './routes/registry.ts';
import { registryChangesRoutes } from './routes/registry-changes.ts';
import { repeatPurchasesRoute } from './routes/repeat-purchases.ts';
import { replaysRoute } from './routes/replays.ts';
import { restatementsRoutes } from './routes/restatements.ts';
import { setAsideRoute } from './routes/set-aside.ts';
import { standingRoutes } from './routes/standing.ts';
import { statementActsRoutes } from './routes/statement-acts.ts';
import { statementsRoutes } from './routes/statements.ts';
import { storesRoutes } from './routes/stores.ts';
import { tillRoutes } from './routes/till.ts';
import { tokensRoutes } from './routes/tokens.ts';
import { vouchersRoute } from './routes/vouchers.ts';
import { webhooksRoutes } from './routes/webhooks.ts';

export const healthGet = forAnyone('GET /healthz');

/** No request of this API is larger, but a file. */
const MAX_BODY_BYTES = 64 * 1024;

/** A month of a bill; with base64 still within what a function may be handed. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** The calls, and the forms of the pages that make them. */
const FILE_PATHS: ReadonlySet<string> = new Set([
  ...['/v1/imports', '/operator/imports', '/v1/leads/imports', '/leads', '/identity'],
  ...['/v1/ad-spend/imports', '/ad-spend'],
]);
const PHOTO_PATH = /^\/v1\/members\/[^/]+\/photo$/;
const isFile = (path: string) => FILE_PATHS.has(path) || PHOTO_PATH.test(path);

/**
 * What operators and providers talk to, and the pages that providers look at.
 * @param referenceDirectory has `openapi.json` and `api.html`
 */
export function apiApp(deps: ApiDeps, referenceDirectory: string): Hono {
  const api = new Hono();
  api.use(answerHeaders());
  api.use(limitHeaders());
  api.use(requestId());
  const within = bodyWithin(MAX_BODY_BYTES, `A request has at most ${MAX_BODY_BYTES} bytes.`);
  const fileWithin = bodyWithin(MAX_FILE_BYTES, `A file has at most ${MAX_FILE_BYTES} bytes.`);
  api.use((c, next) => (isFile(c.req.path) ? fileWithin : within)(c, next));

  answer(api, deps, healthGet, async (_call, c) => {
    await deps.table.get(keys.health, false);
    return c.json({ status: 'ok' });
  });
  appsRoute(api, deps);
  providersRoutes(api, deps);
  registryRoutes(api, deps);
  registryChangesRoutes(api, deps);
  channelMapsRoutes(api, deps);
  productsRoutes(api, deps);
  tokensRoutes(api, deps);
  membersRoutes(api, deps);
  clerksRoutes(api, deps);
  identityCodesRoutes(api, deps);
  auditRoute(api, deps);
  merchantsRoutes(api, deps);
  contractImportsRoute(api, deps);
  contractsRoute(api, deps);
  contractProposalsRoutes(api, deps);
  policiesRoutes(api, deps);
  codePoolsRoutes(api, deps);
  refundPoliciesRoutes(api, deps);
  refundRequestsRoutes(api, deps);
  importsRoutes(api, deps);
  leadsRoutes(api, deps);
  adSpendRoutes(api, deps);
  standingRoutes(api, deps);
  lossesRoute(api, deps);
  pipelineRoute(api, deps);
  deadLettersRoutes(api, deps);
  setAsideRoute(api, deps);
  deliveriesRoutes(api, deps);
  replaysRoute(api, deps);
  erasuresRoutes(api, deps);
  prepareRoutes(api, deps);
  tillRoutes(api, deps);
  storesRoutes(api, deps);
  gmvRoute(api, deps);
  repeatPurchasesRoute(api, deps);
  statementsRoutes(api, deps);
  statementActsRoutes(api, deps);
  exportsRoutes(api, deps);
  proofKeysRoute(api, deps);
  vouchersRoute(api, deps);
  entriesRoutes(api, deps);
  disputesRoutes(api, deps);
  restatementsRoutes(api, deps);
  reconciliationsRoutes(api, deps);
  completenessRoutes(api, deps);
  webhooksRoutes(api, deps);
  referenceRoutes(api, referenceDirectory);
  pages(api, deps);

  api.notFound(() => {
    throw new Problem('not-found', 'No such path. GET /docs lists what there is.');
  });
  api.onError(async (error, c) => {
    const answered = respondToError(error, c, deps.log);
    return isForPerson(c) ? ((await errorPage(error, c, deps)) ?? answered) : answered;
  });
  return api;
}
