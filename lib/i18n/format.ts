import { type Language, yuan } from './words.ts';

/** Numbers and dates as people read them on a page: see docs/console.md. Days are `YYYY-MM-DD`, amounts fen. */

/** `−1,234.05`: yuan with the typographic minus, for pages; files have `yuan`'s ASCII minus. */
export function amount(fen: number): string {
  return yuan(fen).replace('-', MINUS);
}

/** `+36,523.88`, `−7,138.00`; nothing is `0.00`. */
export function signedAmount(fen: number): string {
  return fen > 0 ? `+${amount(fen)}` : amount(fen);
}

/** `13,070` */
export function count(number: number): string {
  return number.toLocaleString('en-US').replace('-', MINUS);
}

/** The change from one number to another in percent with a sign; null where there was nothing to grow from. */
export function change(now: number, before: number): string | null {
  if (before === 0) return null;
  const percent = ((now - before) / Math.abs(before)) * 100;
  return signed(percent, '%');
}

/** A share of a whole, `61.2%`; null where there is no whole. */
export function share(part: number, whole: number): string | null {
  return whole === 0 ? null : `${((part / whole) * 100).toFixed(1)}%`.replace('-', MINUS);
}

/** The difference of two shares in percentage points; null where one of the wholes is nothing. */
export function points(
  now: { readonly part: number; readonly whole: number },
  before: { readonly part: number; readonly whole: number },
): string | null {
  if (now.whole === 0 || before.whole === 0) return null;
  return signed((now.part / now.whole - before.part / before.whole) * 100, '');
}

/** 1/10000 → `5.00%` */
export function rate(bp: number): string {
  return `${(bp / 100).toFixed(2)}%`;
}

/** A span in words: `1.2 秒`, `6 小时 12 分`; `1.2 s`, `6 h 12 min`. */
export function duration(ms: number, language: Language): string {
  const [second, minute, hour, dayWord] =
    language === 'zh' ? ['秒', '分', '小时', '天'] : ['s', 'min', 'h', 'd'];
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} ${second}`;
  const minutes = Math.floor(ms / 60_000);
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return `${Math.floor(hours / 24)} ${dayWord} ${hours % 24} ${hour}`;
  return hours === 0 ? `${minutes} ${minute}` : `${hours} ${hour} ${minutes % 60} ${minute}`;
}

/** A day within the year: `11月30日`, `30 Nov`. */
export function day(date: string, language: Language): string {
  const { month, dayOfMonth } = partsOf(date);
  return language === 'zh' ? `${month}月${dayOfMonth}日` : `${dayOfMonth} ${monthName(date)}`;
}

/** A day in a title: `2026年11月30日`, `30 Nov 2026`. */
export function fullDay(date: string, language: Language): string {
  const year = date.slice(0, 4);
  return language === 'zh' ? `${year}年${day(date, language)}` : `${day(date, language)} ${year}`;
}

/** `11 月`, `Nov`: a month `YYYY-MM`. */
export function monthOf(month: string, language: Language): string {
  return language === 'zh' ? `${Number(month.slice(5, 7))} 月` : monthName(`${month}-01`);
}

/** `周日`, `Sun` */
export function weekday(date: string, language: Language): string {
  const names = language === 'zh' ? '日一二三四五六' : 'Sun Mon Tue Wed Thu Fri Sat';
  const at = new Date(`${date}T00:00:00Z`).getUTCDay();
  return language === 'zh' ? `周${names[at] ?? ''}` : (names.split(' ')[at] ?? '');
}

/** `14:31:52` of an instant; the first five for minutes. */
export function timeOf(instant: string): string {
  return instant.slice(11, 19);
}

/** `11-30 14:31:52`, as ledgers have it. */
export function ledgerTime(instant: string): string {
  return `${instant.slice(5, 10)} ${timeOf(instant)}`;
}

/** On an axis only: `2.5 万`, `25k`. */
export function axisAmount(fen: number, language: Language): string {
  const wholeYuan = fen / 100;
  if (language === 'zh') {
    return Math.abs(wholeYuan) < 10_000 ? plain(wholeYuan) : `${plain(wholeYuan / 10_000)} 万`;
  }
  return Math.abs(wholeYuan) < 1_000 ? plain(wholeYuan) : `${plain(wholeYuan / 1_000)}k`;
}

/** `••••4417`: all that a list shows of an id. */
export function lastFour(id: string): string {
  return `••••${id.slice(-4)}`;
}

const MINUS = '\u2212';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

function signed(value: number, unit: string): string {
  const text = Math.abs(value).toFixed(1);
  const sign = text === '0.0' ? '' : value < 0 ? MINUS : '+';
  return `${sign}${text}${unit}`;
}

function partsOf(date: string): { month: number; dayOfMonth: number } {
  return { month: Number(date.slice(5, 7)), dayOfMonth: Number(date.slice(8, 10)) };
}

function monthName(date: string): string {
  return MONTHS[partsOf(date).month - 1] ?? '';
}

function plain(value: number): string {
  return (Math.round(value * 100) / 100).toLocaleString('en-US').replace('-', MINUS);
}
