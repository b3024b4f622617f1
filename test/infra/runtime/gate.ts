import {
  createServer,
  request as forward,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { isRecord, listOf, type Statement } from '../../../infra/aws/checks/template.ts';

/** What one request to a service wants, in the words of IAM. */
export interface Wanted {
  readonly action: string;
  /** The partitions of the table that it names; null for an action that names none. */
  readonly leadingKeys: readonly string[] | null;
  /** The queue's address; undefined for the table. */
  readonly queueUrl?: string;
}

export interface GateOptions {
  /** The emulator behind it. */
  readonly target: string;
  readonly wanted: (operation: string, body: Readonly<Record<string, unknown>>) => Wanted;
  /** Whether the function (its access key is its name) may do that. */
  readonly allows: (caller: string, wanted: Wanted) => boolean;
}

/**
 * IAM in front of an emulator: what a function's role in the template does not allow is refused, as AWS
 * would, and remembered. Every function signs with its own name as access key.
 */
export class Gate {
  readonly url: string;
  /** `ingest dynamodb:GetItem TOKEN#…`, for each request that was refused. */
  readonly refused: string[] = [];
  private readonly stopServer: () => Promise<void>;

  static async start(options: GateOptions): Promise<Gate> {
    const gates: Gate[] = [];
    const server = createServer((request, response) => {
      const [gate] = gates;
      gate?.pass(request, response, options).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const gate = new Gate(`http://127.0.0.1:${port}`, async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    });
    gates.push(gate);
    return gate;
  }

  private constructor(url: string, stopServer: () => Promise<void>) {
    this.url = url;
    this.stopServer = stopServer;
  }

  stop(): Promise<void> {
    return this.stopServer();
  }

  private async pass(
    incoming: IncomingMessage,
    response: ServerResponse,
    { target, wanted, allows }: GateOptions,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
    const [, caller = 'nobody'] =
      /Credential=([^/]+)\//.exec(incoming.headers.authorization ?? '') ?? [];
    const want = wanted(operation, JSON.parse(body.toString('utf8')) as Record<string, unknown>);
    if (!allows(caller, want)) {
      this.refused.push(`${caller} ${want.action} ${want.leadingKeys?.join() ?? want.queueUrl}`);
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end('{"__type":"com.amazonaws#AccessDeniedException","message":"not in the role"}');
      return;
    }
    const { headers, method = 'POST', url = '/' } = incoming;
    const onward = forward(new URL(url, target), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.once('error', (error) => response.destroy(error));
    onward.end(body);
  }
}

/** Whether a role's statements allow it on this resource, by its logical id in the template. */
export function isAllowed(
  grants: readonly Statement[],
  { action, leadingKeys }: Wanted,
  isResource: (resource: unknown) => boolean,
): boolean {
  return grants.some(
    ({ allows, actions, resources, conditions }) =>
      allows &&
      actions.includes(action) &&
      resources.some(isResource) &&
      Object.entries(conditions).every(([operator, keys]) => holds(operator, keys, leadingKeys)),
  );
}

/** The one condition that our roles carry; any other is not understood, and so not met. */
function holds(operator: string, keys: unknown, leadingKeys: readonly string[] | null): boolean {
  if (operator !== 'ForAllValues:StringLike' || !isRecord(keys)) return false;
  const patterns = listOf(keys['dynamodb:LeadingKeys']).map(String);
  const isLike = (key: string) =>
    patterns.some((pattern) =>
      pattern.endsWith('*') ? key.startsWith(pattern.slice(0, -1)) : key === pattern,
    );
  return (leadingKeys ?? []).every(isLike);
}

/** What a request to DynamoDB wants. @see Service Authorization Reference, "dynamodb:LeadingKeys" */
export function wantedOfTable(operation: string, body: Readonly<Record<string, unknown>>): Wanted {
  const action = `dynamodb:${operation}`;
  const item = isRecord(body.Key) ? body.Key : body.Item;
  if (isRecord(item)) return { action, leadingKeys: [textOf(item.pk)] };
  const values = body.ExpressionAttributeValues;
  const isQuery = operation === 'Query' && isRecord(values);
  return { action, leadingKeys: isQuery ? [textOf(values[':pk'])] : null };
}

/** What a request to SQS wants: a batch needs the same permission as its single message. */
export function wantedOfQueue(operation: string, body: Readonly<Record<string, unknown>>): Wanted {
  const action = `sqs:${operation.replace(/Batch$/, '')}`;
  return { action, leadingKeys: null, queueUrl: String(body.QueueUrl) };
}

function textOf(value: unknown): string {
  if (isRecord(value) && typeof value.S === 'string') return value.S;
  throw new Error(`a partition key is a text, not ${JSON.stringify(value)}`);
}
