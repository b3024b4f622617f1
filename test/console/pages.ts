import type { Stage } from './stage.ts';

export const THEMES = ['light', 'dark'] as const;

/** A phone, a tablet, a desk. */
export const WIDTHS = [390, 768, 1440] as const;

export interface ConsolePage {
  readonly name: string;
  readonly path: string;
}

/** Every page of the console, as a provider of the stage comes to it. */
export async function PAGES(_stage: Stage): Promise<ConsolePage[]> {
  return [
    { name: 'overview', path: '/' },
    { name: 'overview-today', path: '/?period=today' },
    { name: 'stores', path: '/stores' },
    { name: 'store', path: '/stores/douyin/6600000000000001010' },
    ...['products', 'creators', 'channels', 'merchants', 'cities'].map((name) => ({
      ...{ name, path: `/${name}` },
    })),
    { name: 'channel', path: '/channels?row=live' },
    { name: 'contracts', path: '/contracts' },
    { name: 'contract', path: '/contracts?contract=1.douyin.7300000000000001010' },
    { name: 'statements', path: '/statements' },
  ];
}
