import { createHash } from 'node:crypto';
import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import { z } from 'zod';

/** The same receiver as one would first write it: every library imported straight, nothing shared or put off. */
const logger = new Logger({ serviceName: 'ingest' });
const database = new DynamoDBClient({});
const sqs = new SQSClient({});
const messageSchema = z.object({ event: z.string(), client_key: z.string().optional() });

const app = new Hono();
app.post('/webhooks/:integration/:appKey', async (c) => {
  const { integration, appKey } = c.req.param();
  const body = await c.req.text();
  const { Item } = await database.send(
    new GetItemCommand({
      TableName: process.env.TABLE_NAME,
      Key: { pk: { S: `APP#${integration}#${appKey}` }, sk: { S: '-' } },
      ConsistentRead: true,
    }),
  );
  const [secret] = Item?.secrets?.M?.clientSecret?.L ?? [];
  const signature = createHash('sha1')
    .update(`${secret?.S ?? ''}${body}`)
    .digest('hex');
  if (c.req.header('x-douyin-signature') !== signature) return c.text('', 401);
  const { event } = messageSchema.parse(JSON.parse(body));
  await sqs.send(
    new SendMessageCommand({ QueueUrl: process.env.INTAKE_QUEUE_URL, MessageBody: body }),
  );
  logger.info('received', { event });
  return c.json({ err_no: 0, err_tips: 'success' });
});

export const handler = handle(app);
