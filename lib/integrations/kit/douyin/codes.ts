import type { CodeTable } from '../platform-error.ts';

/**
 * The numbers of Open-Douyin, which answers for the life services and for mini-programs alike. Where a
 * page says "ask again" of a number it is `busy` here, whatever its name suggests. 2100007 is also the
 * answer to an address that is not on the app's list.
 */

/** The platform's general numbers, the new form of seven digits and more, and the old. */
export const GENERAL_CODES: CodeTable = {
  source: 'dop/develop/openapi/status-code',
  codes: {
    28001003: 'token',
    28001005: 'busy',
    28001006: 'busy',
    28001007: 'refused',
    28001008: 'token',
    28001012: 'refused',
    28001014: 'refused',
    28001015: 'refused',
    28001016: 'refused',
    // 未知URI: "the capability has an inner fault".
    28001017: 'business',
    28001018: 'refused',
    28001019: 'refused',
    28001020: 'refused',
    28001021: 'refused',
    28001042: 'refused',
    28001045: 'refused',
    28001046: 'refused',
    28001047: 'refused',
    // "A risk, try later: call less often."
    28001052: 'busy',
    28001056: 'refused',
    // The day's quota is used up, or too many calls a second: there is another day, and another second.
    28003017: 'busy',
    28003018: 'busy',
    28004020: 'refused',
    2100004: 'busy',
    2100005: 'refused',
    2100007: 'refused',
    2100009: 'refused',
    2190001: 'busy',
    2190002: 'token',
    2190004: 'refused',
    2190008: 'token',
  },
};

/** The life services' own, with the business numbers that their page lists. */
export const LIFE_CODES: CodeTable = {
  source: 'local-life/connect/returns-a-status-code',
  codes: {
    2100001: 'busy',
    2119001: 'refused',
    2119002: 'busy',
    2119003: 'busy',
    2119005: 'refused',
    2119006: 'refused',
    2119007: 'refused',
    2119008: 'refused',
    2119010: 'refused',
    // 业务错误, "may be asked again", and what it was is in the sub code.
    3000001: 'business',
    // 业务错误, "turn to the platform": integrators ask again, and it does answer then.
    5000001: 'business',
    // 服务器打瞌睡了,请稍后再试.
    6001001: 'busy',
    // Under review for 48 h, after which it may be redeemed without us.
    1229: 'busy',
    1212: 'refused',
    1221: 'refused',
    1241: 'refused',
    1250: 'refused',
    1263: 'refused',
    1265: 'refused',
    1502: 'refused',
    1508: 'refused',
    200002: 'refused',
    3000002: 'refused',
    3100101: 'refused',
    4000001: 'refused',
    4000002: 'refused',
    45005117: 'refused',
    1033000519: 'refused',
    // certificate.cancel: later than an hour after the redemption.
    2034000910: 'refused',
  },
};

/** A mini-program's trade: the parent numbers, and the closer ones that also stand alone in `err_no`. */
export const TRADE_CODES: CodeTable = {
  source: 'mini-app/develop/server/trade-system/agency-trade-system/error-code',
  codes: {
    2191000: 'busy',
    // 风控: both of its closer numbers say "wait, and ask again".
    2191001: 'busy',
    2191002: 'refused',
    2191003: 'refused',
    2191004: 'refused',
    2191005: 'refused',
    2191006: 'refused',
    2191007: 'refused',
    2191008: 'refused',
    2191009: 'refused',
    10000: 'refused',
    10002: 'refused',
    11001: 'refused',
    11002: 'token',
    11003: 'refused',
    11004: 'refused',
    11005: 'refused',
    11006: 'refused',
    12001: 'busy',
    12002: 'busy',
    13000: 'busy',
    20000: 'refused',
    20001: 'refused',
    20002: 'refused',
    20003: 'refused',
    20004: 'refused',
    // 查询订单信息失败.
    20005: 'business',
    21000: 'refused',
    21001: 'refused',
    21003: 'refused',
    21004: 'refused',
  },
};

/** Every number of some tables with one meaning: for the sandboxes, which answer each. */
export function codesOf(tables: readonly CodeTable[], meaning: string): number[] {
  return tables.flatMap(({ codes }) =>
    Object.entries(codes).flatMap(([code, one]) => (one === meaning ? [Number(code)] : [])),
  );
}
