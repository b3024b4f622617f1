import type { Context } from 'hono';
import * as z from 'zod';
import { normalizeInstant } from '../../../../lib/time/shanghai.ts';
import { readBooksAsOf, requireCome } from '../../as-of.ts';
import type { ApiDeps } from '../../deps.ts';
import { storeNames } from '../names.ts';
import { answerPage } from '../page.ts';
import type { Viewer } from '../viewer.ts';
import { type AsOfPage, asOfView, MOST_LINES } from './view.ts';

/** `?asOf` of a page: an instant with an offset, or as a browser's field has it, which is ours (Asia/Shanghai). */
export const pageAsOf = z
  .string()
  .transform((value, context): string | undefined => {
    if (value === '') return undefined;
    try {
      return normalizeInstant(/[Zz]$|[+-]\d\d:?\d\d$/.test(value) ? value : withSeconds(value));
    } catch {
      context.addIssue({ code: 'custom', message: 'an instant such as 2025-11-03T02:10' });
      return z.NEVER;
    }
  })
  .optional();

function withSeconds(local: string): string {
  return `${local}${/T\d\d:\d\d$/.test(local) ? ':00' : ''}+08:00`;
}

/** Figures as they were known at an instant, marked as such; below, line by line, what has changed since. */
export async function asOfPage(
  c: Context,
  page: AsOfPage,
  { table, now }: ApiDeps,
  viewer: Viewer,
): Promise<Response> {
  requireCome(page.asOf, now());
  const books = await readBooksAsOf(table, page, page.asOf);
  const shown = books.since.slice(0, MOST_LINES).map(({ entry }) => entry);
  const names = await storeNames(table, shown, now());
  return answerPage(c, {
    title: page.title,
    main: (speech) => asOfView(speech, { ...page, books, names }),
    viewer,
  });
}
