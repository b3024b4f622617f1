import { type AttributeValue, type DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { TABLE_NAME } from '../../infra/local/emulators.ts';

/**
 * Everything in the table, in the database's own notation. A page of a scan ends at 1 MiB, and a test that reads
 * only the first would find nothing wrong behind it.
 */
export async function scanRaw(
  client: DynamoDBClient,
  pkPrefix = '',
): Promise<Record<string, AttributeValue>[]> {
  const items: Record<string, AttributeValue>[] = [];
  const scan = {
    ...{ TableName: TABLE_NAME, ConsistentRead: true },
    ...(pkPrefix === '' ? {} : beginningWith(pkPrefix)),
  };
  for await (const page of paginateScan({ client }, scan)) items.push(...(page.Items ?? []));
  return items;
}

const beginningWith = (prefix: string) => ({
  FilterExpression: 'begins_with(pk, :prefix)',
  ExpressionAttributeValues: { ':prefix': { S: prefix } },
});

/** Everything in the table whose partition begins so, read around all of our own code. */
export async function scanAll(
  client: DynamoDBClient,
  pkPrefix = '',
): Promise<Record<string, unknown>[]> {
  return (await scanRaw(client, pkPrefix)).map((item) => unmarshall(item));
}
