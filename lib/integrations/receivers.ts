import { douyinLifeReceiver } from './douyin-life/receiver.ts';
import { douyinMiniappReceiver } from './douyin-miniapp/receiver.ts';
import type { Receiver } from './kit/integration.ts';
import { kuaishouLifeReceiver } from './kuaishou-life/receiver.ts';
import { kuaishouMiniappReceiver } from './kuaishou-miniapp/receiver.ts';
import { kuaishouShopReceiver } from './kuaishou-shop/receiver.ts';
import { meituanReceiver } from './meituan/receiver.ts';

/**
 * The integrations as `ingest` sees them. A list of its own, because a list of whole integrations
 * would bring every platform client into the function that must start fastest.
 */
export const RECEIVERS: readonly Receiver[] = [
  douyinLifeReceiver,
  douyinMiniappReceiver,
  kuaishouLifeReceiver,
  kuaishouMiniappReceiver,
  kuaishouShopReceiver,
  meituanReceiver,
];

const byName = new Map(RECEIVERS.map((receiver) => [receiver.name, receiver]));

export function findReceiver(name: string): Receiver | undefined {
  return byName.get(name);
}
