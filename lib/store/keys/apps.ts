import { escapeId as e, type Key, PREFIX } from './spelling.ts';

/** The platforms’ apps: their words, their budgets and tokens, and what the till requested. */
export const appKeys = {
  app: (integration: string, appKey: string): Key => ({
    pk: appPartition(integration, appKey),
    sk: '-',
  }),

  /** A version of what the app's own words for channels mean. */
  channelMap: (integration: string, appKey: string, version: number): Key => ({
    pk: appPartition(integration, appKey),
    sk: `${PREFIX.channelMap}${String(version).padStart(6, '0')}`,
  }),

  /** A word for a channel that the app sent. */
  channelWord: (integration: string, appKey: string, raw: string): Key => ({
    pk: appPartition(integration, appKey),
    sk: `${PREFIX.channelWord}${e(raw)}`,
  }),

  /** An app in the list of all. */
  listedApp: (integration: string, appKey: string): Key => ({
    pk: 'APPS',
    sk: `${e(integration)}#${e(appKey)}`,
  }),

  /** Which calls of an app its workers leased. */
  budget: (integration: string, appKey: string): Key => ({
    pk: `BUDGET#${e(integration)}#${e(appKey)}`,
    sk: '-',
  }),

  /** Up to when an app's records were read behind the live edge. */
  edge: (integration: string, appKey: string): Key => ({
    pk: 'EDGE',
    sk: `${e(integration)}#${e(appKey)}`,
  }),

  /** What a platform gave us to call it with, by a keyed hash of what it comes from. */
  platformToken: (integration: string, appKey: string, origin: string): Key => ({
    pk: `PLATFORM-TOKEN#${e(integration)}#${e(appKey)}`,
    sk: origin,
  }),

  /** A request at the till, by the caller's id of it. */
  till: (integration: string, appKey: string, requestId: string, verb: string): Key => ({
    pk: `TILL#${e(integration)}#${e(appKey)}#${e(requestId)}`,
    sk: verb,
  }),
};

const appPartition = (integration: string, appKey: string) => `APP#${e(integration)}#${e(appKey)}`;
