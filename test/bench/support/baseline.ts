import { PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { startEmulators, TABLE_NAME } from '../../../infra/local/emulators.ts';
import { round } from './meter.ts';

/**
 * A straightforward build of the same: an idempotency record as Powertools for Lambda keeps it (put
 * when the work begins, update when it is done), the event, and one transaction of the ledger entry
 * with the store's and the provider's till of the day. A transaction is charged twice each of its
 * items' units (price list, "transactional write requests"); the emulator has none, so its items are
 * written singly and what they consume is doubled.
 */
export async function straightforward(redemptions: number) {
  const emulators = await startEmulators();
  const write = async (command: PutItemCommand | UpdateItemCommand) => {
    command.input.ReturnConsumedCapacity = 'TOTAL';
    const { ConsumedCapacity } = await (command instanceof PutItemCommand
      ? emulators.database.send(command)
      : emulators.database.send(command));
    return ConsumedCapacity?.CapacityUnits ?? 0;
  };
  // Every redemption costs the same here, so a hundred show what all cost.
  const measured = Math.min(redemptions, 100);
  const bill = { idempotency: 0, event: 0, transaction: 0 };
  for (let index = 0; index < measured; index += 1) {
    const id = `75${String(index).padStart(17, '0')}`;
    const record = `hexiao-normalize#${id}#${'0'.repeat(32)}`;
    bill.idempotency += await write(
      put(record, { status: 'INPROGRESS', expiration: 1_760_000_000 }),
    );
    bill.idempotency += await write(
      update(
        record,
        'SET #d = :d, #s = :s',
        { '#d': 'data', '#s': 'status' },
        {
          ':d': { statusCode: 200, body: 'success' },
          ':s': 'COMPLETED',
        },
      ),
    );
    bill.event += await write(put(`EVENT#${id}`, fact(id)));
    bill.transaction += 2 * (await write(put(`ENTRY#${id}`, { ...fact(id), commissionFen: 495 })));
    for (const till of ['STORE#66000', 'PROVIDER#provider']) {
      const names = { '#r': 'redeemedFen', '#c': 'redeemedCount' };
      const add = update(`${till}#2025-10-09`, 'ADD #r :r, #c :c', names, {
        ':r': 9_900,
        ':c': 1,
      });
      bill.transaction += 2 * (await write(add));
    }
  }
  await emulators.stop();
  const units = bill.idempotency + bill.event + bill.transaction;
  return {
    unitsPerRedemption: round(units / measured),
    perItemKind: {
      idempotency: round(bill.idempotency / measured),
      event: round(bill.event / measured),
      transaction: round(bill.transaction / measured),
    },
    counted:
      'idempotency and event by the emulator; the transaction as twice what its items consume',
  };
}

/** A redemption as a plain item, without an archive of its delivery and without dimensions. */
function fact(id: string) {
  return {
    ...{ kind: 'voucher.redeemed', eventId: `redeemed:${id}`, platform: 'douyin' },
    ...{ orderId: '1060000000000000001', voucherId: '7400000000000000001', redemptionId: id },
    ...{ merchantId: '7300000000000000001', storeId: '6600000000000000001' },
    ...{ occurredAt: '2025-10-09T16:53:20.000+08:00', paidFen: 9_900, platformDiscountFen: 0 },
    ...{
      merchantDiscountFen: 0,
      originalFen: 9_900,
      channel: 'live',
      productId: '1805000000000001',
    },
  };
}

function put(pk: string, fields: object): PutItemCommand {
  return new PutItemCommand({
    TableName: TABLE_NAME,
    Item: marshall({ pk, sk: '-', ...fields }),
    ConditionExpression: 'attribute_not_exists(pk)',
  });
}

function update(
  pk: string,
  expression: string,
  names: Record<string, string>,
  values: Record<string, unknown>,
): UpdateItemCommand {
  return new UpdateItemCommand({
    TableName: TABLE_NAME,
    Key: marshall({ pk, sk: '-' }),
    UpdateExpression: expression,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: marshall(values),
  });
}
