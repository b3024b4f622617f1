import type { App } from '../kit/app.ts';
import type { OfferedRecords, RecordsSource } from '../kit/platform-records.ts';
import { ordersList, paidOrders } from './records-orders.ts';
import { repair } from './records-repair.ts';
import { takenBack } from './records-taken-back.ts';
import { usesList } from './records-uses.ts';
import { settingsOf } from './settings.ts';

/** A refund is a state of its voucher, listed under the day of the use or of the payment: a late one is in no other list. */
const LATE_AFTER_DAYS = [6, 13, 27];

/**
 * What Meituan itself records of a day: the customer's orders (59), where its grant is registered, and the stores'
 * lists of used vouchers (58). The orders come first, because they say of which order a voucher is.
 */
export function records(app: App): OfferedRecords {
  const why = whyNot(app);
  if (why !== undefined) return { unverifiable: why };
  const hasOrders = app.secrets.customerAuthToken !== undefined;
  const lists = hasOrders ? [ordersList, usesList] : [usesList];
  // A delivery (46) is used with its order, which no list of vouchers has.
  const covers: RecordsSource['covers'] = (use) => use.redemptionId !== use.orderId;
  const asked = hasOrders ? { takenBack, paidOrders } : { takenBack };
  return { per: 'merchant', lists, lateAfterDays: LATE_AFTER_DAYS, repair, ...asked, covers };
}

function whyNot(app: App): { zh: string; en: string } | undefined {
  const settings = settingsOf(app);
  if (settings === undefined) {
    return { zh: '应用设置不符合要求', en: 'the settings of this app do not fit' };
  }
  if (settings.till !== 'retail') {
    return {
      zh: '到店餐饮（业务 1）与北极星的列表不含订单与实付金额，无法核对',
      en: 'lists of business 1 and of 北极星 name neither order nor payment',
    };
  }
  if (app.secrets.signKey === undefined || !Object.keys(app.secrets).some(isStoreToken)) {
    return {
      zh: '请登记密钥 signKey 与门店授权 appAuthToken:<门店>',
      en: 'register the secrets signKey and appAuthToken:<storeId>',
    };
  }
  return undefined;
}

const isStoreToken = (name: string) => name === 'appAuthToken' || name.startsWith('appAuthToken:');
