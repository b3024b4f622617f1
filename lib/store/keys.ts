import { appKeys } from './keys/apps.ts';
import { checkKeys } from './keys/checks.ts';
import { deliveryKeys } from './keys/deliveries.ts';
import { growthKeys } from './keys/growth.ts';
import { ledgerKeys } from './keys/ledger.ts';
import { merchantKeys } from './keys/merchants.ts';
import { noticeKeys } from './keys/notices.ts';
import { peopleKeys } from './keys/people.ts';
import { statementKeys } from './keys/statements.ts';
import { streamKeys } from './keys/streams.ts';

/** Where every item lives. Nothing else in the project spells a key. */
export const keys = {
  ...deliveryKeys,
  ...appKeys,
  ...checkKeys,
  ...peopleKeys,
  ...growthKeys,
  ...merchantKeys,
  ...streamKeys,
  ...ledgerKeys,
  ...statementKeys,
  ...noticeKeys,
};

export {
  type CheckedPlace,
  checkedPrefix,
  importPartition,
  type MerchantRef,
} from './keys/checks.ts';
export {
  droppedPartition,
  hintPartition,
  SET_ASIDE_REASONS,
  type SetAsideReason,
  setAsidePartition,
  type WorkList,
  workPartition,
} from './keys/deliveries.ts';
export { adAccountsPartition, adSpendPartition } from './keys/growth.ts';
export {
  BUCKETS,
  bucketOf,
  bucketPartition,
  dimensionPartition,
  hourOf,
  ledgerPartition,
  ledgerPrefix,
  ledgerTime,
  minuteOf,
  OVERALL_SHARDS,
  overallPartition,
  overallShardOf,
} from './keys/ledger.ts';
export {
  freeCodePartition,
  merchantPartition,
  openRefundPartition,
  productsPartition,
} from './keys/merchants.ts';
export {
  endpointsPartition,
  noticesDuePartition,
  noticesPartition,
  noticeTime,
} from './keys/notices.ts';
export {
  clerkPinsPartition,
  leadPartition,
  mailPartition,
  providerPartition,
  tenantPartition,
  trailPartition,
  triesPartition,
} from './keys/people.ts';
export { escapeId, type Key, PARTITION, PREFIX, SHARDS } from './keys/spelling.ts';
export { type StatementId, statementPartition, statementsPartition } from './keys/statements.ts';
export {
  type DisputeList,
  disputePartition,
  disputesPartition,
  streamPartition,
} from './keys/streams.ts';
