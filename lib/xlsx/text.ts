/** XML 1.0 has no place for most control characters; what cannot be shown is shown as a box. */
export function readable(text: string): string {
  return text.replace(/[[\p{Cc}--[\t\n\r]]\p{Cs}\p{Noncharacter_Code_Point}\u{fffd}]/gv, '□');
}

/** 0 → A, 25 → Z, 26 → AA. */
export function lettersOf(column: number): string {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : `${lettersOf(Math.floor(column / 26) - 1)}${last}`;
}
