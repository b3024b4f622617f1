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

/** Every name under which a signed field of a push is taken. */
export const DOCUMENTED_NAMES: readonly string[] = Object.values(NAMES).flat();

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
