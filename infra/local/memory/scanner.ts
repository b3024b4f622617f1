import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Key } from '../../../lib/store/keys.ts';
import type { Item } from '../../../lib/store/table.ts';
import { compareText, holds } from './conditions.ts';
import type { Partition } from './partition.ts';
import type { Take } from './take.ts';

type Partitions = ReadonlyMap<string, Partition>;

export interface Scanning {
  /** Items that a page has at most. */
  readonly pageSize: number;
  /** Partitions that a page has at most, so that others come between two. */
  readonly partitionsAPage: number;
  /** No order of partitions means anything: this is the other one. */
  readonly isBackwards: boolean;
}

/** What code that holds the table's client may send to it: scans, which `Table` has no method for. */
export function scannerOf(
  partitions: Partitions,
  take: Take,
  { pageSize, partitionsAPage, isBackwards }: Scanning,
): Pick<DynamoDBClient, 'send'> {
  const send = async (command: unknown) => {
    if (!(command instanceof ScanCommand)) throw new Error('the table in memory only scans so');
    const { ExclusiveStartKey, FilterExpression, ExpressionAttributeNames, ...input } =
      command.input;
    const from = ExclusiveStartKey === undefined ? undefined : unmarshall(ExclusiveStartKey);
    const fate = await take('scan', input.ConsistentRead === true ? 'read' : 'weak read');
    const most = Math.min(pageSize, input.Limit ?? Number.POSITIVE_INFINITY);
    const page: Item[] = [];
    let hasMore = false;
    let begun = 0;
    for (const item of itemsBehind(partitions, from as Key | undefined, isBackwards)) {
      if (item.pk !== page.at(-1)?.pk) begun += 1;
      hasMore = page.length >= most || begun > partitionsAPage;
      if (hasMore) break;
      page.push(item);
    }
    const filter = FilterExpression && {
      expression: FilterExpression,
      names: ExpressionAttributeNames ?? {},
      values: unmarshall(input.ExpressionAttributeValues ?? {}),
    };
    const found = filter ? page.filter((item) => holds(filter, item)) : page;
    const last = hasMore ? page.at(-1) : undefined;
    await fate?.after?.();
    return {
      Items: found.map((item) => marshall(item)),
      ...{ Count: found.length, ScannedCount: page.length },
      ...(last && { LastEvaluatedKey: marshall({ pk: last.pk, sk: last.sk }) }),
    };
  };
  return { send: send as DynamoDBClient['send'] };
}

function* itemsBehind(
  partitions: Partitions,
  from: Key | undefined,
  isBackwards: boolean,
): Generator<Item> {
  const way = isBackwards ? -1 : 1;
  for (const pk of isBackwards ? keysOf(partitions).toReversed() : keysOf(partitions)) {
    const turn = from === undefined ? 1 : way * compareText(pk, from.pk);
    if (turn < 0) continue;
    const items = partitions.get(pk)?.all() ?? [];
    for (const item of isBackwards ? items.toReversed() : items) {
      if (turn > 0 || way * compareText(item.sk, from?.sk ?? '') > 0) yield item;
    }
  }
}

const sorted = new WeakMap<Partitions, readonly string[]>();

/** In their order. A partition that has lost its last item still has its key, so a number tells of a new one. */
function keysOf(partitions: Partitions): readonly string[] {
  const known = sorted.get(partitions);
  if (known?.length === partitions.size) return known;
  const keys = [...partitions.keys()].sort(compareText);
  sorted.set(partitions, keys);
  return keys;
}
