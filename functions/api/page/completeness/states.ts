import type { Glyph } from '../parts/icons.ts';
import type { Tone } from '../parts/status.ts';

/** How the state of a day that was compared looks, the best first. */
export const STATES: Readonly<Record<string, readonly [Tone, Glyph]>> = {
  ...{ complete: ['ok', 'ok'], repaired: ['ok', 'back'], different: ['warn', 'warn'] },
  ...{ checking: ['go', 'go'], unchecked: ['none', 'none'], unverifiable: ['none', 'off'] },
};
