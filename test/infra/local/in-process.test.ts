import {
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import {
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulators, startEmulators, TABLE_NAME } from '../../../infra/local/emulators.ts';

const TableName = TABLE_NAME;

let emulators: Emulators;
/** As another process has them. */
let database: DynamoDBClient;
let sqs: SQSClient;

beforeAll(async () => {
  emulators = await startEmulators();
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  database = new DynamoDBClient({
    ...{ endpoint: emulators.databaseUrl, region: 'us-east-1', credentials },
  });
  sqs = new SQSClient({ endpoint: emulators.queueUrl, region: 'us-east-1', credentials });
});

afterAll(async () => {
  database?.destroy();
  sqs?.destroy();
  await emulators?.stop();
});

const item = (sk: string) => ({
  pk: { S: 'a' },
  sk: { S: sk },
  text: { S: '券码 "\\' },
  bytes: { B: Uint8Array.of(0, 255, 128) },
  large: { N: '9007199254740993' },
});

describe('the clients of the emulators’ own process', () => {
  test('read what came by the port, and the other way round', async () => {
    await database.send(new PutItemCommand({ TableName, Item: item('port') }));
    await emulators.database.send(new PutItemCommand({ TableName, Item: item('here') }));

    for (const sk of ['port', 'here']) {
      const asked = { TableName, Key: { pk: { S: 'a' }, sk: { S: sk } } };
      const [here, there] = [
        await emulators.database.send(new GetItemCommand(asked)),
        await database.send(new GetItemCommand(asked)),
      ];
      expect(here.Item).toEqual(item(sk));
      expect(there.Item).toEqual(item(sk));
    }
  });

  test('are refused with the same errors', async () => {
    const refused = [
      { TableName, Item: item('port'), ConditionExpression: 'attribute_not_exists(pk)' },
      { TableName, Item: item('port'), ConditionExpression: 'no condition' },
      { TableName: 'another', Item: item('port') },
      { TableName, Item: { pk: { S: 'a' } } },
      { TableName, Item: { ...item('long'), long: { S: 'x'.repeat(500_000) } } },
    ];
    const errors = await Promise.all(
      refused.map((one) =>
        Promise.all(
          [emulators.database, database].map(async (client) => {
            const error = await client
              .send(new PutItemCommand(one))
              .catch((thrown: unknown) => thrown);
            if (!(error instanceof Error)) throw new Error('it was not refused');
            return [error.name, error.message, error.constructor.name];
          }),
        ),
      ),
    );

    for (const [here, there] of errors) expect(here).toEqual(there);
    expect(errors[0]?.[0]?.[0]).toBe(ConditionalCheckFailedException.name);
    expect(new Set(errors.map(([here]) => here?.[0])).size).toBe(3);
  });

  test('have one queue with the port, and its errors', async () => {
    const QueueUrl = emulators.queues.intake.url;
    const batch = { QueueUrl, Entries: ['1', '1'].map((Id) => ({ Id, MessageBody: 'x' })) };
    const wrong = await Promise.all(
      [emulators.sqs, sqs].map((client) =>
        client.send(new SendMessageBatchCommand(batch)).catch(({ name }: Error) => name),
      ),
    );
    await emulators.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '一 "two"' }));
    const received = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'three' }));
    const here = await emulators.sqs.send(new ReceiveMessageCommand({ QueueUrl }));

    expect(wrong[0]).toMatch(/BatchEntryIdsNotDistinct/);
    expect(wrong[1]).toBe(wrong[0]);
    expect(received.Messages?.map(({ Body }) => Body)).toEqual(['一 "two"']);
    expect(here.Messages?.map(({ Body }) => Body)).toEqual(['three']);
  });

  test('stop waiting for what is given up', async () => {
    const giveUp = new AbortController();
    const put = emulators.database.send(new PutItemCommand({ TableName, Item: item('late') }), {
      abortSignal: giveUp.signal,
    });
    giveUp.abort();

    await expect(put).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('fail once the emulators have ended, and do not wait for them', async () => {
    const own = await startEmulators();
    await own.stop();
    const QueueUrl = own.queues.intake.url;

    await expect(own.database.send(new QueryCommand({ TableName }))).rejects.toThrow('has ended');
    await expect(own.sqs.send(new ReceiveMessageCommand({ QueueUrl }))).rejects.toThrow();
  });
});
