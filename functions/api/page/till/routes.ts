import type { Hono } from 'hono';
import type { ApiDeps } from '../../deps.ts';

/** Loaded when a till is opened first. */
const station = () => import('./station.ts');

const FORMS = ['find', 'redeem', 'undo', 'reverse'] as const;
export type TillForm = (typeof FORMS)[number];

/**
 * The till (收银台): what a clerk opens on a phone. Each screen is a form of the one before it, so that it works
 * without a script, and an act has one `requestId` however often its form is sent.
 */
export function tillPages(api: Hono, deps: ApiDeps): void {
  api.get('/till', async (c) => (await station()).showTill(c, deps));
  for (const name of FORMS) {
    const path = `/till/${name}`;
    api.post(path, async (c) => (await station()).sendForm(c, deps, name));
    // A form that is loaded anew, or whose session ended meanwhile, begins again.
    api.get(path, (c) => c.redirect('/till', 303));
  }
}
