import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

/** The queue's own time: the same message, sent by the same client, and nothing else. */
const sqs = new SQSClient({});

export const handler = async ({ message }: { message: string }) => {
  const QueueUrl = process.env.INTAKE_QUEUE_URL;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: message }));
  return { statusCode: 200, body: '' };
};
