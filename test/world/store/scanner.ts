import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from '../../../lib/store/table.ts';
import { compareText, holds } from './conditions.ts';
import type { Take } from './take.ts';

export interface Scanning {
  /** Items that a page has at most. */
  readonly pageSize: number;
  /** Whether a page ends with its partition, so that others come between two. */
  readonly isByPartition: boolean;
  /** No order of partitions means anything: this is the other one. */
  readonly isBackwards: boolean;
}

/** What code that holds the table's client may send to it: scans, which `Table` has no method for. */
export function scannerOf(
  items: () => readonly Item[],
  take: Take,
  { pageSize, isByPartition, isBackwards }: Scanning,
): Pick<DynamoDBClient, 'send'> {
  const send = async (command: unknown) => {
    if (!(command instanceof ScanCommand)) throw new Error('the table in memory only scans so');
    const { ExclusiveStartKey, FilterExpression, ExpressionAttributeNames, ...input } =
      command.input;
    const from = ExclusiveStartKey === undefined ? undefined : unmarshall(ExclusiveStartKey);
    const fate = await take('scan', input.ConsistentRead === true ? 'read' : 'weak read');
    const all = isBackwards ? items().toReversed() : items();
    const way = isBackwards ? -1 : 1;
    const rest = from === undefined ? all : all.filter((item) => way * compareKeys(item, from) > 0);
    const most = rest.slice(0, Math.min(pageSize, input.Limit ?? Number.POSITIVE_INFINITY));
    const page = isByPartition ? most.filter(({ pk }) => pk === most[0]?.pk) : most;
    const filter = FilterExpression && {
      expression: FilterExpression,
      names: ExpressionAttributeNames ?? {},
      values: unmarshall(input.ExpressionAttributeValues ?? {}),
    };
    const found = filter ? page.filter((item) => holds(filter, item)) : page;
    const last = page.length < rest.length ? page.at(-1) : undefined;
    await fate?.after?.();
    return {
      Items: found.map((item) => marshall(item)),
      ...{ Count: found.length, ScannedCount: page.length },
      ...(last && { LastEvaluatedKey: marshall({ pk: last.pk, sk: last.sk }) }),
    };
  };
  return { send: send as DynamoDBClient['send'] };
}

function compareKeys(item: Item, { pk, sk }: Record<string, unknown>): number {
  return compareText(item.pk, String(pk)) || compareText(item.sk, String(sk));
}
