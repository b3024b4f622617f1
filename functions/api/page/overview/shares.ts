import { html } from 'hono/html';
import { PLATFORMS } from '../../../../lib/events/id.ts';
import { isWord } from '../../../../lib/i18n/words.ts';
import type { DaySummary } from '../../../../lib/rollups/day-summary.ts';
import type { Html } from '../html.ts';
import type { Speech } from '../page.ts';
import { type ShareGroup, type ShareRow, sharesTable } from '../parts/shares.ts';
import type { Totals, WindowTotals } from './read.ts';

/** Parts of one thing are the accent in steps, the largest the strongest; the vocabulary has no more channels. */
const STEPS = ['g1', 'g2', 'g3', 'g4', 'g6', 'g7', 'g8', 'g5'];

/** A platform keeps its colour everywhere. */
export function platformSwatch(platform: string): string {
  const at = (PLATFORMS as readonly string[]).indexOf(platform);
  return at === -1 ? 'b9' : `b${at + 1}`;
}

/** What is rolled up after the days may lag the figures; it says so. */
export function lateNote({ say }: Speech, { late }: WindowTotals): Html | string {
  return late === 0
    ? ''
    : html`<p class="note" role="status">${say('shares.late', { n: late })}</p>`;
}

/** By platform, channel and loop. */
export function sharesCard(speech: Speech, totals: Totals, query: Record<string, string>): Html {
  const { say } = speech;
  const platforms = PLATFORMS.flatMap((platform): ShareRow[] => {
    const [now, before] = [totals.now, totals.before].map(
      ({ platforms: own }) => own[platform]?.redeemedFen ?? 0,
    );
    if (!now && !before) return [];
    const href = `/stores?${new URLSearchParams({ ...query, platform })}`;
    const amounts = { nowFen: now ?? 0, beforeFen: before ?? 0 };
    return [{ name: say(platform), swatch: platformSwatch(platform), ...amounts, href }];
  });
  const groups: ShareGroup[] = [
    { name: say('platform'), rows: platforms },
    { name: say('channel'), rows: partRows(speech, totals, 'channels', query) },
    { name: say('shares.loop'), rows: partRows(speech, totals, 'loops', query) },
  ].filter(({ rows }) => rows.length > 0);
  return html`<header><h2>${say('shares.title')}</h2>${lateNote(speech, totals.now)}</header>${
    groups.length === 0 ? html`<p class="in note">${say('nothing')}</p>` : sharesTable(say, groups)
  }`;
}

function partRows(
  { say }: Speech,
  totals: Totals,
  of: 'channels' | 'loops',
  query: Record<string, string>,
): ShareRow[] {
  const [now, before] = [totals.now, totals.before].map(({ summaries }) => added(summaries, of));
  const values = [...new Set([...(now?.keys() ?? []), ...(before?.keys() ?? [])])];
  const rows = values.map((value) => ({
    value,
    nowFen: now?.get(value) ?? 0,
    beforeFen: before?.get(value) ?? 0,
  }));
  return rows
    .toSorted((a, b) => b.nowFen - a.nowFen || (a.value < b.value ? -1 : 1))
    .map(({ value, ...amounts }, at) => {
      const word = of === 'loops' ? `loop.${value}` : value;
      const swatch = STEPS[Math.min(at, STEPS.length - 1)] ?? 'g5';
      // A channel has a page of its days; a loop is a property of the platforms' ways in.
      const href =
        of === 'channels' ? `/channels?${new URLSearchParams({ ...query, row: value })}` : null;
      return { name: isWord(word) ? say(word) : value, swatch, ...amounts, href };
    });
}

function added(summaries: readonly DaySummary[], of: 'channels' | 'loops'): Map<string, number> {
  const sums = new Map<string, number>();
  for (const summary of summaries) {
    for (const { value, redeemedFen } of summary[of]) {
      sums.set(value, (sums.get(value) ?? 0) + redeemedFen);
    }
  }
  return sums;
}
