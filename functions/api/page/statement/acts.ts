import type { Context, Hono } from 'hono';
import * as z from 'zod';
import { Problem } from '../../../../lib/errors/problem.ts';
import { type Ask, asking, pathOf } from '../ask.ts';
import { requireSameOrigin, type Typed, typedIn } from '../forms.ts';
import type { SignedIn } from '../viewer.ts';

/** What a form of a statement's page came to: to be shown again with what is wrong, or done. */
export type FormResult =
  | { readonly done: string }
  | { readonly problem: Problem; readonly typed: Typed };

type Act = (ask: Ask, id: string, typed: Typed) => Promise<unknown>;

const post = (ask: Ask, path: string, body?: object) =>
  ask({ method: 'POST', path, ...(body === undefined ? {} : { body }) }, z.unknown());

/** By the field `act`; each asks the API, which says who may. */
const ACTS: Readonly<Record<string, Act>> = {
  send: (ask, id) => post(ask, pathOf`/v1/statements/${id}/send`),
  confirm: (ask, id) => post(ask, pathOf`/v1/statements/${id}/confirm`),
  dispute: (ask, id, { entryId = '', reason = '' }) =>
    post(ask, pathOf`/v1/statements/${id}/disputes`, { entryId, reason }),
  answer: (ask, id, { disputeId = '', verdict = '', reason = '' }) =>
    post(ask, pathOf`/v1/statements/${id}/disputes/${disputeId}/answer`, {
      ...{ accept: verdict === 'accept', reason },
    }),
  invoice: (ask, id, { number = '', date = '', yuan = '' }) =>
    post(ask, pathOf`/v1/statements/${id}/invoices`, { number, date, fen: fenIn(yuan) }),
  pay: (ask, id, { reference = '', date = '', yuan = '' }) =>
    post(ask, pathOf`/v1/statements/${id}/payments`, { reference, date, fen: fenIn(yuan) }),
};

/** `46,783.75` → 4678375. @throws Problem `request-invalid` */
function fenIn(yuan: string): number {
  const text = yuan.replaceAll(/[,，\s]/g, '');
  if (/^-?\d{1,10}(?:\.\d{1,2})?$/.test(text)) {
    const [whole = '', part = ''] = text.replace('-', '').split('.');
    const fen = Number(whole) * 100 + Number(part.padEnd(2, '0'));
    return text.startsWith('-') ? -fen : fen;
  }
  throw new Problem('request-invalid', 'yuan: an amount such as 46783.75', { fields: ['yuan'] });
}

/** Does what a form says. */
export async function sendAct(
  c: Context,
  { api, viewer, id }: { readonly api: Hono; readonly viewer: SignedIn; readonly id: string },
): Promise<FormResult> {
  requireSameOrigin(c);
  const typed = await typedIn(c);
  const name = typed.act ?? '';
  const act = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined;
  if (act === undefined) throw new Problem('request-invalid', 'No such form.', { fields: ['act'] });
  try {
    await act(asking(api, c, viewer.principal), id, typed);
    return { done: name };
  } catch (error) {
    if (!(error instanceof Problem) || error.code === 'internal') throw error;
    return { problem: error, typed };
  }
}
