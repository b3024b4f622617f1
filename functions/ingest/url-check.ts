import type { Answer, Receiver, SignedRequest } from '../../lib/integrations/kit/integration.ts';
import type { IngestDeps } from './deps.ts';
import { type Call, nowhere, raise, readRequest, toResponse } from './request.ts';
import { appOf, receiverTo, rejected } from './signed.ts';

/**
 * No documented message is a GET: a console, or whoever pastes the address into a browser, looks whether
 * somebody is here. The answer is the same for every app, so it reveals none.
 */
export async function lookedAt(deps: IngestDeps, c: Call): Promise<Response> {
  const receiver = receiverTo(deps, c);
  if (receiver === undefined) raise(nowhere());
  const request = await readRequest(c, undefined);
  const greeting = receiver.handshake?.(request) ?? (await checkedUrl(deps, receiver, c, request));
  return greeting === undefined
    ? c.text('Hexiao is here. Messages are sent to this address by POST.')
    : toResponse(greeting);
}

/** A console's signed check of the address; undefined where the platform makes none, or nobody asks. */
async function checkedUrl(
  deps: IngestDeps,
  receiver: Receiver,
  c: Call,
  request: SignedRequest,
): Promise<Answer | undefined> {
  if (receiver.checkUrl === undefined || request.query.size === 0) return undefined;
  const { appKey } = c.req.param();
  const app = await appOf(deps, receiver, appKey);
  const answer = app && receiver.checkUrl(request, app);
  if (answer !== undefined) return answer;
  throw rejected(deps, receiver);
}
