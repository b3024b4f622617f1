import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { type BodyKeys, NO_BODY_KEYS } from '../crypto/body-keys.ts';
import { Versions } from '../versions/versions.ts';
import type { Key } from './keys.ts';

/** Every item carries the version of its shape. A new version is a step here: see `Versions`. */
const ITEMS = new Versions('item', []);

export const ITEM_VERSION = ITEMS.current;

export type Item = Record<string, unknown> & Key;

export interface Condition {
  readonly expression: string;
  readonly names?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, unknown>>;
}

const ABSENT: Condition = { expression: 'attribute_not_exists(pk)' };

const MARSHALL = { removeUndefinedValues: true } as const;

/**
 * The one table, reduced to what the design allows: a write is one conditional put (or one guarded
 * attribute) of one item. No transaction, no counter, no batch write.
 */
export class Table {
  readonly client: DynamoDBClient;
  readonly name: string;
  /** What raw bodies in it are sealed with. */
  readonly bodyKeys: BodyKeys;

  constructor(client: DynamoDBClient, name: string, bodyKeys: BodyKeys = NO_BODY_KEYS) {
    this.client = client;
    this.name = name;
    this.bodyKeys = bodyKeys;
  }

  /** A strongly consistent read by default. */
  async get(key: Key, consistent = true): Promise<Item | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({
        TableName: this.name,
        Key: marshall({ pk: key.pk, sk: key.sk }),
        ConsistentRead: consistent,
      }),
    );
    return Item === undefined ? undefined : toItem(Item);
  }

  /**
   * Writes the item where its condition holds.
   * @param withinMs gives up, not knowing whether it was written, when it takes longer with all retries
   * @returns false when the condition does not hold
   */
  async put(
    key: Key,
    fields: object,
    condition: Condition | null = ABSENT,
    withinMs?: number,
  ): Promise<boolean> {
    const abortSignal = withinMs === undefined ? undefined : AbortSignal.timeout(withinMs);
    const item = { ...fields, pk: key.pk, sk: key.sk, v: ITEM_VERSION };
    return met(
      this.client.send(
        new PutItemCommand({
          TableName: this.name,
          Item: marshall(item, MARSHALL),
          ...(condition === null ? {} : conditionInput(condition)),
        }),
        ...(abortSignal === undefined ? [] : [{ abortSignal }]),
      ),
    );
  }

  /** Sets attributes of one item, making it where it is absent. @returns false when the guard fails */
  async set(key: Key, fields: Record<string, unknown>, guard: Condition): Promise<boolean> {
    return met(this.client.send(new UpdateItemCommand(this.setInput(key, fields, guard))));
  }

  /**
   * The same, and gives back the whole item as this write left it: nobody wrote in between, and that costs no read.
   * @returns undefined when the guard fails
   */
  async setAndGet(
    key: Key,
    fields: Record<string, unknown>,
    guard: Condition,
  ): Promise<Item | undefined> {
    const input = { ...this.setInput(key, fields, guard), ReturnValues: 'ALL_NEW' } as const;
    let item: Item | undefined;
    const written = this.client.send(new UpdateItemCommand(input)).then(({ Attributes = {} }) => {
      item = toItem(Attributes);
    });
    return (await met(written)) ? item : undefined;
  }

  /** @returns false when the condition does not hold; without one, it is gone in every case */
  async delete(key: Key, condition?: Condition): Promise<boolean> {
    return met(
      this.client.send(
        new DeleteItemCommand({
          TableName: this.name,
          Key: marshall({ pk: key.pk, sk: key.sk }),
          ...(condition === undefined ? {} : conditionInput(condition)),
        }),
      ),
    );
  }

  private setInput(key: Key, fields: Record<string, unknown>, guard: Condition) {
    const all: Record<string, unknown> = { ...fields, v: ITEM_VERSION };
    const names = Object.keys(all);
    return {
      TableName: this.name,
      Key: marshall({ pk: key.pk, sk: key.sk }),
      UpdateExpression: `SET ${names.map((_, i) => `#s${i} = :s${i}`).join(', ')}`,
      ConditionExpression: guard.expression,
      ExpressionAttributeNames: {
        ...Object.fromEntries(names.map((name, i) => [`#s${i}`, name])),
        ...guard.names,
      },
      ExpressionAttributeValues: marshall(
        {
          ...Object.fromEntries(names.map((name, i) => [`:s${i}`, all[name]])),
          ...guard.values,
        },
        MARSHALL,
      ),
    };
  }

  /** All items of a partition in key order, page after page. */
  async *query(pk: string, options: QueryOptions = {}): AsyncGenerator<Item> {
    let start: Record<string, AttributeValue> | undefined;
    let left = options.limit ?? Number.POSITIVE_INFINITY;
    do {
      const page = await this.client.send(
        new QueryCommand({
          TableName: this.name,
          ConsistentRead: options.consistent ?? true,
          ScanIndexForward: options.backwards !== true,
          ...queryInput(pk, options),
          ...(Number.isFinite(left) ? { Limit: left } : {}),
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      for (const item of page.Items ?? []) {
        yield toItem(item);
        left -= 1;
      }
      start = page.LastEvaluatedKey;
    } while (start !== undefined && left > 0);
  }

  /** How many items a partition holds. */
  async count(pk: string): Promise<number> {
    let total = 0;
    let start: Record<string, AttributeValue> | undefined;
    do {
      const page = await this.client.send(
        new QueryCommand({
          TableName: this.name,
          Select: 'COUNT',
          ConsistentRead: true,
          ...queryInput(pk, {}),
          ...(start === undefined ? {} : { ExclusiveStartKey: start }),
        }),
      );
      total += page.Count ?? 0;
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
    return total;
  }
}

export interface QueryOptions {
  readonly startsWith?: string;
  /** Both ends included. */
  readonly between?: readonly [string, string];
  readonly limit?: number;
  readonly backwards?: boolean;
  readonly consistent?: boolean;
}

/** A client for the region and, in a local run, the endpoint that the environment names. */
export function databaseClient(): DynamoDBClient {
  return new DynamoDBClient({});
}

function queryInput(pk: string, options: QueryOptions) {
  const [expression, values] =
    options.between !== undefined
      ? [' AND sk BETWEEN :a AND :b', { ':a': options.between[0], ':b': options.between[1] }]
      : options.startsWith !== undefined
        ? [' AND begins_with(sk, :a)', { ':a': options.startsWith }]
        : ['', {}];
  return {
    KeyConditionExpression: `pk = :pk${expression}`,
    ExpressionAttributeValues: marshall({ ':pk': pk, ...values }),
  };
}

function conditionInput(condition: Condition) {
  return {
    ConditionExpression: condition.expression,
    ...(condition.names === undefined ? {} : { ExpressionAttributeNames: condition.names }),
    ...(condition.values === undefined
      ? {}
      : { ExpressionAttributeValues: marshall(condition.values, MARSHALL) }),
  };
}

/** Whether a conditional write went through; every other failure is thrown on. */
async function met(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** @throws VersionError on an item that newer code wrote and this cannot read */
export function toItem(attributes: Record<string, AttributeValue>): Item {
  return readItem(unmarshall(attributes));
}

/** @throws VersionError */
export function readItem(kept: Record<string, unknown>): Item {
  return ITEMS.read(kept) as Item;
}
