import * as z from 'zod';

/**
 * Where the sale came from. The platform's own word is kept beside it as `channelRaw`. The second line is read by
 * no integration, because no page documents the platforms' words for it: an app's channel map says which they are.
 */
export const channelSchema = z.enum([
  ...['live', 'short_video', 'store_page', 'search', 'scan', 'mini_program'],
  ...['self_live', 'creator_live', 'service_account', 'poi_page', 'shop', 'private_domain'],
  'unknown',
] as const);
export type Channel = z.infer<typeof channelSchema>;

/** Channels that are a part of a broader one. What covers the broader one covers them. */
const PARTS: Partial<Record<string, readonly Channel[]>> = {
  live: ['self_live', 'creator_live'],
  store_page: ['poi_page', 'shop'],
};

/** Channels with all their parts: a contract for `live` is one for 自播 and 达人播. An empty list stays one. */
export function withParts(channels: readonly string[]): readonly string[] {
  return [...new Set(channels.flatMap((one) => [one, ...(PARTS[one] ?? [])]))];
}
