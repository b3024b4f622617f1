import { toInstant } from '../../time/shanghai.ts';
import type { App } from '../kit/app.ts';
import type { Reading } from '../kit/integration.ts';
import { events, Misfit, malformed, readable } from '../kit/reading.ts';
import { wireId } from '../kit/wire.ts';
import { doubtIn } from './doubt.ts';
import { eventOf } from './events.ts';
import { type Form, readForm } from './form.ts';
import { contentOf, type Inner, innerOf } from './inner.ts';
import { KINDS, type Kind } from './kinds.ts';
import { callbackOf, epochMsOf, fieldOf } from './push.ts';
import { type Rule, settingsOf } from './settings.ts';

/** What a verified body says. */
export function read(body: Uint8Array, app: App): Reading {
  const form = readForm(body);
  if (form === undefined) return malformed('unreadable', 'not one form in UTF-8');
  const callback = callbackOf(form);
  switch (callback) {
    case 'message':
      return readMessage(form, app);
    case 'storemap':
      return storeBound(form, app);
    case 'authorization':
      // The code in it is good for ten minutes and is exchanged where the merchant came from.
      return { outcome: 'kept', kind: callback };
    case 'other':
      return { outcome: 'unknown', kind: 'no-type' };
    default:
      return callback satisfies never;
  }
}

function readMessage(form: Form, app: App): Reading {
  const msgType = (fieldOf(form, 'msgType') ?? '').slice(0, 64);
  const kind = KINDS.get(msgType);
  // Whatever is in it: whoever learns the kind later reads it then.
  if (kind === undefined) return { outcome: 'unknown', kind: msgType };
  const settings = settingsOf(app);
  if (settings === undefined) return malformed(msgType, 'the app’s settings do not fit');
  const rule = Object.hasOwn(settings.messages, msgType) ? settings.messages[msgType] : undefined;
  if (kind.meaning === 'kept' || rule === 'keep') return { outcome: 'kept', kind: msgType };
  const doubt = doubtIn(form, settings.pushFields);
  if (doubt !== undefined) return malformed('ambiguous', doubt);
  return readable(
    () => {
      const inner = innerOf(msgType, contentOf(form), { form, rule, app });
      // The codes are ours, given in the answer: the message names none.
      const isOurs = kind.asks === 'codes' && typeof settings.answers[msgType] === 'object';
      if (isOurs && inner.voucherId === null) return { outcome: 'kept', kind: msgType };
      return readInner(msgType, kind, inner, rule);
    },
    () => msgType,
    'message: ',
  );
}

function readInner(msgType: string, kind: Kind, inner: Inner, rule: Rule | undefined): Reading {
  if (kind.tellsResult === true && rule?.when === undefined) {
    throw new Misfit(inner.settingOf('when'));
  }
  if (!inner.happened) return { outcome: 'kept', kind: msgType };
  return events(msgType, eventOf(kind, inner));
}

/**
 * 门店映射: a store of ours (`ePoiId`) may be called about with a token of its own, which stays in the
 * archive. The last one counts, so its time is part of its id.
 */
function storeBound(form: Form, app: App): Reading {
  const kind = 'storemap';
  const doubt = doubtIn(form, settingsOf(app)?.pushFields ?? []);
  if (doubt !== undefined) return malformed('ambiguous', doubt);
  const businessId = fieldOf(form, 'businessId');
  const storeId = wireId.safeParse(fieldOf(form, 'ePoiId'));
  const atMs = epochMsOf(fieldOf(form, 'timestamp'));
  if (!storeId.success) return malformed(kind, 'did not fit: ePoiId');
  if (businessId === null || !/^\d{1,6}$/.test(businessId)) {
    return malformed(kind, 'did not fit: businessId');
  }
  if (atMs === undefined) return malformed(kind, 'did not fit: timestamp');
  const occurredAt = toInstant(atMs);
  return events(kind, {
    kind: 'store.bound',
    eventId: `store_bound:${businessId}:${storeId.data}@${occurredAt}`,
    merchantId: app.settings.merchantId ?? app.appKey,
    orderId: null,
    voucherId: null,
    occurredAt,
    complete: true,
    storeId: storeId.data,
    ownStoreId: storeId.data,
  });
}
