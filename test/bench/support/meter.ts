import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';

/** What the table charged, by what was written or read: units and calls. */
export interface Bill {
  units: number;
  calls: number;
}

export type Bills = Record<string, Bill>;

/**
 * Lets the database say what each call costs (ReturnConsumedCapacity), and adds it up by the kind of
 * item. A write that its condition refused is charged too, but the error does not say how much: it is
 * counted by the price list, by the size of what was offered, at least one unit.
 */
export class Meter {
  writes: Bills = {};
  reads: Bills = {};
  /** Lets the client be as it was. */
  readonly stop: () => void;

  constructor(client: DynamoDBClient) {
    const send = client.send.bind(client) as (...args: unknown[]) => Promise<unknown>;
    this.stop = () => {
      client.send = send as unknown as typeof client.send;
    };
    const metered = async (command: { input: object }, ...rest: unknown[]) => {
      const input = command.input as Record<string, unknown>;
      input.ReturnConsumedCapacity = 'TOTAL';
      const key = keyOf(input);
      const isWrite = /^(Put|Update|Delete)ItemCommand$/.test(command.constructor.name);
      try {
        const output = (await send(command, ...rest)) as Charged;
        charge(isWrite ? this.writes : this.reads, kindOf(key), unitsOf(output));
        return output;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) {
          charge(this.writes, `${kindOf(key)} refused`, offeredUnits(command));
        }
        throw error;
      }
    };
    client.send = metered as unknown as typeof client.send;
  }

  reset(): void {
    this.writes = {};
    this.reads = {};
  }
}

export function total(bills: Bills): number {
  return Object.values(bills).reduce((sum, { units }) => sum + units, 0);
}

/** Units of each kind per piece of work, to two places. */
export function perPiece(bills: Bills, pieces: number): Record<string, number> {
  const rows = Object.entries(bills).map(([kind, { units }]) => [kind, round(units / pieces)]);
  return Object.fromEntries(rows.sort(([a], [b]) => String(a).localeCompare(String(b))));
}

export const round = (value: number) => Math.round(value * 1000) / 1000;

interface Charged {
  readonly ConsumedCapacity?: { CapacityUnits?: number };
}

export function charge(bills: Bills, kind: string, units: number): void {
  const bill = bills[kind] ?? { units: 0, calls: 0 };
  bills[kind] = { units: bill.units + units, calls: bill.calls + 1 };
}

function unitsOf({ ConsumedCapacity }: Charged): number {
  return ConsumedCapacity?.CapacityUnits ?? 0;
}

function keyOf(input: Record<string, unknown>): { pk: string; sk: string } {
  const place = (input.Item ?? input.Key) as Record<string, { S?: string }> | undefined;
  if (place !== undefined) return { pk: place.pk?.S ?? '', sk: place.sk?.S ?? '' };
  const values = (input.ExpressionAttributeValues ?? {}) as Record<string, { S?: string }>;
  return { pk: values[':pk']?.S ?? '', sk: values[':a']?.S ?? '' };
}

/** `VOUCHER/EVENT`, `LEDGER/2025…` → what the item is, by the first words of its key. */
export function kindOf({ pk, sk }: { pk: string; sk: string }): string {
  const head = pk.split('#')[0] ?? '';
  const tail = /^[A-Z-]+/.exec(sk)?.[0] ?? '';
  return tail === '' || tail === '-' ? head : `${head}/${tail}`;
}

function offeredUnits(command: unknown): number {
  if (command instanceof PutItemCommand) {
    const item = unmarshall(command.input.Item ?? {});
    return Math.max(1, Math.ceil(Buffer.byteLength(JSON.stringify(item)) / 1024));
  }
  return command instanceof UpdateItemCommand ? 1 : 0;
}
