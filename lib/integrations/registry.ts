import { douyinLife } from './douyin-life/index.ts';
import { douyinMiniapp } from './douyin-miniapp/index.ts';
import type { Integration } from './kit/integration.ts';
import { kuaishouLife } from './kuaishou-life/index.ts';
import { kuaishouMiniapp } from './kuaishou-miniapp/index.ts';
import { kuaishouShop } from './kuaishou-shop/index.ts';
import { meituan } from './meituan/index.ts';

/** The one list. A new integration is a folder and a line here. */
const INTEGRATIONS: readonly Integration[] = [
  douyinLife,
  douyinMiniapp,
  kuaishouLife,
  kuaishouMiniapp,
  kuaishouShop,
  meituan,
];

const byName = new Map(INTEGRATIONS.map((integration) => [integration.name, integration]));

export function findIntegration(name: string): Integration | undefined {
  return byName.get(name);
}

export function integrationNames(): string[] {
  return [...byName.keys()];
}

/**
 * The longest of a platform's reversal windows: what is younger may still be taken back.
 * @param of the integrations there are
 */
export function reversalWindowMs(
  platform: string,
  of: readonly Pick<Integration, 'platform' | 'reversalWindowMs'>[] = INTEGRATIONS,
): number {
  const windows = of.filter((integration) => integration.platform === platform);
  return Math.max(0, ...windows.map(windowMs));
}

function windowMs({ reversalWindowMs: window }: Pick<Integration, 'reversalWindowMs'>): number {
  return typeof window === 'number' ? window : window.untilSettlementWithinMs;
}
