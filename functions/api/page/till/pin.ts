import type { Context } from 'hono';
import { sameText } from '../../../../lib/crypto/hash.ts';
import {
  type ClerkPin,
  countTries,
  putClerkPin,
  readClerkPins,
} from '../../../../lib/store/accounts/clerk-pins.ts';
import { DAY_MS } from '../../../../lib/time/shanghai.ts';
import { addressOf, networkOf } from '../../address.ts';
import { noteChange, withTrail } from '../../audit.ts';
import type { ApiDeps } from '../../deps.ts';
import { type Principal, principalOfMember } from '../../principal.ts';
import { type Typed, typedIn } from '../forms.ts';
import { signedIn, signInMember } from '../session.ts';
import { noteWrongTry, waitOf } from '../throttle.ts';
import { DEVICE_DAYS, deviceOf, keptDevice, pinHashOf } from './device.ts';
import { pinPage, setPage } from './pin-views.ts';
import { storesOf } from './stores.ts';

/**
 * A clerk's PIN: set on a device while the clerk is signed in there by their manager's QR, and good on this device, for
 * the store that it was set in, until the clerk is sent home. So a shared phone changes hands without a manager.
 */

const PATH = '/till/pin';

/** After so many wrong tries in a row only a manager's QR lets the clerk in. */
const MOST_WRONG = 5;

const PIN = /^\d{6}$/;
/** What is tried first by whoever guesses. */
const GUESSED = /^(\d)\1+$|^012345$|^123456$|^234567$|^345678$|^456789$|^654321$|^987654$/;

/** `GET /till/pin`: to set one for whoever is signed in, to sign in with one for nobody. */
export async function showPin(c: Context, deps: ApiDeps): Promise<Response> {
  const clerk = await clerkHere(c, deps);
  if (clerk !== undefined) return setPage(c, await storesOf(clerk.principal, deps), null, 200);
  return pinPage(c, await pinsHere(c, deps), null, 200);
}

/** `POST /till/pin` */
export async function sendPin(c: Context, deps: ApiDeps): Promise<Response> {
  const typed = await typedIn(c);
  const clerk = await clerkHere(c, deps);
  return clerk === undefined ? letIn(c, typed, deps) : setPin(c, typed, clerk, deps);
}

interface ClerkHere {
  readonly principal: Extract<Principal, { is: 'provider' }>;
  readonly memberId: string;
}

async function setPin(
  c: Context,
  { pin = '', again = '', store = '', name = '' }: Typed,
  { principal, memberId }: ClerkHere,
  deps: ApiDeps,
): Promise<Response> {
  const { providerId } = principal;
  const stores = await storesOf(principal, deps);
  const isOwn = stores.some((one) => `${one.platform}/${one.storeId}` === store);
  if (!PIN.test(pin) || GUESSED.test(pin)) return setPage(c, stores, 'pin.weak', 400);
  if (pin !== again || !isOwn || name === '') return setPage(c, stores, 'pin.differs', 400);
  return withTrail(c, { call: `POST ${PATH}`, principal }, deps, async () => {
    const device = keptDevice(c);
    const madeAtMs = deps.now();
    await putClerkPin(deps.table, device, {
      ...{ providerId, memberId, store, name: name.slice(0, 40), madeAtMs, wrong: 0 },
      pinHash: pinHashOf(deps, device, memberId, pin),
      endsAtMs: madeAtMs + DEVICE_DAYS * DAY_MS,
    });
    noteChange(c, { subject: `clerk/${memberId}/pin`, providerId, after: { store } });
    return c.redirect(homeOfStore(store), 303);
  });
}

async function letIn(c: Context, { who = '', pin = '' }: Typed, deps: ApiDeps): Promise<Response> {
  const [device, pins] = [deviceOf(c), await pinsHere(c, deps)];
  const own = pins.find(({ memberId }) => memberId === who);
  const trier = { network: networkOf(addressOf(c)), account: device ?? '' };
  const waitMs = await waitOf(trier, deps);
  if (waitMs > 0) {
    c.header('retry-after', String(Math.ceil(waitMs / 1000)));
    return pinPage(c, pins, 'tooManyTries', 429);
  }
  if (device === undefined || own === undefined) return pinPage(c, pins, 'pin.none', 401);
  if (own.wrong >= MOST_WRONG) return pinPage(c, pins, 'pin.void', 401);
  // The try is counted before it is looked at: however many come at once, so many are looked at.
  if (!(await countTries(deps.table, device, own, own.wrong + 1))) {
    return pinPage(c, pins, 'pin.busy', 401);
  }
  const isRight = sameText(own.pinHash, pinHashOf(deps, device, who, pin));
  if (!isRight) {
    await noteWrongTry(trier, deps);
    return pinPage(c, pins, own.wrong + 1 >= MOST_WRONG ? 'pin.void' : 'pin.wrong', 401);
  }
  const principal = await inForce(own, deps);
  if (principal === undefined) return pinPage(c, pins, 'pin.over', 401);
  return withTrail(c, { call: `POST ${PATH}`, principal }, deps, async () => {
    await countTries(deps.table, device, { ...own, wrong: own.wrong + 1 }, 0);
    await signInMember(c, own, deps);
    const { providerId, memberId } = own;
    noteChange(c, { subject: `session/member/${memberId}`, providerId, after: { by: 'pin' } });
    return c.redirect(homeOfStore(own.store), 303);
  });
}

/** Who it was set by, while they are a clerk of that store and were not sent home since. */
async function inForce(pin: ClerkPin, deps: ApiDeps): Promise<Principal | undefined> {
  if (pin.endsAtMs <= deps.now()) return undefined;
  const principal = await principalOfMember(pin, deps, pin.madeAtMs);
  if (typeof principal === 'string' || principal.is !== 'provider') return undefined;
  if (principal.role !== 'clerk') return undefined;
  const stores = await storesOf(principal, deps);
  const isStill = stores.some((one) => `${one.platform}/${one.storeId}` === pin.store);
  return isStill ? principal : undefined;
}

async function pinsHere(c: Context, deps: ApiDeps): Promise<ClerkPin[]> {
  const device = deviceOf(c);
  return device === undefined ? [] : readClerkPins(deps.table, device);
}

/** A clerk whom a manager let in: of a program's token nobody knows who stands there. */
async function clerkHere(c: Context, deps: ApiDeps): Promise<ClerkHere | undefined> {
  const principal = await signedIn(c, deps);
  if (principal?.is !== 'provider' || principal.role !== 'clerk') return undefined;
  const [, memberId] = /^member\/(.+)$/.exec(principal.actor) ?? [];
  return memberId === undefined ? undefined : { principal, memberId };
}

const homeOfStore = (store: string) => `/till?store=${encodeURIComponent(store)}`;
