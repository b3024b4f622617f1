import { createRequire } from 'node:module';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Condition, Item } from '../../lib/store/table.ts';

/** dynalite's own reading of conditions, without its server. It ships no types; this is what we use. */
const require = createRequire(import.meta.url);
const { validateExpressions } = require('dynalite/validations') as {
  /** @returns what is wrong; else sets `_condition` */
  validateExpressions: (input: { _condition?: { expression: unknown } }) => string | undefined;
};
const { matchesExprFilter } = require('dynalite/db') as {
  matchesExprFilter: (item: object, expression: unknown) => boolean;
};

/** Whether a condition holds for what stands. @throws on a condition that DynamoDB refuses */
export function holds(condition: Condition, item: Item | undefined): boolean {
  const { expression, names, values } = condition;
  const input: Parameters<typeof validateExpressions>[0] & object = {
    ...{ ConditionExpression: expression },
    ...(names === undefined ? {} : { ExpressionAttributeNames: { ...names } }),
    ...(values === undefined ? {} : { ExpressionAttributeValues: wired(values) }),
  };
  const wrong = validateExpressions(input);
  if (wrong !== undefined) throw new Error(wrong);
  return matchesExprFilter(wired(item ?? {}), input._condition?.expression);
}

/** As it goes over the wire, where bytes are base64. */
function wired(fields: object): object {
  const marshalled = marshall(fields, { removeUndefinedValues: true });
  const text = JSON.stringify(marshalled, (_key, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
  );
  return JSON.parse(text) as object;
}
