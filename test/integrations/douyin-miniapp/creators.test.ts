import { describe, expect, test } from 'vitest';
import { UNKNOWN_SALE } from '../../../lib/events/event.ts';
import { cpsSchema } from '../../../lib/integrations/douyin-miniapp/answers.ts';
import { saleOf } from '../../../lib/integrations/douyin-miniapp/creators.ts';

const items = (...list: object[]) => cpsSchema.parse({ cps_info: { cps_item_list: list } });

const ITEM = {
  item_order_id: 'ots1-1',
  commission_amount: 880,
  item_id: '7049587675082263815',
  commission_user_douyinid: 'chef',
};

describe('the creator behind a piece', () => {
  test('is told with the content and the commission', () => {
    expect(saleOf(items({ ...ITEM, item_order_id: 'ots1-2' }, ITEM), 'ots1-1')).toEqual({
      ...UNKNOWN_SALE,
      creatorId: 'chef',
      contentId: '7049587675082263815',
      cps: { kind: 'product', amountFen: 880 },
    });
  });

  test('of an order of one piece need not name the piece', () => {
    expect(saleOf(items({ ...ITEM, item_order_id: '' }), 'ots1-1').creatorId).toBe('chef');
  });

  test('of another piece is not this one’s', () => {
    expect(saleOf(items(ITEM), 'ots1-9')).toEqual(UNKNOWN_SALE);
    expect(saleOf(items(ITEM, { ...ITEM, item_order_id: '' }), 'ots1-9')).toEqual(UNKNOWN_SALE);
    expect(saleOf([], 'ots1-1')).toEqual(UNKNOWN_SALE);
  });
});
