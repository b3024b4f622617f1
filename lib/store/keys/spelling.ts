/** Where an item lives. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

/**
 * Escapes an id from outside, so that a `#` in it cannot reach another partition. Injective: `%` is
 * escaped too.
 */
export function escapeId(id: string): string {
  return id.replace(/[%#\p{Cc}]/gu, (c) => `%${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Hashes spread hints, set-aside lists and other lists over 16 partitions; counting one is 16 small queries. */
export const SHARDS: readonly string[] = '0123456789abcdef'.split('');

/** How the sort keys of items that are listed begin. */
export const PREFIX = {
  event: 'EVENT#',
  contract: 'CONTRACT#',
  store: 'STORE#',
  detail: 'DETAIL#',
  slots: 'SLOTS#',
  lane: 'LANE#',
  line: 'LINE#',
  act: 'ACT#',
  held: 'HELD#',
  day: 'DAY#',
  redeemedVoucher: 'REDEEMED#',
  restated: 'RESTATED#',
  refused: 'REFUSED#',
  seen: 'SEEN#',
  tillAct: 'TILL#',
  token: 'TOKEN#',
  channelMap: 'CHANNEL-MAP#',
  channelWord: 'CHANNEL-WORD#',
  lead: 'LEAD#',
  programme: 'PROGRAMME#',
} as const;

/** How the partitions of items begin that are distinguished when the whole table is read. */
export const PARTITION = { delivery: 'DELIVERY#', hint: 'HINT#', ledger: 'LEDGER#' } as const;

/** No escaped id has an asterisk alone. */
export const ownOrAll = (providerId: string | null) =>
  providerId === null ? '*' : escapeId(providerId);

export const twoDigits = (value: number) => String(value).padStart(2, '0');
