/**
 * `npm test` tries a little of everything; `npm run test:long` sets HEXIAO_LONG=1 and tries more;
 * HEXIAO_LONG=40 tries forty times as often again, for an evening.
 */
const TIMES = Number(process.env.HEXIAO_LONG ?? 0);

if (!Number.isInteger(TIMES) || TIMES < 0) {
  throw new Error('HEXIAO_LONG is how many times as often as in the long run: 1, 2, …');
}

export const IS_LONG = TIMES > 0;

/** How often a property is tried. @param count in the long run; a tenth of it, but one, in the short one */
export const runs = (count: number): number => (IS_LONG ? count * TIMES : Math.ceil(count / 10));

/** Of cases that are listed: all in the long run; each fifth in the short one. */
export const some = <T>(all: readonly T[]): readonly T[] =>
  IS_LONG ? all : all.filter((_, index) => index % 5 === 0);
