import { html, raw } from 'hono/html';
import type { Html } from '../html.ts';

/** Shapes that stand beside words: a state has a shape, a word and a colour, in that order. */
const GLYPHS = {
  warn: '<path d="M6 1l5.5 10H.5z" fill="currentColor"/>',
  go: '<circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" stroke-width="1.5" stroke-dasharray="2.2 1.6"/>',
  half: '<circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor"/><path d="M6 1.5a4.5 4.5 0 0 0 0 9z" fill="currentColor"/>',
  ok: '<circle cx="6" cy="6" r="5" fill="currentColor"/>',
  off: '<circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M3 9l6-6" stroke="currentColor" stroke-width="1.5"/>',
  back: '<path d="M4.5 2L2 4.5 4.5 7M2 4.5h5a3 3 0 0 1 0 6H4" fill="none" stroke="currentColor" stroke-width="1.5"/>',
  plus: '<path d="M1 1h10v10H1z" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M6 3.5v5M3.5 6h5" stroke="currentColor" stroke-width="1.5"/>',
  none: '<path d="M1 6h10" stroke="currentColor" stroke-width="1.5"/>',
} as const;

export type Glyph = keyof typeof GLYPHS;

/** Once a page, before what uses them. */
export const SHAPES = raw(
  `<svg width="0" height="0" aria-hidden="true" class="sr"><defs>${Object.entries(GLYPHS)
    .map(([name, shape]) => `<g id="g-${name}">${shape}</g>`)
    .join('')}</defs></svg>`,
);

/** A glyph of 12 px; the word beside it says the same. */
export function glyph(name: Glyph): Html {
  return html`<svg width="12" height="12" aria-hidden="true"><use href="#g-${name}"/></svg>`;
}

const ICONS = {
  menu: '<path d="M1 4h14M1 8h14M1 12h14" stroke="currentColor" stroke-width="1.5"/>',
  search:
    '<circle cx="7" cy="7" r="4.75" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M10.5 10.5L14 14" stroke="currentColor" stroke-width="1.5"/>',
  theme:
    '<circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M8 1.5a6.5 6.5 0 0 1 0 13z" fill="currentColor"/>',
  mark: '<rect width="24" height="24" rx="5" fill="var(--accent)"/><path d="M6 12.5l4 4 8-9" fill="none" stroke="var(--on-accent)" stroke-width="2.5"/>',
} as const;

/** An icon of the frame; what it is in says its name. */
export function icon(name: keyof typeof ICONS, size: number): Html {
  return html`<svg width="${size}" height="${size}" viewBox="0 0 ${size} ${size}" aria-hidden="true">${raw(ICONS[name])}</svg>`;
}
