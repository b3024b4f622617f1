import { APP_KEY } from '../support/douyin.ts';
import { SET_ASIDE, type Stage, VIEWER } from './stage.ts';

export const THEMES = ['light', 'dark'] as const;

/** A phone, a tablet, a desk. */
export const WIDTHS = [390, 768, 1440] as const;

/** Where there is least room: all columns are back from 901 px on, and the side from 1,193 px on. */
export const TIGHT_WIDTHS = [901, 1193] as const;

export interface ConsolePage {
  readonly name: string;
  readonly path: string;
  /** Of the operator; every other page is a provider's. */
  readonly isOperators?: true;
}

/** Every page of the console, as a provider of the stage comes to it. */
export async function pagesOf({ hexiao }: Stage): Promise<ConsolePage[]> {
  const entries = await hexiao.entries();
  const own = entries.filter(({ providerId }) => providerId === VIEWER);
  // One that was taken back has most to show.
  const reversed = own.find(({ kind }) => kind === 'reversal') ?? own[0];
  const voucher = `/vouchers/${reversed?.platform}/${reversed?.voucherId}`;
  return [
    { name: 'overview', path: '/' },
    { name: 'overview-today', path: '/?period=today' },
    { name: 'stores', path: '/stores' },
    { name: 'store', path: '/stores/douyin/6600000000000001010' },
    ...['products', 'creators', 'channels', 'merchants', 'cities'].map((name) => ({
      ...{ name, path: `/${name}` },
    })),
    { name: 'channel', path: '/channels?row=live' },
    { name: 'voucher', path: voucher },
    { name: 'search', path: '/search?q=7400' },
    { name: 'contracts', path: '/contracts' },
    { name: 'contract', path: '/contracts?contract=1.douyin.7300000000000001010' },
    { name: 'statements', path: '/statements' },
    { name: 'statement', path: '/statements/2026-10' },
    { name: 'statement-draft', path: '/statements/2026-11' },
    { name: 'disputes', path: '/disputes' },
    { name: 'overview-as-of', path: '/?period=last-month&asOf=2026-11-05T10:00' },
    { name: 'statement-as-of', path: '/statements/2026-10?asOf=2026-11-05T10:00' },
    { name: 'team', path: '/team' },
    { name: 'completeness', path: '/completeness' },
    { name: 'nowhere', path: '/nowhere' },
    ...[
      ['operator', ''],
      ['operator-app', `/apps/douyin-life/${APP_KEY}`],
      ['operator-set-aside', '/set-aside'],
      ['operator-delivery', `/deliveries/${SET_ASIDE}`],
      ['operator-dead-letters', '/dead-letters'],
      ['operator-reconciliations', '/reconciliations'],
      ['operator-restatements', '/restatements'],
      ['operator-contracts', '/contracts?platform=douyin&merchantId=7300000000000001010'],
      ['operator-disputes', '/disputes'],
      ['operator-imports', `/imports?providerId=${VIEWER}`],
      ['operator-refunds', '/refunds'],
      ['operator-people', '/people'],
      ['operator-completeness', '/completeness'],
      ['operator-audit', '/audit'],
    ].map(([name = '', below = '']) => ({
      name,
      path: `/operator${below}`,
      isOperators: true as const,
    })),
  ];
}
