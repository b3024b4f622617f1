import type { PlayedMerchant } from '../../../lib/integrations/sandbox-kit/player.ts';

/** The small city that the demo plays: who sells where, and who operates it for them. */

export interface DemoMerchant extends PlayedMerchant {
  /** Who holds which share, in 1/10000, at which commission rate; empty: nobody, so `unattributed`. */
  readonly contracts: readonly {
    readonly providerId: string;
    readonly shareBp: number;
    readonly rateBp: number;
  }[];
}

export const DEMO_PROVIDERS = [
  { providerId: 'demo-xinghe', name: '星河代运营 Xinghe', kind: 'agency' },
  { providerId: 'demo-banma', name: '斑马本地生活 Banma', kind: 'agency' },
  { providerId: 'demo-qingteng', name: '青藤直播 Qingteng', kind: 'agency' },
] as const;

export const DEMO_CITY: readonly DemoMerchant[] = [
  merchant(
    1,
    '山城老火锅',
    '重庆',
    ['解放碑店', '观音桥店', '磁器口店'],
    [
      ['四人套餐', 26_800],
      ['100 元代金券', 8_800],
    ],
    [['demo-xinghe', 10_000, 500]],
  ),
  merchant(
    2,
    '南街烘焙',
    '成都',
    ['春熙路店', '太古里店', '玉林店', '高新店'],
    [
      ['生日蛋糕六寸', 12_900],
      ['下午茶五次卡', 9_999, 5],
    ],
    [['demo-xinghe', 10_000, 350]],
  ),
  merchant(
    3,
    '云上足道',
    '杭州',
    ['西湖店', '滨江店'],
    [
      ['足疗 60 分钟', 15_800],
      ['推拿三次卡', 29_900, 3],
    ],
    [['demo-banma', 10_000, 800]],
  ),
  merchant(
    4,
    '小满茶事',
    '杭州',
    ['河坊街店', '武林店', '城西店'],
    [['双人茶点', 6_600]],
    [
      ['demo-banma', 6_000, 600],
      ['demo-qingteng', 4_000, 900],
    ],
  ),
  merchant(
    5,
    '极光滑雪馆',
    '上海',
    ['嘉定馆'],
    [['两小时畅滑', 19_900]],
    [['demo-qingteng', 7_000, 450]],
  ),
  merchant(6, '巷口剪艺', '上海', ['愚园路店', '五角场店'], [['洗剪吹', 3_990]], []),
];

function merchant(
  number: number,
  name: string,
  city: string,
  stores: readonly string[],
  products: readonly (readonly [string, number, number?])[],
  contracts: readonly (readonly [string, number, number])[],
): DemoMerchant {
  return {
    merchantId: `73000000000000010${number}0`,
    name,
    stores: stores.map((store, index) => ({
      storeId: `66000000000000010${number}${index}`,
      name: `${name}(${store})`,
      city,
    })),
    products: products.map(([product, priceFen, timesCount = 1], index) => ({
      productId: `18050000000010${number}${index}`,
      name: product,
      priceFen,
      timesCount,
    })),
    contracts: contracts.map(([providerId, shareBp, rateBp]) => ({ providerId, shareBp, rateBp })),
  };
}
