import type { CodeTable } from '../platform-error.ts';

/**
 * The numbers (`result`, or `data.error_code`) that Kuaishou publishes. Its pages list few: what is not
 * here is unknown, and an operator who reads more in the console's pages puts it into `settings.codes`.
 */

/** 错误码, oauth2.0. Its numbers stand in answers of tokens and, of a token that is refused, of every call. */
export const OPEN_PLATFORM_CODES: CodeTable = {
  source: 'open.kuaishou.com 错误码 (mirror: apifox project 462993, doc 355272)',
  codes: {
    100200100: 'refused', // a parameter is missing or of the wrong type
    100200101: 'refused', // no such app or developer
    100200102: 'token', // denied: any fault of a token
    100200103: 'refused', // responseType
    100200104: 'refused', // grantType
    100200105: 'refused', // the code
    100200106: 'refused', // the scope
    100200107: 'refused', // openid
    100200108: 'token', // access_token has ended
    100200109: 'token', // the user took the authorisation back
    100200110: 'token', // the authorisation has ended
    100200111: 'token', // never authorised
    100200112: 'refused', // bundleToken
    100200113: 'token', // refresh_token has ended
    100200500: 'busy', // the server's own fault
  },
};

/** Of the shop's API. 24 and 1017 stand in its support pages, the others in 返回码说明. */
export const SHOP_CODES: CodeTable = {
  source: 'open.kwaixiaodian.com 返回码说明; 支持中心 K0006, K1008; API限流说明 2.3',
  codes: {
    24: 'token', // AUTHORIZATION_REVOKED: until the seller authorises again
    1017: 'busy', // exceed quota limit: it may pass later
    300002: 'refused', // the refund's type
    300003: 'refused', // the end is before the beginning
    300004: 'refused', // more than 7 days
    300005: 'refused', // before 90 days
    300006: 'refused', // no refund id
    300011: 'business', // no such refund: not yet, perhaps
    300012: 'refused', // somebody else's refund
    300014: 'busy', // changed meanwhile: read it again
    300017: 'busy', // its negotiation changed meanwhile
    300019: 'refused', // the range of time
  },
};
