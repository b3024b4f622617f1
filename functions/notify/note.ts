import { mapLimit } from '../../lib/async/map-limit.ts';
import type { Entry } from '../../lib/ledger/entry.ts';
import { factsOf } from '../../lib/notices/facts.ts';
import { sendNotices } from '../../lib/queue/notice-messages.ts';
import type { Endpoint } from '../../lib/store/accounts/endpoints.ts';
import { makeNotice } from '../../lib/store/deliveries/notices.ts';
import { listedAt } from '../../lib/store/ledger/entries.ts';
import { placeOfRef } from '../../lib/store/ledger/entry-ref.ts';
import { instantToMs } from '../../lib/time/shanghai.ts';
import type { BatchEndpoints } from './batch-endpoints.ts';
import type { MessageOf, NotifyDeps } from './deps.ts';

const WRITES_AT_ONCE = 16;

/**
 * Notes for each endpoint what it is to be told of these entries, then sends a message for each: also for what was noted
 * before, because whoever noted it may have died before its message was sent. What was told already is not told anew.
 */
export async function noteEntries(
  { providerId, entries }: MessageOf<'entries'>,
  endpoints: BatchEndpoints,
  { table, notices, now }: NotifyDeps,
): Promise<void> {
  const open = (await endpoints.of(providerId)).filter(({ disabled }) => !disabled);
  if (open.length === 0) return;
  const read = await mapLimit(entries, WRITES_AT_ONCE, async (entryId) => {
    const place = placeOfRef(entryId);
    const listed = place === undefined ? undefined : await listedAt(table, place);
    if (listed === undefined || listed.bookedAt === null) return [];
    const { entry, bookedAt } = listed;
    // Its provider's alone, whatever the message says.
    if (entry.providerId !== providerId) return [];
    return open
      .filter((endpoint) => covers(endpoint, entry))
      .flatMap((endpoint) => wanted(endpoint, entry, entryId, instantToMs(bookedAt)));
  });
  const told = await mapLimit(read.flat(), WRITES_AT_ONCE, async ({ id, type, entryId }) => {
    await makeNotice(table, { ...id, type, entryId }, now());
    return id;
  });
  await sendNotices(notices, told);
}

function covers({ stores, merchants }: Endpoint, entry: Entry): boolean {
  const { platform, storeId, merchantId } = entry;
  const isStore = stores.length === 0 || stores.includes(`${platform}/${storeId}`);
  return isStore && (merchants.length === 0 || merchants.includes(`${platform}/${merchantId}`));
}

function wanted({ endpointId, types }: Endpoint, entry: Entry, entryId: string, atMs: number) {
  const { providerId } = entry;
  return factsOf(entry)
    .filter(({ type }) => types.includes('*') || types.includes(type))
    .map(({ type, factId }) => ({ id: { providerId, endpointId, atMs, factId }, type, entryId }));
}
