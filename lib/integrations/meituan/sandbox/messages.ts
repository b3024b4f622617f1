import { signedForm } from './sign.ts';

export interface Developer {
  readonly developerId: string;
  signKey: string;
  /** Epoch ms. */
  readonly now: () => number;
  readonly nextId: () => string;
}

/** A push of any type, with whatever is in its `message`. */
export function push(
  developer: Developer,
  msgType: string,
  message: object | string,
  store: { readonly opBizCode: string } | { readonly ePoiId: string },
): string {
  return signedForm(developer.signKey, {
    developerId: developer.developerId,
    businessId: msgType.slice(0, -5),
    msgType,
    msgId: developer.nextId(),
    timestamp: seconds(developer),
    ...store,
    message: typeof message === 'string' ? message : JSON.stringify(message),
  });
}

/** The same under the older names. */
export function legacyPush(developer: Developer, msgType: string, message: object): string {
  return signedForm(developer.signKey, {
    developer_id: developer.developerId,
    business_id: msgType.slice(0, -5),
    invokeType: msgType,
    timestamp: seconds(developer),
    op_biz_code: 'op_test_0001',
    param: JSON.stringify(message),
  });
}

/** 门店映射: a store of ours was bound to one of theirs. */
export function storeMapped(developer: Developer, ePoiId: string, businessId = '1'): string {
  return signedForm(developer.signKey, {
    appAuthToken: `tok_${ePoiId}`,
    businessId,
    developerId: developer.developerId,
    ePoiId,
    timestamp: seconds(developer),
  });
}

/** 业务授权: the code comes back to us. */
export function authorized(developer: Developer, code: string): string {
  return signedForm(developer.signKey, {
    businessId: '58',
    code,
    developerId: developer.developerId,
    state: 'SH001',
    timestamp: seconds(developer),
  });
}

const seconds = ({ now }: Developer) => String(Math.floor(now() / 1000));
