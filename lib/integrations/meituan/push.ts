import type { Form } from './form.ts';

/**
 * The names of the envelope, the newest first: older pushes say `invokeType` and `param`, some say
 * snake case. Source: meituan-sdk-extension, callback package, which takes them all.
 */
const NAMES = {
  developerId: ['developerId', 'developer_id'],
  businessId: ['businessId', 'business_id'],
  msgType: ['msgType', 'msg_type', 'invokeType', 'invoke_type'],
  message: ['message', 'param'],
  timestamp: ['timestamp'],
  opBizCode: ['opBizCode', 'op_biz_code'],
  ePoiId: ['ePoiId', 'e_poi_id'],
  appAuthToken: ['appAuthToken', 'app_auth_token'],
  code: ['code'],
  msgId: ['msgId', 'msg_id'],
  charset: ['charset'],
  version: ['version'],
  opBizName: ['opBizName', 'op_biz_name'],
  /** Of an authorization. */
  state: ['state'],
  /** Of a store mapping, as integrators describe it. */
  poiId: ['poiId'],
  poiName: ['poiName'],
} as const;

/** Of a callback without a message: an authorization, a store mapping. */
const NOT_OF_MESSAGES: ReadonlySet<string> = new Set([
  ...NAMES.state,
  ...NAMES.opBizName,
  ...NAMES.poiId,
  ...NAMES.poiName,
]);

const ALL_NAMES: readonly string[] = Object.values(NAMES).flat();
const MESSAGE_NAMES: readonly string[] = ALL_NAMES.filter((name) => !NOT_OF_MESSAGES.has(name));

/**
 * Every name under which a signed field is taken. Of a message those of other callbacks are not: one that stands behind
 * the store's may be the end of the store's own id, cut off.
 */
export function documentedNames(form: Form): readonly string[] {
  return callbackOf(form) === 'message' ? MESSAGE_NAMES : ALL_NAMES;
}

/** A field of the envelope by any of its names; empty is absent. */
export function fieldOf(form: Form, name: keyof typeof NAMES): string | null {
  for (const alias of NAMES[name]) {
    const value = form.get(alias);
    if (value !== undefined && value !== '') return value;
  }
  return null;
}

/**
 * Which of the callbacks it is. A store mapping and an authorization have no type of their own and are
 * distinguished by what they carry.
 */
export function callbackOf(form: Form): 'message' | 'storemap' | 'authorization' | 'other' {
  if (fieldOf(form, 'msgType') !== null) return 'message';
  if (fieldOf(form, 'message') !== null) return 'other';
  if (fieldOf(form, 'appAuthToken') !== null && fieldOf(form, 'ePoiId') !== null) return 'storemap';
  return fieldOf(form, 'code') === null ? 'other' : 'authorization';
}

/** Later than any second of this century and earlier than any millisecond of it. */
const SECONDS_END = 100_000_000_000;

/** Assumed in seconds; what can only be milliseconds is read as such. Undefined when it is no time. */
export function epochMsOf(timestamp: string | null): number | undefined {
  if (timestamp === null || !/^[1-9]\d{0,13}$/.test(timestamp)) return undefined;
  const time = Number(timestamp);
  return time < SECONDS_END ? time * 1000 : time;
}
