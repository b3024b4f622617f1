import { instantToMs } from '../../time/shanghai.ts';
import type { DouyinLifeClient, SecondsWindow } from './client.ts';

/** A voucher of which no order is known, and when it was used, or its use taken back, last. */
export interface Changed {
  readonly voucherId: string;
  readonly at: string;
}

/** The platform writes down that an order changed so long after its voucher's act, at most, as far as was seen. */
const MARGIN_SECONDS = 5;

/** Of one repair: acts whose own seconds are asked for, and pages of what changed since. */
const MAX_ACTS = 50;
const MAX_PAGES = 20;

/**
 * The orders of vouchers whose use was taken back: their ledgers are gone, and where a day is read in parts, their order may
 * be listed in another part than the use. An order is listed by its last change alone, so first those of the act's own
 * seconds are read, and then those that changed since.
 * @returns an order's id by its voucher; what is not among the next 2,000 changes is left out
 * @throws PlatformError
 */
export async function ordersOfChanged(
  changed: readonly Changed[],
  merchantId: string,
  client: DouyinLifeClient,
  nowMs: number,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const wanted = new Set(changed.map(({ voucherId }) => voucherId));
  const read = async (window: SecondsWindow, pages: number) => {
    let page: number | null = 1;
    for (let left = pages; left > 0 && page !== null && wanted.size > 0; left -= 1) {
      const answer = await client.ordersPage(merchantId, 'update', window, page);
      for (const { order_id, certificate } of answer.orders) {
        for (const { certificate_id } of certificate ?? []) {
          if (wanted.delete(certificate_id)) found.set(certificate_id, order_id);
        }
      }
      page = answer.next;
    }
  };
  const times = new Map(changed.map(({ voucherId, at }) => [voucherId, secondsOf(at)] as const));
  for (const [voucherId, second] of [...times].slice(0, MAX_ACTS)) {
    const window = { startSeconds: second, endSeconds: second + MARGIN_SECONDS };
    if (wanted.has(voucherId)) await read(window, 1);
  }
  const firstSecond = Math.min(...[...wanted].map((id) => times.get(id) ?? 0));
  if (wanted.size > 0) {
    await read({ startSeconds: firstSecond, endSeconds: Math.floor(nowMs / 1000) }, MAX_PAGES);
  }
  return found;
}

function secondsOf(instant: string): number {
  return Math.floor(instantToMs(instant) / 1000);
}
