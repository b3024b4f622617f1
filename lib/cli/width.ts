/** Columns of a terminal: Chinese letters, full-width signs and most emoji take two. Source: Unicode's UAX #11. */
export function displayWidth(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (!/\p{Mn}/u.test(character)) columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
}

const WIDE =
  /[\u{1100}-\u{115f}\u{2e80}-\u{a4cf}\u{ac00}-\u{d7a3}\u{f900}-\u{faff}\u{fe30}-\u{fe6f}\u{ff00}-\u{ff60}\u{ffe0}-\u{ffe6}\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
