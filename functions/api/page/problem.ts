import { html } from 'hono/html';
import type { Problem } from '../../../lib/errors/problem.ts';
import { isWord, type Say, type Word } from '../../../lib/i18n/words.ts';
import type { Html } from './html.ts';
import type { PageAnswer } from './page.ts';
import type { SignedIn } from './viewer.ts';

type Status = NonNullable<PageAnswer['status']>;

const STATUSES: readonly Status[] = [400, 401, 403, 404, 409, 422, 429, 500, 503];

/**
 * A problem as a page, in the frame of whoever is signed in.
 * @param word what to say where the problem alone does not tell it
 */
export function problemPage(
  problem: Problem,
  viewer: SignedIn | null,
  word: Word = wordOf(problem),
): PageAnswer {
  const shown = statusOf(problem);
  return {
    title: ({ say }) => say(titleOf(shown)),
    main: ({ say }) => problemView(say, problem, shown, word, viewer),
    status: shown,
    viewer,
  };
}

export function statusOf({ status }: Problem): Status {
  return STATUSES.find((one) => one === status) ?? 400;
}

/** What a form could not do, in words; the API's own text stands beside it. */
export function problemText(say: Say, { code, fields, status }: Problem): string {
  const word = `problem.${code}`;
  if (isWord(word)) return say(word, { fields: fields.join(', ') });
  return say(status >= 500 ? 'problem.retry' : 'problem.other');
}

function titleOf(status: Status): Word {
  if (status === 404) return 'notFound';
  if (status === 403) return 'forbidden.title';
  return status >= 500 ? 'failed.title' : 'badInputTitle';
}

/** By what of the request is wrong: a date, a place in a list, a filter. */
function wordOf({ status, fields }: Problem): Word {
  if (status === 404) return 'notFoundHere';
  if (status === 403) return 'forbidden';
  if (status >= 500) return 'failed';
  const [field = 'address'] = fields;
  const word = `badInput.${field}`;
  return isWord(word) ? word : 'badInput.filter';
}

function problemView(
  say: Say,
  { code, fields }: Problem,
  status: Status,
  word: Word,
  viewer: SignedIn | null,
): Html {
  const isOperator = viewer?.principal.is === 'operator';
  const home = isOperator ? '/operator' : '/';
  const name = fields[0] ?? '';
  return html`<div class="head"><div><h1>${say(titleOf(status))}</h1></div></div>
<p class="msg bad" role="alert" data-code="${code}">${say(word, { name })}</p>
<p><a class="btn" href="${home}">${say(isOperator ? 'toOperator' : 'toOverview')}</a></p>`;
}
