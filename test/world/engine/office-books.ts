import type { Hub } from '../../../lib/cli/simulation.ts';
import type { Player, Truth } from '../../../lib/integrations/sandbox-kit/player.ts';
import type { Entry } from '../../../lib/ledger/entry.ts';
import { unpackBody } from '../../../lib/store/deliveries/archive.ts';
import type { MemoryTable } from '../store/table.ts';

/**
 * What all providers together are shown of a platform's GMV, against what is true: whoever a contract gives it to,
 * nothing is lost between them and nothing is anybody's twice.
 */
export function wrongSums(players: readonly Player[], entries: readonly Entry[]): string[] {
  const truths = Map.groupBy(
    players.flatMap((player) => player.truth().map((truth) => ({ player, truth }))),
    ({ player }) => player.platform,
  );
  return [...truths].flatMap(([platform, all]) => {
    const own = entries.filter((entry) => entry.platform === platform);
    const ought = (kind: 'paidFen' | 'redeemedFen') =>
      all.reduce((sum, { truth }) => sum + (truth as Truth)[kind], 0);
    const is = (isPaid: boolean) =>
      own
        .filter(({ kind }) => kind !== 'tier' && PAID.has(kind) === isPaid)
        .reduce((sum, { amountFen }) => sum + amountFen, 0);
    return [
      ...differing(`${platform} paid`, is(true), ought('paidFen')),
      ...differing(`${platform} redeemed`, is(false), ought('redeemedFen')),
    ];
  });
}

const PAID: ReadonlySet<string> = new Set(['payment', 'unused_refund']);

function differing(what: string, is: number, ought: number): string[] {
  return is === ought ? [] : [`all providers, ${what}: ${is}, not ${ought}`];
}

interface Contract {
  readonly contractId: string;
  readonly providerId: string;
  readonly merchantId: string;
  readonly mode: 'agency' | 'special';
  readonly scope: { readonly stores: readonly string[]; readonly products: readonly string[] };
  readonly shareBp: number;
  readonly startsAt: string;
  readonly endsAt: string | null;
}

/**
 * Of a ledger in which every day was restated when all contracts stood: reckons anew, and in another way than
 * Hexiao does, to whom each fact is due.
 * @returns what differs
 */
export async function wrongShares(
  operator: Hub,
  players: readonly Player[],
  entries: readonly Entry[],
): Promise<string[]> {
  const { current } = (await operator.call('GET', '/v1/policies')) as {
    current: { order: readonly Contract['mode'][] };
  };
  const wrong: string[] = [];
  for (const { platform, merchants } of players) {
    for (const { merchantId } of merchants) {
      const path = `/v1/contracts?platform=${platform}&merchantId=${merchantId}`;
      const { contracts } = (await operator.call('GET', path)) as { contracts: Contract[] };
      const own = entries.filter(
        (entry) => entry.platform === platform && entry.merchantId === merchantId,
      );
      for (const [fact, standing] of standingFacts(own)) {
        const due = dueTo(standing[0] as Entry, contracts, current.order);
        const booked = new Map<string, number>();
        for (const { providerId, amountFen } of standing) {
          booked.set(providerId, (booked.get(providerId) ?? 0) + amountFen);
        }
        for (const providerId of new Set([...due.keys(), ...booked.keys()])) {
          const [is, ought] = [booked.get(providerId) ?? 0, due.get(providerId) ?? 0];
          // A share is rounded by less than a fen: whoever has the largest remainder gets what is left.
          if (Math.abs(is - ought) < standing.length) continue;
          wrong.push(`${fact}: ${providerId} has ${is} fen, and is due ${ought.toFixed(2)}`);
        }
      }
    }
  }
  return wrong;
}

/** Facts that are booked and not corrected, each with its entries. */
function standingFacts(entries: readonly Entry[]): Map<string, Entry[]> {
  const corrected = new Set(entries.map(({ corrects }) => corrects).filter((id) => id !== null));
  const standing = entries.filter(
    ({ entryId, kind, corrects }) =>
      (kind === 'payment' || kind === 'redemption') && corrects === null && !corrected.has(entryId),
  );
  return Map.groupBy(standing, ({ eventId, voucherId }) => `${eventId} ${voucherId}`);
}

function dueTo(
  { occurredAt, storeId, productId, explanation: { basisFen } }: Entry,
  contracts: readonly Contract[],
  order: readonly Contract['mode'][],
): Map<string, number> {
  const at = Date.parse(occurredAt);
  const covering = contracts.filter(({ scope, startsAt, endsAt }) => {
    const isInForce = Date.parse(startsAt) <= at && (endsAt === null || at < Date.parse(endsAt));
    const hasStore = scope.stores.length === 0 || scope.stores.includes(storeId);
    const hasProduct = scope.products.length === 0 || scope.products.includes(productId ?? '');
    return isInForce && hasStore && hasProduct;
  });
  const mode = order.find((one) => covering.some((contract) => contract.mode === one));
  const due = new Map<string, number>();
  let left = 10_000;
  for (const { providerId, shareBp } of covering.filter((contract) => contract.mode === mode)) {
    left -= shareBp;
    due.set(providerId, (due.get(providerId) ?? 0) + (basisFen * shareBp) / 10_000);
  }
  if (left > 0) due.set('unattributed', (basisFen * left) / 10_000);
  return due;
}

interface Statement {
  readonly statementId: string;
  readonly month: string;
  readonly status: string;
  readonly totals: Readonly<Record<string, number>>;
  readonly adjustments: Readonly<Record<string, number>>;
  readonly balance: {
    readonly openingFen: number;
    readonly payableFen: number;
    readonly carriedFen: number;
  };
}

interface Line {
  readonly entryId: string;
  readonly amountFen: number;
  readonly commissionFen: number;
}

/**
 * Of a ledger whose months are all closed and past every window: each entry is in one statement, each statement's
 * sums are its lines', and what is paid and carried over the months comes to what was earned.
 */
export async function wrongStatements(operator: Hub, entries: readonly Entry[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const [providerId, own] of Map.groupBy(entries, (entry) => entry.providerId)) {
    const { statements } = (await operator.call(
      'GET',
      `/v1/statements?providerId=${providerId}`,
    )) as { statements: Statement[] };
    const seen = new Map<string, string>();
    let paidFen = 0;
    let carriedFen = 0;
    for (const one of statements.toSorted((a, b) => (a.month < b.month ? -1 : 1))) {
      const { statementId, status, totals, adjustments, balance } = one;
      if (status !== 'closed') wrong.push(`${statementId} is ${status}`);
      const lines = await linesOf(operator, statementId);
      const sum = lines.reduce((all, { commissionFen }) => all + commissionFen, 0);
      const shown = (totals.commissionFen ?? 0) + (adjustments.commissionFen ?? 0);
      if (sum !== shown) wrong.push(`${statementId}: its lines come to ${sum}, not ${shown}`);
      if (balance.openingFen !== carriedFen) {
        wrong.push(`${statementId} opens with ${balance.openingFen}, not ${carriedFen}`);
      }
      paidFen += balance.payableFen;
      carriedFen = balance.carriedFen;
      for (const { entryId } of lines) {
        const other = seen.get(entryId);
        if (other !== undefined) wrong.push(`${entryId} is in ${other} and in ${statementId}`);
        seen.set(entryId, statementId);
      }
    }
    if (seen.size !== own.length) {
      wrong.push(`${providerId}: ${seen.size} of ${own.length} entries are in statements`);
    }
    const earnedFen = own.reduce((all, { commissionFen }) => all + commissionFen, 0);
    if (paidFen + carriedFen !== earnedFen) {
      wrong.push(
        `${providerId}: statements pay ${paidFen} and carry ${carriedFen}, and it earned ${earnedFen}`,
      );
    }
  }
  return wrong;
}

async function linesOf(operator: Hub, statementId: string): Promise<Line[]> {
  const lines: Line[] = [];
  let cursor: string | null = null;
  do {
    const search: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const path = `/v1/statements/${encodeURIComponent(statementId)}?limit=1000${search}`;
    const page = (await operator.call('GET', path)) as { lines: Line[]; next: string | null };
    lines.push(...page.lines);
    cursor = page.next;
  } while (cursor !== null);
  return lines;
}

/** What the table still has of a buyer who was erased by their orders. */
export async function leftOf(
  { platform, orderIds }: { readonly platform: string; readonly orderIds: readonly string[] },
  table: MemoryTable,
): Promise<string[]> {
  const isTheirs = (item: { readonly [name: string]: unknown }) =>
    item.platform === platform && orderIds.some((orderId) => item.orderId === orderId);
  const bought = [...table.all('LEDGER#'), ...table.all('VOUCHER#'), ...table.all('ORDER#')];
  const named = bought
    .filter((item) => isTheirs(item) && hasBuyer(item))
    .map(({ pk, sk }) => `the buyer of an erased order stands in ${pk} ${sk}`);
  const told: string[] = [];
  for (const item of table.all('DELIVERY#')) {
    if (item.erasedBy !== undefined) continue;
    const body = Buffer.from(await unpackBody(table, item));
    if (!orderIds.some((orderId) => body.includes(orderId))) continue;
    told.push(`an erased order is in the body of ${item.pk}`);
  }
  return [...named, ...told];
}

function hasBuyer({ buyer, sale }: { readonly [name: string]: unknown }): boolean {
  return (buyer ?? (sale as { buyer?: unknown } | undefined)?.buyer ?? null) !== null;
}
