import type { PlatformRecord, RecordsWindow } from '../kit/platform-records.ts';
import type { OrderRecord, VerifyRecord } from './answers.ts';

export type Merchant = Pick<RecordsWindow, 'merchantId'>;

/** What a record was read from, and whose. */
export interface Row extends Merchant {
  readonly record?: VerifyRecord;
  readonly order?: OrderRecord;
}

export function rowOf({ row }: PlatformRecord): Row {
  return row as Row;
}
