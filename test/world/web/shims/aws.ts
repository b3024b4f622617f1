/** A command of the AWS SDK as far as the table and the queues in memory look at it: its class and its input. */
class Command {
  readonly input: object;
  constructor(input: object) {
    this.input = input;
  }
}

export class DeleteItemCommand extends Command {}
export class GetItemCommand extends Command {}
export class PutItemCommand extends Command {}
export class QueryCommand extends Command {}
export class ScanCommand extends Command {}
export class UpdateItemCommand extends Command {}

export class ChangeMessageVisibilityBatchCommand extends Command {}
export class ChangeMessageVisibilityCommand extends Command {}
export class DeleteMessageBatchCommand extends Command {}
export class DeleteMessageCommand extends Command {}
export class GetQueueAttributesCommand extends Command {}
export class PurgeQueueCommand extends Command {}
export class ReceiveMessageCommand extends Command {}
export class SendMessageBatchCommand extends Command {}
export class SendMessageCommand extends Command {}

export class ConditionalCheckFailedException extends Error {}

/** Nobody calls AWS from a page. */
class Client {
  send(): Promise<never> {
    return Promise.reject(new Error('the world in the browser calls no AWS'));
  }
}

export { Client as DynamoDBClient, Client as SQSClient };
