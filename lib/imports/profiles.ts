import type { Platform } from '../events/id.ts';

/** What one line of a file may say. Amounts are yuan, never fen. */
export const FIELDS = [
  'merchantId',
  'merchantName',
  'day',
  'paid',
  'redeemed',
  'refunded',
  'commission',
] as const;
export type Field = (typeof FIELDS)[number];

/** What of our books is compared with what a file says. */
export const MEASURES = ['paid', 'redeemed', 'refunded', 'commission'] as const;
export type Measure = (typeof MEASURES)[number];

/** A field's heading in one form of the file. */
export type Headings = Readonly<Partial<Record<Field, string>>>;

/** How a file that people export is read. */
export interface Profile {
  readonly name: string;
  readonly platform: Platform;
  /** What the platform calls the page and where it is exported. */
  readonly source: string;
  /** The forms of its header, the newest first. A file has all headings of one of them. */
  readonly headers: readonly Headings[];
  /** A merchant has one line for the whole time; else its lines are added up. */
  readonly isOneLine: boolean;
  /** Whether its amounts of commission are the platform's estimate. */
  readonly isEstimate: boolean;
}

/** Headings of our own, for files whose headings no page that we know shows: `columns` names the file's. */
const OWN_HEADINGS: Headings = {
  ...{ merchantId: '商家ID', day: '日期', paid: '支付金额', redeemed: '核销金额' },
  ...{ refunded: '退款金额', commission: '服务商佣金' },
};

export const PROFILES = {
  'linke-merchants': {
    name: 'linke-merchants',
    platform: 'douyin',
    source: '抖音林客 商家数据 > 商家列表',
    headers: [
      {
        ...{ merchantId: '商家ID', merchantName: '商家名称', paid: '支付GMV', redeemed: '核销GMV' },
        ...{ refunded: '退款GMV', commission: '服务商预估佣金' },
      },
      {
        ...{ merchantName: '生活服务账号名称', paid: '支付金额', redeemed: '核销金额' },
        ...{ refunded: '退款金额', commission: '分账服务商佣金' },
      },
    ],
    isOneLine: true,
    isEstimate: true,
  },
  'douyin-bill': {
    name: 'douyin-bill',
    platform: 'douyin',
    source: '抖音来客 账单',
    headers: [OWN_HEADINGS],
    isOneLine: false,
    isEstimate: false,
  },
  'meituan-bill': {
    name: 'meituan-bill',
    platform: 'meituan',
    source: '美团 账单',
    headers: [OWN_HEADINGS],
    isOneLine: false,
    isEstimate: false,
  },
} as const satisfies Record<string, Profile>;
export type ProfileName = keyof typeof PROFILES;
