import { html } from 'hono/html';
import type { Html } from '../html.ts';
import { type Glyph, glyph } from './icons.ts';

/** The colour of a state, after its shape and its word: see `.st` of components.css. */
export type Tone = 'ok' | 'prov' | 'go' | 'warn' | 'bad' | 'off' | 'back' | 'none';

/** A state: a shape and a word. */
export function status(tone: Tone, shape: Glyph, word: string): Html {
  return html`<span class="st ${tone}">${glyph(shape)}${word}</span>`;
}
