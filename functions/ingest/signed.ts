import { Problem } from '../../lib/errors/problem.ts';
import { isId } from '../../lib/events/is-id.ts';
import type { App } from '../../lib/integrations/kit/app.ts';
import type { Receiver, SignedRequest } from '../../lib/integrations/kit/integration.ts';
import { findReceiver } from '../../lib/integrations/receivers.ts';
import type { IngestDeps } from './deps.ts';
import type { Call } from './request.ts';

/** Whose request it is, as far as its address and its signature say. */

export function receiverTo(deps: IngestDeps, c: Call): Receiver | undefined {
  return (deps.receiverOf ?? findReceiver)(c.req.param('integration'));
}

/** The app, when one of its secrets signed the request. */
export async function signedFor(
  deps: IngestDeps,
  integration: Receiver,
  appKey: string,
  request: SignedRequest,
): Promise<App | undefined> {
  const app = await appOf(deps, integration, appKey);
  const isSigned = app !== undefined && integration.verify(request, app, deps.now());
  return isSigned ? app : undefined;
}

/** What no id can be is no app's, and the table would take the question for a mistake of ours. */
export async function appOf(
  deps: IngestDeps,
  { name }: Receiver,
  appKey: string,
): Promise<App | undefined> {
  return isId(appKey) ? deps.findApp(name, appKey) : undefined;
}

/**
 * The same words for a wrong signature, an unknown app and an unknown integration, so that nobody can list
 * apps. The log says at which integration.
 */
export function rejected(deps: IngestDeps, receiver: Receiver | undefined): Problem {
  deps.log('warn', 'signature-rejected', { integration: receiver?.name ?? 'none' });
  return new Problem('signature-invalid', SIGNATURE_HELP);
}

const SIGNATURE_HELP =
  'The signature does not match this URL. Check that the URL names your app, that its secret is the ' +
  'current one, and that nothing between the platform and here changes the body.';
