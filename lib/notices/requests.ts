import type { Entry } from '../ledger/entry.ts';
import { MOST_ENTRIES, type NoticeMessage } from '../queue/notice-messages.ts';
import { MESSAGE_VERSION } from '../queue/packing.ts';
import { groupOf, type Queue } from '../queue/queue.ts';
import { readEndpoints } from '../store/accounts/endpoints.ts';
import { entryRef } from '../store/ledger/entry-ref.ts';
import type { Table } from '../store/table.ts';

/** Who has somebody to be notified is asked for again after this. */
const FRESH_MS = 10_000;

/** More than a worker sees of providers in that time. */
const MOST_KNOWN = 10_000;

interface Known {
  readonly readAtMs: number;
  readonly isNotified: Promise<boolean>;
}

/** Requests that providers be notified of entries: nothing of those who have no endpoint that takes anything. */
export class NoticeRequests {
  readonly #table: Table;
  readonly #notices: Queue<NoticeMessage>;
  readonly #now: () => number;
  readonly #known = new Map<string, Known>();

  constructor(table: Table, notices: Queue<NoticeMessage>, now: () => number) {
    this.#table = table;
    this.#notices = notices;
    this.#now = now;
  }

  /**
   * @param delaySeconds for entries that are not booked yet
   * @throws when the queue may not have them: whoever requests them again repeats them, which is harmless
   */
  async request(entries: readonly Entry[], delaySeconds?: number): Promise<void> {
    const messages: NoticeMessage[] = [];
    for (const [providerId, own] of Map.groupBy(entries, (entry) => entry.providerId)) {
      if (!(await this.#isNotified(providerId))) continue;
      const ids = [...new Set(own.map(entryRef))];
      for (let at = 0; at < ids.length; at += MOST_ENTRIES) {
        const some = ids.slice(at, at + MOST_ENTRIES);
        messages.push({ type: 'entries', v: MESSAGE_VERSION, providerId, entries: some });
      }
    }
    const groups = messages.map(({ providerId }) => groupOf(providerId));
    if (messages.length > 0) await this.#notices.sendAll(messages, delaySeconds, groups);
  }

  async #isNotified(providerId: string): Promise<boolean> {
    const nowMs = this.#now();
    const known = this.#known.get(providerId);
    if (known !== undefined && nowMs - known.readAtMs < FRESH_MS) return known.isNotified;
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    const isNotified = readEndpoints(this.#table, providerId, false).then((endpoints) =>
      endpoints.some(({ disabled }) => !disabled),
    );
    this.#known.set(providerId, { readAtMs: nowMs, isNotified });
    // What could not be read is read again.
    isNotified.catch(() => this.#known.delete(providerId));
    return isNotified;
  }
}
