import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceNotFoundException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import dynalite from 'dynalite';
import { buildApp } from 'fauxqs';
import { QUEUES, type QueueName, type QueueSpec, TABLE } from '../topology.ts';
import { inProcess, listenerOf } from './in-process.ts';

/**
 * DynamoDB and SQS on this machine: dynalite, kept under the data folder, and fauxqs, in memory. Both
 * listen on the loopback address only, on ports of their own choosing. Our own clients, in this same
 * process, need no port.
 */

/** Neither emulator checks them, but the SDK signs with them. */
export const LOCAL_CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_REGION: 'us-east-1',
} as const;

export const TABLE_NAME = 'hexiao';

export interface Emulators {
  readonly databaseUrl: string;
  readonly queueUrl: string;
  readonly queues: Readonly<Record<QueueName, { url: string; deadLetterUrl: string }>>;
  readonly database: DynamoDBClient;
  readonly sqs: SQSClient;
  stop(): Promise<void>;
}

/** @param directory where the table is kept; in memory when absent */
export async function startEmulators(directory?: string): Promise<Emulators> {
  const database = await startDatabase(directory);
  const queues = await startQueues();
  return {
    databaseUrl: database.url,
    queueUrl: queues.url,
    queues: queues.queues,
    database: database.client,
    sqs: queues.client,
    async stop() {
      await queues.stop();
      await database.stop();
    },
  };
}

async function startDatabase(directory: string | undefined) {
  if (directory !== undefined) mkdirSync(directory, { recursive: true });
  const server = dynalite({
    createTableMs: 0,
    ...(directory === undefined ? {} : { path: directory }),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const requestHandler = inProcess(listenerOf(server));
  const client = new DynamoDBClient({ ...clientOptions(url), requestHandler });
  for (const name of UNREAD) client.middlewareStack.remove(name);
  await ensureTable(client);
  return {
    url,
    client,
    async stop() {
      client.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function ensureTable(client: DynamoDBClient): Promise<void> {
  try {
    await client.send(new DescribeTableCommand({ TableName: TABLE_NAME }));
    return;
  } catch (error) {
    if (!(error instanceof ResourceNotFoundException)) throw error;
  }
  const { partitionKey, sortKey } = TABLE;
  await client.send(
    new CreateTableCommand({
      TableName: TABLE_NAME,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: partitionKey, AttributeType: 'S' },
        { AttributeName: sortKey, AttributeType: 'S' },
      ],
      KeySchema: [
        { AttributeName: partitionKey, KeyType: 'HASH' },
        { AttributeName: sortKey, KeyType: 'RANGE' },
      ],
    }),
  );
  // It is made in a step after the answer: what comes before that finds no table.
  const often = { minDelay: 0.01, maxDelay: 0.5 };
  await waitUntilTableExists({ client, maxWaitTime: 30, ...often }, { TableName: TABLE_NAME });
}

async function startQueues() {
  // startFauxqs listens on every interface whatever its host option says; buildApp lets us choose.
  const app = buildApp({ logger: false });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const requestHandler = inProcess(async ({ method, path, headers, body }) => {
    const sent = { method: method as 'POST', url: path, headers, payload: body };
    const { statusCode, headers: answered, rawPayload } = await app.inject(sent);
    return { statusCode, headers: answered as Record<string, string>, body: rawPayload };
  });
  const client = new SQSClient({ ...clientOptions(url), requestHandler });
  for (const name of UNREAD) client.middlewareStack.remove(name);
  const queues: Partial<Record<QueueName, { url: string; deadLetterUrl: string }>> = {};
  for (const [name, spec] of Object.entries(QUEUES)) {
    const created = await createQueue(client, name, spec);
    // It names itself sqs.<region>.localhost, which not every machine resolves; the path is what counts.
    const here = (queueUrl: string) => `${url}${new URL(queueUrl).pathname}`;
    queues[name as QueueName] = {
      url: here(created.url),
      deadLetterUrl: here(created.deadLetterUrl),
    };
  }
  return {
    url,
    client,
    queues: queues as Record<QueueName, { url: string; deadLetterUrl: string }>,
    async stop() {
      client.destroy();
      await app.close();
    },
  };
}

async function createQueue(client: SQSClient, name: string, spec: QueueSpec) {
  const retention = { MessageRetentionPeriod: String(spec.retentionDays * 86_400) };
  const dead = await client.send(
    new CreateQueueCommand({ QueueName: `hexiao-${name}-dead`, Attributes: retention }),
  );
  const deadLetterUrl = dead.QueueUrl ?? '';
  const arn = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] }),
  );
  const { QueueUrl = '' } = await client.send(
    new CreateQueueCommand({
      QueueName: `hexiao-${name}`,
      Attributes: {
        ...retention,
        VisibilityTimeout: String(spec.visibilityTimeoutSeconds),
        RedrivePolicy: JSON.stringify({
          deadLetterTargetArn: arn.Attributes?.QueueArn,
          maxReceiveCount: spec.maxReceiveCount,
        }),
      },
    }),
  );
  return { url: QueueUrl, deadLetterUrl };
}

function clientOptions(endpoint: string) {
  return {
    endpoint,
    region: LOCAL_CREDENTIALS.AWS_REGION,
    credentials: {
      accessKeyId: LOCAL_CREDENTIALS.AWS_ACCESS_KEY_ID,
      secretAccessKey: LOCAL_CREDENTIALS.AWS_SECRET_ACCESS_KEY,
    },
    signer: UNSIGNED,
  };
}

/** What the SDK writes about each call for a log that nobody keeps, and for a server that reads none of it. */
const UNREAD = ['loggerMiddleware', 'getUserAgentMiddleware', 'recursionDetectionMiddleware'];

/** The emulators want to see a signature and look at none, and to make one is a sixth of what a request costs. */
const UNSIGNED = {
  async sign<R>(request: R): Promise<R> {
    Object.assign((request as { headers: object }).headers, {
      authorization: `AWS4-HMAC-SHA256 Credential=${LOCAL_CREDENTIALS.AWS_ACCESS_KEY_ID}/19700101/${LOCAL_CREDENTIALS.AWS_REGION}/any/aws4_request, SignedHeaders=host, Signature=none`,
      'x-amz-date': '19700101T000000Z',
    });
    return request;
  },
};
