import type { Context } from 'hono';
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
import { enter, find, redeem, reverse, undo } from './presses.ts';
import { printsReceipts, turnReceipts } from './receipt.ts';
import type { TillForm } from './routes.ts';
import { storesOf } from './stores.ts';

const PRESSES = { find, redeem, undo, reverse } as const;

/** The first screen, or what its switches turn. */
export async function showTill(c: Context, deps: ApiDeps): Promise<Response> {
  const turned = turnTheme(c) ?? turnReceipts(c);
  if (turned !== undefined) return turned;
  // A device that has PINs asks for one, and everybody else's for a token.
  if (deviceOf(c) !== undefined && (await signedIn(c, deps)) === undefined) {
    return c.redirect('/till/pin', 303);
  }
  const shown = atStation(c, deps, c.req.query('store'), (viewer, station) =>
    enter(viewer, station, deps),
  );
  return compressed(c, await shown);
}

export async function sendForm(c: Context, deps: ApiDeps, name: TillForm): Promise<Response> {
  requireSameOrigin(c);
  const fields = await Fields.of(c);
  return atStation(c, deps, fields.one('store'), (viewer, station) =>
    PRESSES[name]({ c, viewer, station, fields, deps }),
  );
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
