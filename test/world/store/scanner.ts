import { type DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item } from '../../../lib/store/table.ts';
import { compareText, holds } from './conditions.ts';
import type { Take } from './take.ts';

/** What code that holds the table's client may send to it: scans, which `Table` has no method for. */
export function scannerOf(
  items: () => readonly Item[],
  take: Take,
  pageSize: number,
): Pick<DynamoDBClient, 'send'> {
  const send = async (command: unknown) => {
    if (!(command instanceof ScanCommand)) throw new Error('the table in memory only scans so');
    const { ExclusiveStartKey, FilterExpression, ExpressionAttributeNames, ...input } =
      command.input;
    const from = ExclusiveStartKey === undefined ? undefined : unmarshall(ExclusiveStartKey);
    const fate = await take('scan', input.ConsistentRead === true ? 'read' : 'weak read');
    const rest = from === undefined ? items() : items().filter((item) => isBehind(item, from));
    const page = rest.slice(0, Math.min(pageSize, input.Limit ?? Number.POSITIVE_INFINITY));
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

function isBehind(item: Item, { pk, sk }: Record<string, unknown>): boolean {
  const gap = compareText(item.pk, String(pk));
  return gap > 0 || (gap === 0 && compareText(item.sk, String(sk)) > 0);
}
