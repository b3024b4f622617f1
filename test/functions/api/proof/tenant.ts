import { toInstant } from '../../../../lib/time/shanghai.ts';
import { paid, refunded, reversed, START_MS } from '../../../lib/make.ts';
import type { HexiaoUnderTest } from '../../../support/hexiao.ts';
import {
  ask,
  book,
  type Clock,
  contractBody,
  fresh,
  makeMerchant,
  makeProvider,
  redemptionAt,
} from '../support.ts';

/** Facts that every deployment has and no proof may show. */
export const SECRET_MARKS = ['1060000000000000001', 'redeemed:', 'a-buyer', '7400000000000000001'];

const NOVEMBER = Date.parse('2025-11-02T08:00:00+08:00');

/** Of one line and in a contract's rates: what is spelled otherwise in a proof than it is. */
export const ODD_PRODUCT = '商品—“</script>🍜';

/**
 * A provider with a closed October of all kinds of lines: two contracts, one by tiers and one that shares, payments,
 * redemptions, a reversal, and a refund of a part.
 */
export async function closedOctober(hexiao: HexiaoUnderTest, clock: Clock, redemptions = 12) {
  clock.ms = START_MS;
  const [providerId, merchantId, other] = [fresh('proved'), fresh('tiered'), fresh('shared')];
  const rival = fresh('rival');
  const token = await makeProvider(hexiao, providerId);
  await makeProvider(hexiao, rival);
  for (const one of [merchantId, other]) await makeMerchant(hexiao, one);
  const tiers = [{ fromFen: 50_000, rateBp: 1_000 }];
  const byProduct = { commission: 'product', productRates: { [ODD_PRODUCT]: 123 } };
  const post = (body: object) => hexiao.call('POST', '/v1/contracts', body);
  await post(contractBody({ providerId, merchantId, tiers }));
  await post(
    contractBody({ providerId, merchantId: other, shareBp: 6_667, rateBp: 123, ...byProduct }),
  );
  await post(contractBody({ providerId: rival, merchantId: other, shareBp: 3_333, rateBp: 4_321 }));
  const deliveryId = 'ab'.repeat(32);
  const facts = Array.from({ length: redemptions }, (_, index) => ({
    ...redemptionAt({ merchantId: index % 3 === 0 ? other : merchantId }, `s${index % 4}`, {
      ...{ fen: 10_001 + 7 * index, minutes: index },
    }),
    deliveryId,
  }));
  const [first, second] = facts;
  if (first !== undefined) first.sale = { ...first.sale, productId: ODD_PRODUCT };
  if (first === undefined || second === undefined) throw new Error('two redemptions at least');
  const paidOrder = fresh('order');
  const of = ({ voucherId, orderId, merchantId: own }: typeof first) => {
    return { voucherId, orderId, merchantId: own, deliveryId };
  };
  await book(hexiao, [
    ...facts,
    paid({ merchantId, orderId: paidOrder, occurredAt: toInstant(START_MS), deliveryId }),
    reversed(first.redemptionId, { ...of(first), occurredAt: toInstant(START_MS + 1_800_000) }),
    refunded({
      ...of(second),
      eventId: fresh('refunded'),
      occurredAt: toInstant(START_MS + 90_000_000),
      refundedFen: 5_001,
      takesBack: [{ redemptionId: second.redemptionId, paidFen: 5_001 }],
      unusedFen: 0,
    }),
  ]);
  clock.ms = NOVEMBER;
  const answer = await ask(hexiao, 'POST', '/v1/statements/2025-10/close', {
    body: { providerId },
  });
  if (answer.status !== 200) throw new Error(answer.text);
  return {
    providerId,
    merchantId,
    other,
    rival,
    token,
    facts,
    paidOrder,
    id: `2025-10.${providerId}`,
  };
}
