import * as z from 'zod';
import { type Channel, channelSchema } from './channel.ts';
import type { Event } from './event.ts';
import { idSchema } from './id.ts';
import type { Sale } from './sale.ts';

/** A platform's own word for where a sale came from, and the channel that an operator says it is. */
export const channelWordSchema = z.strictObject({
  raw: z.string().trim().min(1).max(100),
  channel: channelSchema,
});

/** One version of an app's map. Versions are only added; the newest one holds for what is recorded from then on. */
export const channelMapSchema = z.object({
  integration: z.string(),
  appKey: idSchema,
  /** From 1. */
  version: z.int().min(1),
  map: z.array(channelWordSchema),
  recordedAt: z.iso.datetime({ offset: true }),
  /** Who said so, as the trail of changes names them. */
  recordedBy: z.string(),
});
export type ChannelMap = z.infer<typeof channelMapSchema>;

/** The version that was known at an instant; undefined before the first. @param log oldest first */
export function mapKnownAt(log: readonly ChannelMap[], instant: string): ChannelMap | undefined {
  const atMs = Date.parse(instant);
  return log.findLast(({ recordedAt }) => Date.parse(recordedAt) <= atMs);
}

/**
 * A sale with the channel that a map says. A word that is not in the map stays what the integration read in it: the
 * map adds to that reading and takes nothing away, so what is unknown stays unknown.
 */
export function withMappedChannel(sale: Sale, map: ChannelMap | undefined): Sale {
  const { channelRead, ...rest } = sale;
  const read = channelRead ?? sale.channel;
  const channel = mapped(sale.channelRaw, map) ?? read;
  return channel === read ? { ...rest, channel } : { ...rest, channel, channelRead: read };
}

function mapped(raw: string | null, map: ChannelMap | undefined): Channel | undefined {
  const word = raw?.trim();
  return word === undefined ? undefined : map?.map.find((one) => one.raw === word)?.channel;
}

/** The sale of an event that has one with a word of the platform's. */
export function wordedSale(event: Event): Sale | undefined {
  if (event.kind !== 'order.paid' && event.kind !== 'voucher.redeemed') return undefined;
  return event.sale.channelRaw === null ? undefined : event.sale;
}

/** An event with the channel of its sale as a map says it. */
export function mapChannel<E extends Event>(event: E, map: ChannelMap | undefined): E {
  const sale = wordedSale(event);
  return sale === undefined ? event : { ...event, sale: withMappedChannel(sale, map) };
}
