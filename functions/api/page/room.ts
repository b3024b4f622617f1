import type { Context, Hono } from 'hono';
import { html } from 'hono/html';
import * as z from 'zod';
import type { Permission } from '../../../lib/access/permissions.ts';
import { Problem } from '../../../lib/errors/problem.ts';
import { isWord, type Word } from '../../../lib/i18n/words.ts';
import type { Cell } from '../../../lib/ledger/csv.ts';
import { noteChange, withTrail } from '../audit.ts';
import type { ApiDeps } from '../deps.ts';
import { answerFile, FILE_FORMATS, type FileFormat } from '../files.ts';
import { check } from '../input.ts';
import type { Principal } from '../principal.ts';
import { type Ask, asking } from './ask.ts';
import { requireSameOrigin, type Typed, typedIn } from './forms.ts';
import type { Html } from './html.ts';
import { answerPage, isUnchanged, type PageAnswer, type Speech, unchanged } from './page.ts';
import { problemText, statusOf } from './problem.ts';
import type { SignedIn } from './viewer.ts';

/** A page with forms, for one kind of people. */
export interface Room {
  readonly path: `/${string}`;
  readonly is: Principal['is'];
  readonly needs: Permission;
  readonly read: (desk: Desk) => Promise<RoomPage>;
  /** What its forms do, by their field `act`. */
  readonly acts?: Readonly<Record<string, (desk: Desk, typed: Typed) => Promise<Outcome>>>;
}

/** All that a room works with, for one request. */
export interface Desk {
  readonly c: Context;
  readonly deps: ApiDeps;
  readonly ask: Ask;
  readonly viewer: SignedIn;
  /** What was typed into a form that could not be done; its fields have it again. */
  readonly typed: Typed;
}

export interface RoomPage {
  readonly title: (speech: Speech) => string;
  readonly note?: (speech: Speech) => Html | string;
  /** Above the title: where this page belongs. */
  readonly crumb?: (speech: Speech) => Html;
  readonly main: (speech: Speech) => Html;
  /** At the right of the title. */
  readonly tools?: (speech: Speech) => Html;
  /** The lists that can be taken as a file, with a name for it in ASCII: the address says which and how. */
  readonly files?: { readonly name: string; readonly lists: readonly FileList[] };
  /** What changes when something that the page follows changed. */
  readonly version?: string;
}

/** A list as a file has it: whatever its rows are. */
export interface FileList {
  readonly name: string;
  readonly cells: () => Cell[][];
}

/** Where the page goes on, with a word of what was done; or what is shown now and never again. */
export type Outcome =
  | { readonly to: string; readonly done: Word }
  | { readonly once: (speech: Speech) => Html };

interface Request {
  readonly api: Hono;
  readonly deps: ApiDeps;
  readonly room: Room;
  readonly viewer: SignedIn;
}

/** Words of what was done stand in the address after a form. */
const DONE = 'done.';

interface Said {
  readonly problem?: Problem;
  readonly typed?: Typed;
  readonly once?: (speech: Speech) => Html;
}

export async function answerRoom(
  c: Context,
  { api, deps, room, viewer }: Request,
  { problem, typed = {}, once }: Said = {},
): Promise<Response> {
  const ask = asking(api, c, viewer.principal);
  const page = await room.read({ c, deps, ask, viewer, typed });
  const file = check(fileQuery, c.req.query());
  if (c.req.method === 'GET' && file.file !== undefined && page.files !== undefined) {
    return answerRows(c, { deps, room, viewer }, page.files, { ...file, format: file.file });
  }
  const { version } = page;
  if (version !== undefined && c.req.method === 'GET' && isUnchanged(c, version)) {
    return unchanged(c);
  }
  const given = c.req.query('done') ?? '';
  const done = given.startsWith(DONE) && isWord(given) ? given : null;
  const answer: PageAnswer = {
    title: page.title,
    main: (
      speech,
    ) => html`${page.crumb === undefined ? '' : html`<p class="crumb">${page.crumb(speech)}</p>`}
<div class="head"><div><h1>${page.title(speech)}</h1>${page.note === undefined ? '' : html`<p class="note">${page.note(speech)}</p>`}</div>${page.tools === undefined ? '' : html`<div class="tools">${page.tools(speech)}</div>`}</div>
${done === null ? '' : html`<p class="msg" role="status">${speech.say(done)}</p>`}
${problem === undefined ? '' : problemMessage(speech, problem)}
${once === undefined ? '' : once(speech)}
${page.main(speech)}`,
    viewer,
    ...(version === undefined ? {} : { version }),
    ...(problem === undefined ? {} : { status: statusOf(problem) }),
  };
  return answerPage(c, answer);
}

const fileQuery = z.object({
  file: z.enum(FILE_FORMATS).optional(),
  list: z.string().max(40).default(''),
});

/** Whatever leaves the house leaves a trace, from a page as from the API. */
function answerRows(
  c: Context,
  { deps, room, viewer }: Omit<Request, 'api'>,
  { name, lists }: NonNullable<RoomPage['files']>,
  { format, list }: { format: FileFormat; list: string },
): Promise<Response> {
  const found = lists.find((one) => one.name === list);
  if (found === undefined) throw new Problem('request-invalid', 'list: no such list.');
  const own = list === '' ? name : `${name}-${list}`;
  noteChange(c, { subject: `${own}.${format}` });
  const trail = { call: `GET ${room.path}`, principal: viewer.principal };
  return withTrail(c, trail, deps, () =>
    answerFile(c, { format, name: own, sheet: own.slice(0, 31), rows: found.cells() }),
  );
}

/** Does what a form says. What is wrong with it is said above the form, which still has what was typed. */
export async function sendForm(c: Context, request: Request): Promise<Response> {
  requireSameOrigin(c);
  const { api, deps, room, viewer } = request;
  const typed = await typedIn(c);
  const act = Object.hasOwn(room.acts ?? {}, typed.act ?? '')
    ? room.acts?.[typed.act ?? '']
    : undefined;
  if (act === undefined) throw new Problem('request-invalid', 'No such form.', { fields: ['act'] });
  const ask = asking(api, c, viewer.principal);
  let outcome: Outcome;
  try {
    outcome = await act({ c, deps, ask, viewer, typed }, typed);
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'internal') throw error;
    return answerRoom(c, request, { problem: error, typed });
  }
  if ('once' in outcome) return answerRoom(c, request, { once: outcome.once });
  const to = new URL(outcome.to, c.req.url);
  to.searchParams.set('done', outcome.done);
  return c.redirect(`${to.pathname}${to.search}`, 303);
}

function problemMessage({ say }: Speech, problem: Problem): Html {
  return html`<div class="msg bad" role="alert" data-code="${problem.code}"><p>${problemText(say, problem)}</p><p class="note">${problem.code} · <span lang="en">${problem.message}</span></p></div>`;
}
