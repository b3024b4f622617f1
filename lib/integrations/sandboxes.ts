import { douyinLifePlayer } from './douyin-life/sandbox/player.ts';
import { DouyinMiniappPlayer } from './douyin-miniapp/sandbox/player.ts';
import { KuaishouLifePlayer } from './kuaishou-life/sandbox/player.ts';
import { KuaishouMiniappPlayer } from './kuaishou-miniapp/sandbox/player.ts';
import { KuaishouShopPlayer } from './kuaishou-shop/sandbox/player.ts';
import { MeituanPlayer } from './meituan/sandbox/player.ts';
import type { Fault } from './sandbox-kit/faults.ts';
import { misbehaving } from './sandbox-kit/misbehaving.ts';
import type { PlayedMerchant, Player, PlayerOptions } from './sandbox-kit/player.ts';

/** A player that says how its platform may misbehave. */
type Misbehaved = Player & { readonly misbehaviours: readonly Fault[] };

/** A player for every integration: what the tests, the demo and `simulate` play with. */
const PLAYERS: Readonly<Record<string, (options: PlayerOptions) => Misbehaved>> = {
  'douyin-life': douyinLifePlayer,
  'douyin-miniapp': (options) => new DouyinMiniappPlayer(options),
  'kuaishou-life': (options) => new KuaishouLifePlayer(options),
  'kuaishou-miniapp': (options) => new KuaishouMiniappPlayer(options),
  'kuaishou-shop': (options) => new KuaishouShopPlayer(options),
  meituan: (options) => new MeituanPlayer(options),
};

export const PLAYED_INTEGRATIONS: readonly string[] = Object.keys(PLAYERS);

/** @throws RangeError for an integration that nobody plays */
export function createPlayer(integration: string, options: PlayerOptions): Player {
  const create = Object.hasOwn(PLAYERS, integration) ? PLAYERS[integration] : undefined;
  if (create !== undefined) {
    const player = create(options);
    return misbehaving(player, options.random, player.misbehaviours);
  }
  throw new RangeError(
    `no sandbox plays ${integration}: there are ${PLAYED_INTEGRATIONS.join(', ')}`,
  );
}

/** Two merchants whose ids nobody else has, with prices that do not divide evenly. */
export function playedMerchants(
  integration: string,
  nextId: () => string,
): [PlayedMerchant, PlayedMerchant] {
  const merchant = (name: string, city: string): PlayedMerchant => ({
    merchantId: `73${nextId()}`,
    name: `${name} (${integration})`,
    stores: ['一店', '二店', '三店'].map((store) => ({
      ...{ storeId: `66${nextId()}`, name: `${name}(${store})`, city },
    })),
    products: [
      { productId: `18${nextId()}`, name: '双人套餐', priceFen: 12_800 },
      { productId: `18${nextId()}`, name: '五次卡', priceFen: 9_999, timesCount: 5 },
      { productId: `18${nextId()}`, name: '代金券', priceFen: 8_837 },
    ],
  });
  return [merchant('山月火锅', '上海'), merchant('南街烘焙', '成都')];
}
