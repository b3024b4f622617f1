import { printPages } from './print.ts';
import { withProgress } from './progress.ts';
import { type Answer, pagesOf, type Remote } from './remote.ts';

interface Listed {
  readonly rows: string;
  readonly columns: readonly string[];
  readonly json: boolean | undefined;
}

/**
 * Prints every page of a list that goes day by day, with how far it is. As JSON, one row a line.
 * @param query with `from` and `to` where the bar is to know how much there is
 * @param shown makes of each page what is printed of it
 */
export async function printAllDays(
  remote: Remote,
  path: string,
  query: Readonly<Record<string, string>>,
  listed: Listed,
  shown: (page: Answer) => Answer = (page) => page,
): Promise<void> {
  const pages = await withProgress(async (progress) => {
    const all: Answer[] = [];
    for await (const page of pagesOf((cursor) => remote.get(path, { ...query, cursor }))) {
      all.push(shown(page));
      const day = lastDayOf(page[listed.rows]);
      if (day !== null) progress.at(`${day}  ${all.length}`, shareOf(day, query));
    }
    return all;
  });
  await printPages(streamOf(pages), listed);
}

async function* streamOf(pages: readonly Answer[]) {
  yield* pages;
}

function lastDayOf(rows: unknown): string | null {
  const last: unknown = Array.isArray(rows) ? rows.at(-1) : undefined;
  const isRow = typeof last === 'object' && last !== null && 'businessDay' in last;
  return isRow && typeof last.businessDay === 'string' ? last.businessDay : null;
}

/** Of the days asked for; undefined where nobody said which. */
function shareOf(day: string, { from, to }: Readonly<Record<string, string>>): number | undefined {
  const [first, at, last] = [from, day, to].map((one) => Date.parse(one ?? '')) as [
    number,
    number,
    number,
  ];
  const share = (at - first) / (last - first);
  return Number.isFinite(share) ? share : undefined;
}
