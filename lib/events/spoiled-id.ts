/**
 * What a spreadsheet does to ids before anybody looks: 19 digits become `7.30E+18`; others get
 * separators or a `.0`, or stand as an error of the spreadsheet.
 * @returns what happened to it, in words that do not repeat it; null where nothing is to be seen
 */
export function spoiledBySpreadsheet(id: string): string | null {
  return SIGNS.find(({ form }) => form.test(id))?.words ?? null;
}

const SIGNS = [
  { form: /^\d+(?:[.,]\d+)?E\+?\d+$/i, words: 'a spreadsheet made a rounded number of this id' },
  { form: /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/, words: 'a spreadsheet put separators into this id' },
  { form: /^\d{12,}\.0+$/, words: 'a spreadsheet made a number with a fraction of this id' },
  { form: /^#(?:#+|[A-Z]+[/0-9A-Z]*[!?]?)$/, words: 'here stands an error of a spreadsheet' },
] as const;

/**
 * Whether an id ends as one does of which a spreadsheet kept 15 digits. Of ids with 18 digits and more
 * that end so by themselves there is one in a thousand, so whoever refuses it leaves another way.
 */
export function hasLostDigits(id: string): boolean {
  return /^\d{15}0{3,}$/.test(id);
}
