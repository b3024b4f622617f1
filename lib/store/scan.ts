import { type AttributeValue, ScanCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { type Condition, type Item, type Table, toItem } from './table.ts';

/** Where a scan goes on: the last key that it looked at. */
export const scanPositionSchema = z.object({ pk: z.string().min(1), sk: z.string().min(1) });
export type ScanPosition = z.infer<typeof scanPositionSchema>;

export interface ScanPage {
  readonly items: readonly Item[];
  /** Items looked at, which is what a scan is charged by. */
  readonly scanned: number;
  /** Null at the end of the table. */
  readonly next: ScanPosition | null;
}

/**
 * One page (1 MiB at most) of the whole table, in no order that means anything. Only for an operator's
 * errands that no key leads to: it reads everything there is, and every tenant's.
 * @param filter leaves items out of the answer, not out of the price
 */
export async function scanPage(
  { client, name }: Table,
  from: ScanPosition | null,
  filter?: Condition,
): Promise<ScanPage> {
  const page = await client.send(
    new ScanCommand({
      TableName: name,
      ConsistentRead: true,
      ...(from === null ? {} : { ExclusiveStartKey: marshall({ pk: from.pk, sk: from.sk }) }),
      ...(filter === undefined ? {} : filterInput(filter)),
    }),
  );
  return {
    items: (page.Items ?? []).map(toItem),
    scanned: page.ScannedCount ?? 0,
    next: positionOf(page.LastEvaluatedKey),
  };
}

function filterInput({ expression, names, values }: Condition) {
  return {
    FilterExpression: expression,
    ...(names === undefined ? {} : { ExpressionAttributeNames: names }),
    ...(values === undefined ? {} : { ExpressionAttributeValues: marshall(values) }),
  };
}

function positionOf(key: Record<string, AttributeValue> | undefined): ScanPosition | null {
  const [pk, sk] = [key?.pk?.S, key?.sk?.S];
  return pk === undefined || sk === undefined ? null : { pk, sk };
}
