import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';

/** The table's own time: the same app read by the same client, and nothing else. */
const database = new DynamoDBClient({});

export const handler = async ({ pk }: { pk: string }) => {
  const Key = { pk: { S: pk }, sk: { S: '-' } };
  const TableName = process.env.TABLE_NAME;
  await database.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
  return { statusCode: 200, body: '' };
};
