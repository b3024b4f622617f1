import type { RecordsSource } from '../integrations/kit/platform-records.ts';
import { PlatformRequests, requestedBy } from '../integrations/kit/platform-requests.ts';
import { unknownOf } from './check-window.ts';
import type { Reconciler } from './deps.ts';
import type { KnownStreams } from './ours.ts';
import { patiently } from './patience.ts';
import type { WindowReading } from './read-window.ts';
import { sendFacts } from './send-facts.ts';

/** Of one question about bills, so that what was answered is kept when the next one is not. */
const PER_QUESTION = 50;

/**
 * Requests what the platform's bills say of a window's redemptions, and sends what is news. It is compared with nothing.
 * @throws PlatformError
 */
export async function sendBills(
  { bills }: RecordsSource,
  { records }: Pick<WindowReading, 'records'>,
  known: KnownStreams,
  reconciler: Reconciler,
): Promise<void> {
  if (bills === undefined) return;
  const uses = records.filter((one) => one.kind === 'redemption');
  const { platform } = reconciler.integration;
  for (let at = 0; at < uses.length; at += PER_QUESTION) {
    const some = uses.slice(at, at + PER_QUESTION);
    const requests = new PlatformRequests();
    const context = { ...reconciler.context, requests };
    const billed = await patiently(() => bills(some, context), reconciler);
    const news = await unknownOf(billed, known, platform);
    if (news.length > 0) await sendFacts(requestedBy(news, requests.kept()), reconciler, 'bill');
  }
}
