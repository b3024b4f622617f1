import { html } from 'hono/html';
import type { Html } from '../html.ts';

/**
 * A course of 100 × 30, stretched to its place: this period, and behind it the one before. It says nothing that its
 * card or row does not say in numbers, so a screen reader passes over it.
 * @param more further classes, such as `mini` in a table
 */
export function sparkline(now: readonly number[], before: readonly number[] = [], more = ''): Html {
  const highest = Math.max(1, ...now, ...before);
  const lowest = Math.min(0, ...now, ...before);
  const places = Math.max(now.length, before.length);
  const line = (values: readonly number[]) =>
    values.map((value, at) => `${x(at, places)},${y(value, lowest, highest)}`).join(' ');
  const height = more.includes('mini') ? 20 : 32;
  return html`<svg class="${more}" width="100%" height="${height}" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">${
    before.length < 2 ? '' : html`<polyline class="prv" points="${line(before)}"/>`
  }${now.length < 2 ? '' : html`<polyline class="cur" points="${line(now)}"/>`}</svg>`;
}

function x(at: number, places: number): number {
  return places < 2 ? 0 : round((at / (places - 1)) * 100);
}

/** From 28 at the lowest to 2 at the highest: a line of 2 px stays inside. */
function y(value: number, lowest: number, highest: number): number {
  return round(28 - ((value - lowest) / (highest - lowest)) * 26);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
