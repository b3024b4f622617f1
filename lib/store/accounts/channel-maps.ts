import * as z from 'zod';
import { type Channel, channelSchema } from '../../events/channel.ts';
import { type ChannelMap, channelMapSchema } from '../../events/channel-map.ts';
import { keys, PREFIX } from '../keys.ts';
import type { Table } from '../table.ts';
import { WRITE_WITHIN_MS } from './contracts.ts';

/** An app's channel maps, oldest version first. */
export async function readChannelMaps(
  table: Table,
  integration: string,
  appKey: string,
): Promise<ChannelMap[]> {
  const log: ChannelMap[] = [];
  const { pk } = keys.app(integration, appKey);
  for await (const item of table.query(pk, { startsWith: PREFIX.channelMap })) {
    log.push(channelMapSchema.parse(item));
  }
  return log;
}

/** The newest version alone: half a read unit, however often the map changed. One of this moment may not be seen yet. */
export async function readChannelMap(
  table: Table,
  integration: string,
  appKey: string,
): Promise<ChannelMap | undefined> {
  const { pk } = keys.app(integration, appKey);
  const newest = { startsWith: PREFIX.channelMap, backwards: true, limit: 1, consistent: false };
  for await (const item of table.query(pk, newest)) return channelMapSchema.parse(item);
  return undefined;
}

/**
 * Appends a version at its number. Stamp `recordedAt` right before: see `appendContract`.
 * @returns false when another writer took that number
 */
export async function appendChannelMap(table: Table, version: ChannelMap): Promise<boolean> {
  const { integration, appKey } = version;
  const key = keys.channelMap(integration, appKey, version.version);
  return table.put(key, version, undefined, WRITE_WITHIN_MS);
}

export const reportedWordSchema = z.object({
  raw: z.string(),
  /** What the integration read in it, without any map. */
  read: channelSchema,
  /** When it came first. */
  sentAt: z.iso.datetime({ offset: true }),
});
export type ReportedWord = z.infer<typeof reportedWordSchema>;

/** Longer than any label; an app that sends more words than this sends ids. */
const MAX_WORD = 100;
const MAX_WORDS = 300;

/** The words that this worker has noted already, by app; forgetting them costs a read each. */
const noted = new WeakMap<Table, Map<string, Set<string>>>();

/** Notes that an app sent a word, once, so that an operator finds it to map. A courtesy: it decides nothing. */
export async function noteChannelWord(
  table: Table,
  { integration, appKey }: Pick<ChannelMap, 'integration' | 'appKey'>,
  word: { readonly raw: string; readonly read: Channel; readonly sentAt: string },
): Promise<void> {
  const raw = word.raw.trim();
  const apps = noted.get(table) ?? new Map<string, Set<string>>();
  noted.set(table, apps);
  const app = JSON.stringify([integration, appKey]);
  const known = apps.get(app) ?? new Set();
  apps.set(app, known);
  if (raw === '' || raw.length > MAX_WORD || known.has(raw) || known.size >= MAX_WORDS) return;
  const key = keys.channelWord(integration, appKey, raw);
  if ((await table.get(key, false)) === undefined) await table.put(key, { ...word, raw });
  known.add(raw);
}

/** The words that an app sent, each with what was read in it. */
export async function readReportedWords(
  table: Table,
  integration: string,
  appKey: string,
): Promise<ReportedWord[]> {
  const words: ReportedWord[] = [];
  const { pk } = keys.app(integration, appKey);
  const sent = { startsWith: PREFIX.channelWord, consistent: false, limit: 2 * MAX_WORDS };
  for await (const item of table.query(pk, sent)) words.push(reportedWordSchema.parse(item));
  return words;
}
