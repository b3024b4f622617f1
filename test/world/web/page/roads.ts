import type { Seen } from '../../engine/sights.ts';
import { type Shown, TRAVEL_MS } from './story.ts';

type Request = Extract<Seen, { kind: 'request' }>;

const SVG = 'http://www.w3.org/2000/svg';

/** From the platform's end of its road to Hexiao's, in % of the width. */
const FROM = 2;
const TO = 98;

/** Where a lost request ends. */
const LOST_AT = 55;

function shape(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

/** One platform's road. What moves on it is drawn anew at each look. */
export class Road {
  readonly element: SVGElement;
  private readonly moving = shape('g', {});
  private readonly integration: string;
  private readonly isStill: boolean;

  /** @param isStill requests stand in the middle of their way instead of moving */
  constructor(integration: string, isStill: boolean) {
    this.integration = integration;
    this.isStill = isStill;
    this.element = shape('svg', { width: '100%', height: 28, 'aria-hidden': 'true' });
    const platform = integration.split('-')[0] ?? '';
    this.element.setAttribute('class', `road ${platform}`);
    this.element.append(
      shape('line', { class: 'lane', x1: `${FROM}%`, x2: `${TO}%`, y1: 14, y2: 14 }),
      this.moving,
    );
  }

  draw(travelling: readonly Shown[], showMs: number): void {
    const drawn = travelling.flatMap((one) =>
      one.seen.kind === 'request' && one.seen.integration === this.integration
        ? [this.mark(one.seen, (showMs - one.showMs) / TRAVEL_MS)]
        : [],
    );
    this.moving.replaceChildren(...drawn);
  }

  /** @param part how much of its time has passed, from 0 to 1 */
  private mark(request: Request, part: number): SVGElement {
    const group = shape('g', {});
    const isLost = request.fate === 'lost';
    const at = this.isStill ? LOST_AT : placeOf(request, part);
    const y = request.copy > 0 ? 8 : 14;
    if (isLost && (this.isStill || part > 0.5)) group.append(...cross(at, y));
    else if (request.fate === 'answer lost' && (this.isStill || part > 0.6)) {
      group.append(shape('circle', { class: 'hollow', cx: `${at}%`, cy: y, r: 4 }));
    } else {
      const kind = request.copy > 0 ? 'double' : 'dot';
      group.append(shape('circle', { class: kind, cx: `${at}%`, cy: y, r: 5 }));
    }
    return group;
  }
}

/** A lost one stops midway; one whose answer is lost turns back at the end. */
function placeOf({ fate }: Request, part: number): number {
  if (fate === 'lost') return FROM + Math.min(1, part * 2) * (LOST_AT - FROM);
  if (fate !== 'answer lost') return FROM + part * (TO - FROM);
  const there = Math.min(1, part / 0.6);
  const back = Math.max(0, (part - 0.6) / 0.4);
  return FROM + there * (TO - FROM) - back * (TO - LOST_AT);
}

function cross(at: number, y: number): SVGElement[] {
  // Lines in % cannot be slanted by pixels: the mark is a text.
  const text = shape('text', { class: 'cross', x: `${at}%`, y: y + 5, 'text-anchor': 'middle' });
  text.textContent = '×';
  return [text];
}
