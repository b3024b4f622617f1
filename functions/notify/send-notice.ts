import { bodyOf } from '../../lib/notices/facts.ts';
import { inForce } from '../../lib/notices/secrets.ts';
import { type Sent, send } from '../../lib/notices/send.ts';
import { signedHeaders } from '../../lib/notices/sign.ts';
import type { NoticeType } from '../../lib/notices/types.ts';
import { sendNotices } from '../../lib/queue/notice-messages.ts';
import type { Endpoint, EndpointSecrets } from '../../lib/store/accounts/endpoints.ts';
import {
  beginTry,
  endTry,
  type Notice,
  noteDue,
  readNotice,
} from '../../lib/store/deliveries/notices.ts';
import { listedAt } from '../../lib/store/ledger/entries.ts';
import { placeOfRef } from '../../lib/store/ledger/entry-ref.ts';
import type { BatchEndpoints } from './batch-endpoints.ts';
import type { MessageOf, NotifyDeps } from './deps.ts';
import { GIVEN_UP, lastTry, noteOutcome } from './outcome.ts';

/** A worker that has it for longer is dead: a try takes ten seconds. */
const LEASE_MS = 60_000;

/**
 * Tells one fact to one endpoint. Of workers that have it at once one tells it; a worker that dies after the receiver
 * took it leaves it to be told again, under the same id.
 */
export async function tell(
  message: MessageOf<'notice'>,
  endpoints: BatchEndpoints,
  deps: NotifyDeps,
): Promise<void> {
  const { table, now, breakers } = deps;
  const notice = await readNotice(table, message);
  if (notice?.status !== 'pending') return;
  const waitMs = notice.nextAtMs - now();
  if (waitMs > 0) return comeAgain(notice, waitMs, deps);
  const begun = { ...notice, tries: notice.tries + 1 };
  if (!(await beginTry(table, notice, now() + LEASE_MS))) return;
  const endpoint = (await endpoints.of(notice.providerId)).find(
    ({ endpointId }) => endpointId === notice.endpointId,
  );
  const secrets = await endpoints.secretsOf(notice);
  if (endpoint === undefined || secrets === undefined || endpoint.disabled) {
    await endTry(table, begun, { ...begun, ...GIVEN_UP, last: lastTry('disabled', now()) });
    return;
  }
  // One that does not answer costs ten seconds a try: for a while, most of what comes for it is not tried at all.
  const isOpen = breakers.openForMs(endpoint.endpointId, now()) > 0;
  const sent = isOpen ? undefined : await sendTo(endpoint, secrets, begun, deps);
  const isSilent = sent?.failure === 'timeout' || sent?.failure === 'unreachable';
  if (sent !== undefined) breakers.note(endpoint.endpointId, isSilent, now());
  await noteOutcome({ notice: begun, endpoint, sent }, deps);
}

/** Before its time, or while another worker is at it, which may die. */
async function comeAgain(
  notice: Notice,
  waitMs: number,
  { table, notices }: NotifyDeps,
): Promise<void> {
  // Longer waits stand among what is due, and `reconcile` sends them: also where whoever noted it had another clock.
  if (waitMs > LEASE_MS) return noteDue(table, notice, notice.nextAtMs);
  await sendNotices(notices, [notice], Math.ceil(waitMs / 1000));
}

async function sendTo(
  { url }: Endpoint,
  secrets: EndpointSecrets,
  { entryId, type, factId }: Notice,
  deps: NotifyDeps,
): Promise<Sent> {
  const place = placeOfRef(entryId);
  const listed = place === undefined ? undefined : await listedAt(deps.table, place);
  if (listed === undefined) throw new Error('a notice is of an entry that is not there');
  const body = bodyOf(type as NoticeType, listed.entry, listed.bookedAt ?? '');
  const nowMs = deps.now();
  const signable = { id: factId, atSeconds: Math.floor(nowMs / 1000), body };
  const headers = { ...secrets.headers, ...signedHeaders(signable, inForce(secrets, nowMs)) };
  return send({ url, headers, body }, deps);
}
