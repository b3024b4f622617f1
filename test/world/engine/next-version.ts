import { SendMessageBatchCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { MESSAGE_VERSION } from '../../../lib/queue/messages.ts';
import { ITEM_VERSION } from '../../../lib/store/table.ts';

/**
 * During a deployment workers of two versions work side by side. Those of the next one write what ours may overlook,
 * and no more: see docs/decisions/0009.
 */

const ADDED = { addedByTheNext: 'what this version does not know' } as const;

/** What each of their items carries. */
export const NEXT_ITEM = { v: ITEM_VERSION + 1, ...ADDED } as const;

/** The queues as they send to them. */
export function ofNextVersion(client: SQSClient): SQSClient {
  const send = (command: unknown) => {
    if (command instanceof SendMessageCommand) {
      command.input.MessageBody = nextBody(command.input.MessageBody);
    } else if (command instanceof SendMessageBatchCommand) {
      for (const entry of command.input.Entries ?? []) {
        entry.MessageBody = nextBody(entry.MessageBody);
      }
    }
    return client.send(command as SendMessageCommand);
  };
  return { send } as unknown as SQSClient;
}

/** A message of ours; what is none, and is sent back to its queue, stays as it is. */
function nextBody(body: string | undefined): string | undefined {
  const end = `"v":${MESSAGE_VERSION}`;
  if (body === undefined || !body.includes(end)) return body;
  const message: unknown = JSON.parse(body);
  if (typeof message !== 'object' || message === null || !('type' in message)) return body;
  return JSON.stringify({ ...message, ...ADDED, v: MESSAGE_VERSION + 1 });
}
