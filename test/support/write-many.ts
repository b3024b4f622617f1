import {
  type AttributeValue,
  BatchWriteItemCommand,
  type DynamoDBClient,
  type PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { TABLE_NAME } from '../../infra/local/emulators.ts';
import { Table } from '../../lib/store/table.ts';

/** As many as one call may write. */
const A_CALL = 25;

/**
 * What a test finds in the table when it begins, where that is much: the same items as `puts` would write into a table
 * that has none of them, by a twenty-fifth of the calls.
 */
export async function writeMany(
  client: DynamoDBClient,
  puts: (table: Table) => Promise<unknown>,
): Promise<void> {
  const items: Record<string, AttributeValue>[] = [];
  const collecting = {
    async send({ input: { Item = {} } }: PutItemCommand) {
      items.push(Item);
      return {};
    },
  };
  await puts(new Table(collecting as unknown as DynamoDBClient, TABLE_NAME));
  for (let from = 0; from < items.length; from += A_CALL) {
    const requests = items.slice(from, from + A_CALL).map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE_NAME]: requests } }));
  }
}
