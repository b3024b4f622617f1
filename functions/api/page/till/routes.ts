import type { Context, Hono } from 'hono';
import { Problem } from '../../../../lib/errors/problem.ts';
import type { ApiDeps } from '../../deps.ts';
import { compressed } from '../compress.ts';
import { requireSameOrigin } from '../forms.ts';
import { forProvider } from '../guard.ts';
import { signedIn } from '../session.ts';
import { turnTheme } from '../theme.ts';
import type { Viewer } from '../viewer.ts';
import { deviceOf } from './device.ts';
import { Fields } from './fields.ts';
import { answerScreen, type Screen, type Station } from './frame.ts';
import { printsReceipts, turnReceipts } from './receipt.ts';
import { storesOf } from './stores.ts';

/** Loaded when a till is opened first. */
const presses = () => import('./presses.ts');

/**
 * The till (收银台): what a clerk opens on a phone. Each screen is a form of the one before it, so that it works
 * without a script, and an act has one `requestId` however often its form is sent.
 */
export function tillPages(api: Hono, deps: ApiDeps): void {
  api.get('/till', async (c) => {
    const turned = turnTheme(c) ?? turnReceipts(c);
    if (turned !== undefined) return turned;
    // A device that has PINs asks for one, and everybody else's for a token.
    if (deviceOf(c) !== undefined && (await signedIn(c, deps)) === undefined) {
      return c.redirect('/till/pin', 303);
    }
    const shown = atStation(c, deps, c.req.query('store'), async (viewer, station) =>
      (await presses()).enter(viewer, station, deps),
    );
    return compressed(c, await shown);
  });
  form(api, deps, 'find');
  form(api, deps, 'redeem');
  form(api, deps, 'undo');
  form(api, deps, 'reverse');
}

function form(api: Hono, deps: ApiDeps, name: 'find' | 'redeem' | 'undo' | 'reverse'): void {
  const path = `/till/${name}`;
  api.post(path, async (c) => {
    requireSameOrigin(c);
    const fields = await Fields.of(c);
    return atStation(c, deps, fields.one('store'), async (viewer, station) =>
      (await presses())[name]({ c, viewer, station, fields, deps }),
    );
  });
  // A form that is loaded anew, or whose session ended meanwhile, begins again.
  api.get(path, (c) => c.redirect('/till', 303));
}

/** At the named store, or the first that the clerk's token names. */
function atStation(
  c: Context,
  deps: ApiDeps,
  named: string | undefined,
  show: (viewer: Viewer, station: Station) => Promise<Screen>,
): Promise<Response> {
  return forProvider(c, deps, 'till:use', async (viewer) => {
    const stores = await storesOf(viewer.principal, deps);
    const [first] = stores;
    if (first === undefined) throw new Problem('role-forbidden', 'No store is named.');
    const store = stores.find((one) => `${one.platform}/${one.storeId}` === named);
    if (store === undefined && named !== undefined) {
      throw new Problem('not-found', 'store: not one of yours.');
    }
    const prints = printsReceipts(c);
    const station = { store: store ?? first, stores, who: viewer.who, prints };
    return answerScreen(c, station, await show(viewer, station));
  });
}
