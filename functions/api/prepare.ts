import { Problem } from '../../lib/errors/problem.ts';
import { PlatformRequests, withRequestId } from '../../lib/integrations/kit/platform-requests.ts';
import type {
  GuestCode,
  Preparation,
  PreparedVoucher,
} from '../../lib/integrations/kit/prepare.ts';
import {
  contentOf,
  isOf,
  type QrText,
  readLink,
  withoutBlanks,
} from '../../lib/integrations/kit/qr.ts';
import { errorFields } from '../../lib/log/log.ts';
import { readApp } from '../../lib/store/accounts/apps.ts';
import type { ApiDeps } from './deps.ts';
import { PREPARED_MS, writePrepared } from './prepare-id.ts';
import type { Principal } from './principal.ts';
import { prepareContextOf } from './till-context.ts';
import { type PlaceQuery, type TillPlace, tillPlaces } from './till-places.ts';

/** What is before the clerk: what a guest shows, typed, or read from a QR code. */
export interface PrepareRequest extends PlaceQuery {
  readonly code?: string | undefined;
  readonly qr?: string | undefined;
}

/** What the guest holds, and by which app it is redeemed. */
export interface PreparedCode {
  readonly prepareId: string;
  readonly integration: string;
  readonly appKey: string;
  readonly vouchers: readonly PreparedVoucher[];
}

/** Less than a person waits, and than the function runs. */
const WITHIN_MS = 8_000;

/** More apps of one merchant on one store than anybody has: each is a call. */
const MAX_ASKED = 6;

/**
 * Looks behind a code: by the app that the caller names, or by each of the store's that can show one, until one
 * knows the code. Nothing is redeemed, and asking again is harmless.
 * @throws Problem
 */
export async function prepareVouchers(
  principal: Principal,
  before: PrepareRequest,
  deps: ApiDeps,
): Promise<PreparedCode> {
  const content = contentIn(before);
  const places = (await tillPlaces(principal, before, deps)).filter((one) => reads(one, content));
  const able = places.filter(({ integration }) => integration.prepare !== undefined);
  if (able.length === 0) throw nobodyShows(places);
  const deadlineMs = deps.now() + WITHIN_MS;
  const refused: string[] = [];
  let waiting: Extract<Preparation, { outcome: 'unavailable' }> | undefined;
  for (const place of able.slice(0, MAX_ASKED)) {
    const shown = await shownIn(content, place, deps);
    const requests = new PlatformRequests();
    const within = { ...deps, deadlineMs, requests };
    const showing = shown && (await ask(place, shown, before.storeId, within));
    if (shown === undefined || showing === undefined) continue;
    if (showing.outcome === 'shown' && showing.vouchers.length > 0) {
      return preparedOf(place, shown, before.storeId, showing.vouchers, deps);
    }
    if (showing.outcome === 'shown') continue;
    const why = withRequestId(showing.why, requests);
    if (showing.outcome === 'refused') refused.push(why);
    else waiting = { ...showing, why };
  }
  // Whoever did not answer may be the one that knows it.
  if (waiting !== undefined) {
    const { why, retryAfterMs } = waiting;
    const detail = `${why}. Prepare it again: nothing was redeemed.`;
    throw new Problem('platform-unavailable', detail, { retryAfterMs: retryAfterMs ?? 2_000 });
  }
  const why = [...new Set(refused)].join('; ');
  const none = 'No voucher stands behind what was shown';
  throw new Problem('platform-refused', why === '' ? `${none}.` : `${none}: ${why}.`);
}

function contentIn({ code, qr }: PrepareRequest): QrText {
  const content: QrText =
    code === undefined ? contentOf(qr ?? '') : { is: 'code', code: withoutBlanks(code) };
  if (content.is !== 'nothing') return content;
  const detail =
    'qr: neither a code nor a link that begins with https://. Scan the guest’s voucher.';
  throw new Problem('request-invalid', detail);
}

function reads({ integration: { qr } }: TillPlace, content: QrText): boolean {
  return content.is !== 'link' || (qr !== undefined && isOf(qr, content.url));
}

async function shownIn(
  content: QrText,
  { integration }: TillPlace,
  { fetch, log }: ApiDeps,
): Promise<GuestCode | undefined> {
  if (content.is === 'code') return { code: content.code };
  if (content.is !== 'link' || integration.qr === undefined) return undefined;
  try {
    return await readLink(integration.qr, content.url, { fetch });
  } catch (error) {
    log('warn', 'qr-link-unread', { integration: integration.name, ...errorFields(error) });
    const detail = 'The link in the QR code could not be followed. Scan again, or type the code.';
    throw new Problem('platform-unavailable', detail, { cause: error, retryAfterMs: 2_000 });
  }
}

async function ask(
  { integration, appKey }: TillPlace,
  shown: GuestCode,
  storeId: string,
  deps: ApiDeps & { readonly deadlineMs: number; readonly requests: PlatformRequests },
): Promise<Preparation | undefined> {
  const app = await readApp(deps.table, integration.name, appKey);
  return (
    app &&
    integration.prepare?.({ shown, storeId }, prepareContextOf(app, integration.platform, deps))
  );
}

async function preparedOf(
  { integration, appKey }: TillPlace,
  shown: GuestCode,
  storeId: string,
  vouchers: readonly PreparedVoucher[],
  deps: ApiDeps,
): Promise<PreparedCode> {
  const usable = vouchers.filter((one) => one.unusable === null && one.usesLeft > 0);
  const prepareId = await writePrepared(
    {
      ...{ integration: integration.name, appKey, storeId, shown },
      vouchers: usable.map(({ voucherId, usesLeft, title, worthFen }) => ({
        ...{ voucherId, usesLeft, title, worthFen },
      })),
      untilMs: deps.now() + PREPARED_MS,
    },
    deps,
  );
  return { prepareId, integration: integration.name, appKey, vouchers };
}

function nobodyShows(places: readonly TillPlace[]): Problem {
  const [only] = places;
  if (only === undefined) {
    const detail =
      'qr: no link of a platform on which this store redeems. Scan the guest’s voucher, or type its code.';
    return new Problem('request-invalid', detail);
  }
  const names = [...new Set(places.map(({ integration }) => integration.name))].join(', ');
  const detail = `No known call of ${names} shows what a code stands for. Redeem it unseen: POST /v1/redemptions with the code.`;
  return new Problem('not-shown', detail);
}
