import type { PlayedMerchant } from '../../../lib/integrations/sandbox-kit/player.ts';
import { PLAYED_INTEGRATIONS } from '../../../lib/integrations/sandboxes.ts';

/** The one that plays the city; see city.ts. */
export const CITY_INTEGRATION = 'douyin-life';

/** One merchant on each of the other platforms' ways in, with who holds its contract. */
export interface OtherMerchant {
  readonly integration: string;
  readonly merchant: PlayedMerchant;
  readonly providerId: string;
  readonly rateBp: number;
}

const NAMES = ['江岸小馆', '老街面坊', '松间汤泉', '半山咖啡', '拾光影院'] as const;

const HOLDERS = ['demo-xinghe', 'demo-banma', 'demo-qingteng'] as const;

export const OTHER_MERCHANTS: readonly OtherMerchant[] = PLAYED_INTEGRATIONS.filter(
  (integration) => integration !== CITY_INTEGRATION,
).map((integration, index) => ({
  integration,
  merchant: merchantOf(index, NAMES[index % NAMES.length] ?? NAMES[0]),
  providerId: HOLDERS[index % HOLDERS.length] ?? HOLDERS[0],
  rateBp: 300 + 100 * index,
}));

/** The same ids at every start, so that the demo goes on where it stopped. */
function merchantOf(index: number, name: string): PlayedMerchant {
  return {
    merchantId: `73000000000000020${index}0`,
    name,
    stores: ['一店', '二店'].map((store, at) => ({
      ...{ storeId: `66000000000000020${index}${at}`, name: `${name}(${store})`, city: '上海' },
    })),
    products: [{ productId: `18050000000020${index}0`, name: '双人套餐', priceFen: 11_800 }],
  };
}
