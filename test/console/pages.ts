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
export async function pagesOf({ hexiao, tokens }: Stage): Promise<ConsolePage[]> {
  const entries = await hexiao.entries();
  const own = entries.filter(({ providerId }) => providerId === VIEWER);
  // One that was taken back has most to show.
  const reversed = own.find(({ kind }) => kind === 'reversal') ?? own[0];
  const voucher = `/vouchers/${reversed?.platform}/${reversed?.voucherId}`;
  const disputed = { platform: reversed?.platform, voucherId: reversed?.voucherId };
  const { disputeId } = await hexiao.call<{ disputeId: string }>(
    'POST',
    '/v1/attribution-disputes',
    { ...disputed, reason: 'Sold in our livestream on 24 Nov.', contractId: null },
    tokens[VIEWER],
  );
  // Another's contract for what livestreams sold, tried and not signed: one gains, one loses.
  const { dryRun } = await hexiao.call<{ dryRun: { restatementId: string } | null }>(
    'POST',
    '/v1/contracts?dryRun=true',
    {
      ...{ providerId: 'demo-qingteng', platform: 'douyin', merchantId: '7300000000000001010' },
      ...{ mode: 'special', shareBp: 10_000, rateBp: 300, scope: { channels: ['live'] } },
      startsAt: '2026-11-24T00:00:00+08:00',
    },
  );
  const tried = dryRun?.restatementId ?? '';
  await hexiao.settleUntil(async () => {
    const run = await hexiao.call<{ status: string }>('GET', `/v1/restatements/${tried}`);
    return run.status === 'done';
  });
  const shown = await hexiao.call<{ url: string }>(
    ...(['POST', '/v1/identity-codes', { memberId: 'demo-lin' }, tokens[VIEWER]] as const),
  );
  return [
    { name: 'overview', path: '/' },
    { name: 'overview-today', path: '/?period=today' },
    { name: 'stores', path: '/stores' },
    { name: 'store', path: '/stores/douyin/6600000000000001010' },
    {
      name: 'store-as-of',
      path: '/stores/douyin/6600000000000001010?period=week&asOf=2026-11-30T12:00',
    },
    ...['products', 'supplies', 'creators', 'channels', 'merchants', 'cities'].map((name) => ({
      ...{ name, path: `/${name}` },
    })),
    { name: 'channel', path: '/channels?row=live' },
    { name: 'category', path: `/categories?row=${encodeURIComponent('火锅')}` },
    { name: 'voucher', path: voucher },
    { name: 'search', path: '/search?q=7400' },
    { name: 'contracts', path: '/contracts' },
    { name: 'contract', path: '/contracts?contract=1.douyin.7300000000000001010' },
    { name: 'statements', path: '/statements' },
    { name: 'statement', path: '/statements/2026-10' },
    { name: 'statement-draft', path: '/statements/2026-11' },
    { name: 'disputes', path: '/disputes' },
    { name: 'dispute', path: `/disputes?id=${encodeURIComponent(disputeId)}` },
    { name: 'ad-spend', path: '/ad-spend' },
    { name: 'standing', path: '/standing?programmeId=demo-city' },
    { name: 'leads', path: '/leads' },
    { name: 'lead', path: '/leads?id=demo-lead-1' },
    { name: 'overview-as-of', path: '/?period=last-month&asOf=2026-11-05T10:00' },
    { name: 'statement-as-of', path: '/statements/2026-10?asOf=2026-11-05T10:00' },
    { name: 'identity', path: '/identity' },
    { name: 'verify', path: new URL(shown.url).pathname },
    { name: 'team', path: '/team' },
    { name: 'team-clerks', path: '/team/clerks' },
    { name: 'till-in', path: '/till/in?k=abc' },
    { name: 'completeness', path: '/completeness' },
    { name: 'exports', path: '/exports' },
    { name: 'nowhere', path: '/nowhere' },
    ...[
      ['operator', ''],
      ['operator-app', `/apps/douyin-life/${APP_KEY}`],
      ['operator-app-channels', `/apps/douyin-life/${APP_KEY}/channels`],
      ['operator-products', '/products'],
      ['operator-set-aside', '/set-aside'],
      ['operator-delivery', `/deliveries/${SET_ASIDE}`],
      ['operator-dead-letters', '/dead-letters'],
      ['operator-reconciliations', '/reconciliations'],
      ['operator-restatements', '/restatements'],
      ['operator-contracts', '/contracts?platform=douyin&merchantId=7300000000000001010'],
      ['operator-contract-tried', `/contracts?trial=${tried}`],
      ['operator-statements', '/statements'],
      ['operator-disputes', '/disputes'],
      ['operator-dispute', `/disputes?id=${encodeURIComponent(disputeId)}`],
      ['operator-ad-accounts', `/ad-accounts?providerId=${VIEWER}`],
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
