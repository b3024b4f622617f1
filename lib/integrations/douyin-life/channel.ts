import type { Channel } from '../../events/channel.ts';

/**
 * `sale_channel` comes as a label, Chinese or English; the full list is not documented, so a label
 * is read by what it contains and kept beside the result as it came.
 */
const LABELS: readonly (readonly [RegExp, Channel])[] = [
  [/直播|live/i, 'live'],
  [/短视频|视频|short_?video|video/i, 'short_video'],
  [/搜索|search/i, 'search'],
  [/扫码|scan/i, 'scan'],
  [/小程序|mini_?(program|app)/i, 'mini_program'],
  [/门店|商城|商品卡|poi|store|shop|mall/i, 'store_page'],
];

export function channelOf(label: string | null): Channel {
  if (label === null) return 'unknown';
  return LABELS.find(([pattern]) => pattern.test(label))?.[1] ?? 'unknown';
}
