import { type ChannelMap, mapChannel, wordedSale } from '../../lib/events/channel-map.ts';
import type { Event } from '../../lib/events/event.ts';
import { noteChannelWord, readChannelMap } from '../../lib/store/accounts/channel-maps.ts';
import type { Table } from '../../lib/store/table.ts';

/** Maps remembered; more than any operator has apps. */
const MAX_REMEMBERED = 1_000;

/**
 * The channel maps that a worker read lately, of the apps whose sales have a word for their channel. A map that is
 * recorded holds here this much later, as a setting of the app does.
 */
export class ChannelMaps {
  private readonly freshMs: number;
  private readonly now: () => number;
  private readonly known = new Map<
    string,
    { map: Promise<ChannelMap | undefined>; atMs: number }
  >();

  /** @param freshMs how long what was read is not read again */
  constructor(freshMs: number, now: () => number) {
    this.freshMs = freshMs;
    this.now = now;
  }

  private of(table: Table, { integration, appKey }: Event): Promise<ChannelMap | undefined> {
    const key = JSON.stringify([integration, appKey]);
    const known = this.known.get(key);
    if (known !== undefined && this.now() - known.atMs < this.freshMs) return known.map;
    if (this.known.size >= MAX_REMEMBERED) this.known.clear();
    const map = readChannelMap(table, integration, appKey);
    this.known.set(key, { map, atMs: this.now() });
    // What could not be read is read anew by the next.
    map.catch(() => this.known.delete(key));
    return map;
  }

  /** An event with the channel that its app's map says; the word it came with is noted. */
  async mapped(table: Table, event: Event): Promise<Event> {
    const sale = wordedSale(event);
    if (sale === undefined) return event;
    const read = sale.channelRead ?? sale.channel;
    const word = { raw: sale.channelRaw ?? '', read, sentAt: event.recordedAt };
    await noteChannelWord(table, event, word);
    return mapChannel(event, await this.of(table, event));
  }
}
