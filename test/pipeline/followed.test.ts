import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Fields } from '../../lib/log/fields.ts';
import {
  type DouyinUnderTest,
  postAll,
  registerApp,
  registerContract,
  registerProvider,
  startDouyin,
} from '../support/douyin.ts';
import { HexiaoUnderTest } from '../support/hexiao.ts';

const logged: { readonly what: string; readonly fields: Fields }[] = [];
let hexiao: HexiaoUnderTest;
let douyin: DouyinUnderTest;

beforeAll(async () => {
  douyin = startDouyin();
  hexiao = await HexiaoUnderTest.start({
    fetch: douyin.fetch,
    log: (_level, what, fields = {}) => void logged.push({ what, fields }),
  });
  await registerApp(hexiao);
});

afterAll(() => hexiao?.stop());

test('a webhook is followed by its delivery’s id through every function to its entries', async () => {
  // Prepare
  const { world } = douyin;
  const { accountId } = world.addMerchant({ name: '商家' });
  const { poiId } = world.addStore({ accountId, name: '一店', city: '成都' });
  const { productId } = world.addProduct({ accountId, name: '套餐', priceFen: 9_900 });
  await registerProvider(hexiao, 'p');
  await registerContract(hexiao, { providerId: 'p', merchantId: accountId, shareBp: 6_000 });
  const [sold] = world.sell({ productId }).certificates;
  world.takeOutbox();
  const recordId = world.redeem(sold?.certificateId ?? '', poiId);
  // Act
  await postAll(hexiao, world.takeOutbox());
  await hexiao.settle();
  world.cancel(recordId);
  await postAll(hexiao, world.takeOutbox());
  await hexiao.settle();
  // Assess
  const received = logged.filter(({ what }) => what === 'delivery-received');
  expect(received).toHaveLength(2);
  const ways = received.map(({ fields: { deliveryId } }) =>
    logged
      .filter(({ fields }) => fields.deliveryId === deliveryId)
      .map(({ what, fields }) => [what, fields.kind ?? null, fields.entries ?? null])
      .toSorted(([a, kindA], [b, kindB]) => (a === b ? `${kindA}`.localeCompare(`${kindB}`) : 0)),
  );
  const notify = 'life_trade_certificate_notify';
  // Sixty hundredths are the provider's, the rest is nobody's.
  expect(ways).toEqual([
    [
      ['delivery-received', null, null],
      ['delivery-read', `${notify}/verify`, null],
      // The order that Douyin's record shows was not known yet; the two are booked side by side.
      ['entries-booked', 'order.paid', 2],
      ['entries-booked', 'voucher.redeemed', 2],
    ],
    [
      ['delivery-received', null, null],
      ['delivery-read', `${notify}/verify_cancel`, null],
      ['entries-booked', 'voucher.redemption_reversed', 2],
    ],
  ]);
});
