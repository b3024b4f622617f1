import { startSandbox } from '../../lib/integrations/douyin-life/sandbox/index.ts';
import { APP_KEY, CLIENT_SECRET, SAMPLE_TIME } from './douyin.ts';
import { sampleText } from './sample-files.ts';

interface Sample {
  readonly body: string;
  readonly signature: string;
}

/** A documented body with its documented signature. */
export function sample(name: string): Sample {
  return JSON.parse(sampleText('douyin-life', name)) as Sample;
}

export const SAMPLE_MERCHANT = '7300000000000000001';
export const SAMPLE_VOUCHER = '7400000000000000001';
export const SAMPLE_STORE = '6600000000000000001';

/**
 * A sandbox on a port whose one order is the one that the documented samples talk about: paid with
 * 99.00, listed at 128.00, of which the platform gave 10.00 and the merchant 19.00.
 */
export async function startSampleSandbox() {
  let nowMs = SAMPLE_TIME - 2_000;
  const options = { clientKey: APP_KEY, clientSecret: CLIENT_SECRET, now: () => nowMs };
  const sandbox = await startSandbox({ ...options, limits: {} });
  const { world } = sandbox;
  const { accountId } = world.addMerchant({ name: '山月火锅' });
  const { poiId } = world.addStore({ accountId, name: '静安店', city: '上海' });
  const { productId } = world.addProduct({ accountId, name: '双人套餐', priceFen: 12_800 });
  world.sell({ productId, platformDiscountFen: 1_000, merchantTicketFen: 1_900, channel: '直播' });
  return {
    sandbox,
    redeem() {
      nowMs = SAMPLE_TIME;
      return world.redeem(SAMPLE_VOUCHER, poiId);
    },
    cancel(verifyId: string) {
      nowMs = SAMPLE_TIME + 1_800_000;
      world.cancel(verifyId);
    },
    refund() {
      nowMs = SAMPLE_TIME + 90_000_000;
      world.refund(SAMPLE_VOUCHER);
    },
  };
}
