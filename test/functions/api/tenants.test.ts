import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { putCheckedDay } from '../../../lib/store/reconciliation/checked-days.ts';
import { putDifference } from '../../../lib/store/reconciliation/differences.ts';
import { amountsOf, minute, paid, refunded } from '../../lib/make.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  ask,
  book,
  Clock,
  contractBody,
  cookieOf,
  expectProblem,
  fresh,
  makeMerchant,
  makeProvider,
  read,
  redemptionAt,
  voucherAnswer,
  WINDOW,
} from './support.ts';

/**
 * Two providers at one merchant, with a use each of one times card that was partly refunded. Every route
 * of the app is asked by each: none shows anything of the other's. Routes are taken from the app, so one
 * that is new must be the operator's alone, or be named here with what a provider asks it.
 */

const clock = new Clock();
let hexiao: HexiaoUnderTest;

interface Side {
  readonly providerId: string;
  readonly token: string;
  /** Of whoever signed in with it. */
  readonly cookie: { readonly cookie: string };
  readonly contractId: string;
  readonly storeId: string;
  readonly disputeId: string;
  readonly leadId: string;
  readonly redemptionId: string;
  readonly statementId: string;
  readonly entryIds: readonly string[];
  /** What of this side nobody else may read. */
  readonly marks: readonly string[];
}

const card = fresh('card');
const order = fresh('order');
const merchantId = fresh('merchant');
/** Amounts and instants that are nobody's in particular: of the whole card and order. */
const OF_THE_WHOLE = ['66666', '666.66', '22000', '220.00', '77777', '777.77'];

const plan = [
  { name: 'first', fen: 12_345, yuan: '123.45', backFen: 10_001, back: '100.01', minutes: 1 },
  { name: 'second', fen: 54_321, yuan: '543.21', backFen: 11_999, back: '119.99', minutes: 31 },
] as const;

let sides: readonly [Side, Side];

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  await makeMerchant(hexiao, merchantId);
  const begun = [];
  for (const one of plan) {
    const providerId = fresh(`provider-${one.name}`);
    const token = await makeProvider(hexiao, providerId);
    const storeId = fresh(`store-${one.name}`);
    const scope = { stores: [storeId] };
    const { contractId } = await hexiao.call<{ contractId: string }>(
      ...(['POST', '/v1/contracts', contractBody({ providerId, merchantId, scope })] as const),
    );
    begun.push({ ...one, providerId, token, storeId, contractId });
  }
  const uses = begun.map(({ storeId, fen, minutes, name }) => {
    const use = redemptionAt({ merchantId }, storeId, { fen, minutes, id: fresh(`act-${name}`) });
    const sale = {
      ...use.sale,
      productId: fresh(`product-${name}`),
      buyer: fresh(`buyer-${name}`),
    };
    return { ...use, voucherId: card, orderId: order, sale };
  });
  // The order stands for a voucher of its own name too, used by the first.
  const single = { ...(uses[0] as (typeof uses)[number]), voucherId: order, minutes: 0 };
  const other = { ...single, redemptionId: fresh('single'), amounts: amountsOf(33_333) };
  await book(hexiao, [
    ...uses,
    { ...other, eventId: `redeemed:${other.redemptionId}` },
    paid({ merchantId, orderId: order, eventId: `paid:${order}`, amounts: amountsOf(66_666) }),
    refunded({
      ...{ merchantId, orderId: order, voucherId: card, eventId: `refunded:${card}` },
      ...{ refundedFen: 22_000, unusedFen: null, occurredAt: minute(90) },
      takesBack: uses.map(({ redemptionId }, index) => ({
        ...{ redemptionId, paidFen: plan[index]?.backFen ?? 0 },
      })),
    }),
  ]);
  await keepChecked(begun.map(({ storeId, fen }) => ({ storeId, fen })));
  clock.ms = Date.parse('2025-11-03T12:00:00+08:00');
  const whole = read(await ask(hexiao, 'GET', `/v1/vouchers/douyin/${card}`), voucherAnswer);
  const made: Side[] = [];
  for (const [
    index,
    { providerId, token, storeId, contractId, yuan, back, ...one },
  ] of begun.entries()) {
    const use = uses[index] as (typeof uses)[number];
    const { statementId } = await hexiao.call<{ statementId: string }>(
      ...(['POST', '/v1/statements/2025-10/close', { providerId }] as const),
    );
    const entryIds = whole.entries
      .filter((entry) => entry.providerId === providerId)
      .map((entry) => String(entry.entryId));
    const raised = { platform: 'douyin', voucherId: card, reason: fresh('reason'), contractId };
    const { disputeId } = await hexiao.call<{ disputeId: string }>(
      ...(['POST', `/v1/attribution-disputes?providerId=${providerId}`, raised] as const),
    );
    const wished = { name: fresh('lead'), city: fresh('city') };
    const { leadId } = await hexiao.call<{ leadId: string }>(
      ...(['POST', `/v1/leads?providerId=${providerId}`, wished] as const),
    );
    const marks = [
      ...[raised.reason, disputeId, leadId, wished.name, wished.city],
      ...[providerId, contractId, storeId, use.redemptionId, String(use.sale.productId)],
      ...[String(use.sale.buyer), String(one.fen), yuan, String(one.backFen), back],
      ...[use.occurredAt.slice(11, 19), statementId, ...entryIds],
    ];
    const cookie = await cookieOf(hexiao, token);
    const ids = {
      providerId,
      token,
      cookie,
      contractId,
      storeId,
      statementId,
      entryIds,
      disputeId,
      leadId,
    };
    made.push({ ...ids, redemptionId: use.redemptionId, marks });
  }
  await hexiao.call('PUT', '/v1/programmes/maker', {
    ...{ name: '造风者', period: 'year', measure: 'redeemed' },
    tiers: [{ name: '1 亿', fromFen: 10_000_000_000, benefits: [] }],
  });
  sides = [made[0] as Side, made[1] as Side];
});

afterAll(() => hexiao?.stop());

/** What the platform's records came to: a day with both stores, and a difference at each. */
async function keepChecked(
  both: readonly { readonly storeId: string; readonly fen: number }[],
): Promise<void> {
  const businessDay = minute(0).slice(0, 10);
  const of = {
    ...({ platform: 'douyin', integration: 'douyin-life', appKey: 'app', storeId: null } as const),
    ...{ merchantId, businessDay },
  };
  const side = (fen: number) => ({ ours: { count: 1, fen }, theirs: { count: 1, fen } });
  await putCheckedDay(hexiao.table, {
    ...of,
    ...{ status: 'different', reason: null, ...side(66_666), found: 0, repaired: 0 },
    stores: both.map(({ storeId, fen }) => ({ storeId, ...side(fen) })),
    ...{ differences: 2, byWebhook: 2, byAsking: 0, latestSeconds: null, rows: {} },
    ...{ source: 'douyin-life', checkedAt: minute(0) },
  });
  for (const { storeId, fen } of both) {
    await putDifference(hexiao.table, {
      ...{ ...of, storeId, voucherId: fresh('differs'), orderId: null, kind: 'amount' },
      ...{ ours: fen, theirs: fen + 1, reason: 'amounts-differ', state: 'open', seenAt: minute(0) },
    });
  }
}

/** What a provider asks, with its own ids and with the other's. */
const PROVIDER_ROUTES: Readonly<Record<string, (own: Side, other: Side) => string[]>> = {
  'GET /': () => [`/?${WINDOW}`],
  'GET /statements': () => ['/statements'],
  'GET /statements/:month': () => ['/statements/2025-10'],
  'GET /contracts': (own, other) => [
    '/contracts',
    ...[own, other].map(({ contractId }) => `/contracts?contract=${contractId}`),
  ],
  'GET /stores': () => [`/stores?${WINDOW}`],
  ...Object.fromEntries(
    [
      ...['/products', '/supplies', '/categories', '/creators', '/channels', '/merchants'],
      '/cities',
    ].map((path) => [`GET ${path}`, () => [`${path}?${WINDOW}`, `${path}?${WINDOW}&file=csv`]]),
  ),
  'GET /stores/:platform/:storeId': (own, other) =>
    [own, other].map(({ storeId }) => `/stores/douyin/${storeId}?${WINDOW}`),
  // Its form is the API's call, which refuses a viewer: see terms-pages.test.ts.
  'POST /disputes': () => ['/disputes'],
  'GET /disputes': (own, other) => [
    '/disputes',
    ...[own, other].map(({ disputeId }) => `/disputes?id=${disputeId}`),
  ],
  // Of whoever asks and of nobody else: see identity-codes.test.ts.
  'GET /identity': () => ['/identity'],
  'POST /identity': () => ['/identity'],
  'POST /v1/identity-codes': () => ['/v1/leads'],
  'DELETE /v1/identity-codes/:codeId': () => ['/v1/leads'],
  // Its forms are the API's calls, which refuse a viewer: see leads.test.ts.
  'POST /leads': () => ['/leads'],
  'GET /leads': (own, other) => [
    '/leads',
    ...[own, other].map(({ leadId }) => `/leads?id=${leadId}`),
  ],
  'GET /v1/leads': (own, other) => [
    ...['/v1/leads', `/v1/leads?stage=lead&follower=${other.providerId}`],
    `/v1/leads?providerId=${own.providerId}`,
  ],
  'GET /v1/leads/:leadId': (own, other) => [own, other].map(({ leadId }) => `/v1/leads/${leadId}`),
  'GET /v1/lead-funnel': (own, other) => named(`/v1/lead-funnel?${WINDOW}`, own, other),
  // A platform's programme is the same for all.
  'GET /v1/programmes': () => ['/v1/programmes'],
  'GET /v1/standing': (own, other) => named('/v1/standing?programmeId=maker', own, other),
  'GET /standing': () => ['/standing'],
  'GET /v1/ad-accounts': (own) => [
    '/v1/ad-accounts',
    `/v1/ad-accounts?providerId=${own.providerId}`,
  ],
  'GET /v1/ad-spend': (own, other) => named(`/v1/ad-spend?${WINDOW}`, own, other),
  'GET /ad-spend': () => [`/ad-spend?${WINDOW}&by=account`],
  // Its form is the API's call, which refuses a viewer: see ad-spend.test.ts.
  'POST /ad-spend': () => ['/ad-spend'],
  'GET /completeness': () => [`/completeness?${WINDOW}`],
  'GET /search': () => [card, order].map((id) => `/search?q=${id}`),
  'GET /vouchers/:platform/:voucherId': () => [card, order].map((id) => `/vouchers/douyin/${id}`),
  'GET /v1/contracts': (own, other) => [
    ...['', `?platform=douyin&merchantId=${merchantId}`, '?history=true'].map(
      (query) => `/v1/contracts${query}`,
    ),
    `/v1/contracts?platform=douyin&merchantId=${merchantId}&history=true&providerId=${other.providerId}`,
    `/v1/contracts?providerId=${own.providerId}`,
  ],
  'GET /v1/attribution-disputes': (own) => [
    '/v1/attribution-disputes',
    `/v1/attribution-disputes?providerId=${own.providerId}`,
  ],
  'GET /v1/attribution-disputes/:disputeId': (own, other) =>
    [own, other].map(({ disputeId }) => `/v1/attribution-disputes/${disputeId}`),
  // How GMV is measured is the same for all.
  'GET /v1/policies': () => ['/v1/policies'],
  'GET /v1/gmv': (own, other) =>
    'day store platform merchant city loop channel product creator'
      .split(' ')
      .flatMap((by) => named(`/v1/gmv?${WINDOW}&by=${by}`, own, other)),
  'GET /v1/repeat-purchases': (own, other) => [
    `/v1/repeat-purchases?${WINDOW}`,
    ...[own, other].map(
      ({ storeId }) => `/v1/repeat-purchases?${WINDOW}&platform=douyin&storeId=${storeId}`,
    ),
  ],
  'GET /v1/imports': () => ['/v1/imports'],
  'GET /exports': () => ['/exports'],
  'POST /exports': () => ['/exports'],
  // Whoever reads a statement has it made as a file: see exports.test.ts.
  'POST /v1/exports': () => ['/v1/exports'],
  'GET /v1/exports': () => ['/v1/exports'],
  // Another's, and one that nobody has, is not there; `GET /v1/exports` answers.
  'GET /v1/exports/:exportId': () => ['/v1/exports', '/v1/exports/x'],
  'GET /v1/exports/:exportId/file': () => ['/v1/exports', '/v1/exports/x/file'],
  'GET /v1/stores': (own, other) => named(`/v1/stores?${WINDOW}`, own, other),
  // Another's, and one that nobody has, is not there; `GET /v1/imports` answers.
  'GET /v1/imports/:importId': () => ['/v1/imports', '/v1/imports/x'],
  'GET /v1/stores/:platform/:storeId/redemptions': (own, other) =>
    [own, other].flatMap(({ storeId }) =>
      named(`/v1/stores/douyin/${storeId}/redemptions?${WINDOW}`, own, other),
    ),
  'GET /v1/vouchers/:platform/:voucherId': () =>
    [card, order].map((id) => `/v1/vouchers/douyin/${id}`),
  'GET /v1/entries': (own, other) => [
    `/v1/entries?${WINDOW}&providerId=${other.providerId}`,
    ...[own, other].map(
      ({ storeId }) => `/v1/entries?${WINDOW}&platform=douyin&storeId=${storeId}`,
    ),
  ],
  'GET /v1/entries/:entryId/explanation': (own, other) =>
    [...own.entryIds, ...other.entryIds].map((id) => `/v1/entries/${id}/explanation`),
  'GET /v1/completeness': () => [
    `/v1/completeness?${WINDOW}`,
    `/v1/completeness?${WINDOW}&platform=douyin&merchantId=${merchantId}`,
  ],
  'GET /v1/differences': () => [`/v1/differences?${WINDOW}`],
  'GET /v1/statements': (_own, other) => [
    '/v1/statements',
    `/v1/statements?month=2025-10&providerId=${other.providerId}`,
  ],
  'GET /v1/statements/:id': (own, other) =>
    [own, other].flatMap(({ statementId }) =>
      ['', '.csv', '.xlsx', '.html'].map((form) => `/v1/statements/${statementId}${form}`),
    ),
};

/** Naming nobody, itself, and the other. */
const named = (path: string, own: Side, other: Side) => [
  path,
  ...[own, other].map(({ providerId }) => `${path}&providerId=${providerId}`),
];

/** Nobody's data, and no token needed. */
const OPEN_ROUTES = [
  ...[
    'GET /healthz',
    'GET /v1/proof-keys',
    'GET /assets/:file',
    'GET /docs',
    'GET /openapi.json',
    'POST /sign-in',
    'GET /sign-in/oidc',
    'GET /till/in',
    'POST /till/in',
    'GET /verify/:token',
    'GET /till/pin',
    'POST /till/pin',
    'GET /sign-in/oidc/callback',
    'POST /sign-out',
  ],
];

/** Each route of the app once, as `GET /path`. */
function routes(): string[] {
  const all = hexiao.api.routes.filter(({ method }) => method !== 'ALL');
  return [...new Set(all.map(({ method, path }) => `${method} ${path}`))];
}

describe('of every route of the app', () => {
  it('all that is named here is there', () => {
    expect(routes()).toEqual(
      expect.arrayContaining([...Object.keys(PROVIDER_ROUTES), ...OPEN_ROUTES]),
    );
    expect(routes().length).toBeGreaterThan(40);
  });

  it('a provider is refused what is the operator’s', async () => {
    for (const route of routes()) {
      if (route in PROVIDER_ROUTES || OPEN_ROUTES.includes(route)) continue;
      const [method = '', path = ''] = route.split(' ');
      for (const [own, other] of [sides, sides.toReversed() as [Side, Side]]) {
        const filled = fill(path, other);
        const isPage = !path.startsWith('/v1/');
        const who = isPage ? { token: null, headers: own.cookie } : { token: own.token };
        const asking = { ...who, ...(method === 'GET' ? {} : { body: {} }) };
        const reply = await ask(hexiao, method, filled, asking);
        if (!isPage) expectProblem(reply, 403, 'role-forbidden');
        // To a person it is said on a page, or leads to one of theirs.
        else expect([303, 403, 404], `${route}: ${reply.text}`).toContain(reply.status);
        // What was asked may stand in the page's own links.
        const told = decodeURIComponent(reply.text.replaceAll(filled, ''));
        for (const mark of isPage ? other.marks : []) expect(told).not.toContain(mark);
      }
    }
  });

  it.each(Object.keys(PROVIDER_ROUTES))('%s shows each provider its own alone', async (route) => {
    for (const [own, other] of [sides, sides.toReversed() as [Side, Side]]) {
      const paths = PROVIDER_ROUTES[route]?.(own, other) ?? [];
      const told: string[] = [];
      for (const path of paths) {
        const asked = decodeURIComponent(path);
        for (const asking of [{ token: own.token }, { token: null, headers: own.cookie }]) {
          const { status, text } = await ask(hexiao, 'GET', path, asking);
          // A search that finds one thing leads to its page.
          expect([200, 303, 401, 404], `${path}: ${text}`).toContain(status);
          // What is the other's is not there.
          const isForeign = path.includes(`providerId=${other.providerId}`);
          if (status !== 401 && isForeign) expect(status, path).toBe(404);
          // A page repeats the address it was asked by, and the id of a request may have any digits in it.
          const shown = text
            .replaceAll(path.replaceAll('&', '&amp;'), '')
            .replaceAll(asked, '')
            .replaceAll(/"requestId":"[^"]*"/g, '');
          for (const mark of [...other.marks, ...OF_THE_WHOLE]) {
            if (asked.includes(mark)) continue;
            expect(shown.includes(mark), `${path} shows ${mark}: ${shown}`).toBe(false);
          }
          if (status === 200) told.push(shown);
        }
      }
      expect(told.length, 'somebody is answered').toBeGreaterThan(0);
    }
  });
});

describe('what is left of a shared voucher', () => {
  it('is the own use, and of the refund what it took from that', async () => {
    for (const [index, side] of sides.entries()) {
      const reply = await ask(hexiao, 'GET', `/v1/vouchers/douyin/${card}`, { token: side.token });
      const { events, entries } = read(reply, voucherAnswer);
      expect(events).toMatchObject([
        { kind: 'voucher.redeemed', storeId: side.storeId },
        {
          ...{ kind: 'voucher.refunded', refundedFen: null },
          takesBack: [{ redemptionId: side.redemptionId, paidFen: plan[index]?.backFen }],
        },
      ]);
      expect(entries.map((entry) => entry.kind)).toEqual(['redemption', 'refund']);
    }
    const all = read(await ask(hexiao, 'GET', `/v1/vouchers/douyin/${card}`), voucherAnswer);
    expect(all.events.map((event) => event.kind)).toEqual([
      ...['voucher.redeemed', 'voucher.redeemed', 'voucher.refunded'],
    ]);
  });

  it('is of an order that stands for itself without the payment that is nobody’s', async () => {
    const path = `/v1/vouchers/douyin/${order}`;
    const { events } = read(
      await ask(hexiao, 'GET', path, { token: sides[0].token }),
      voucherAnswer,
    );
    expect(events.map((event) => event.kind)).toEqual(['voucher.redeemed']);
    expectProblem(await ask(hexiao, 'GET', path, { token: sides[1].token }), 404, 'not-found');
  });

  it('is explained by the own contract alone, and by all to the operator', async () => {
    const answer = z.looseObject({
      candidates: z.array(z.looseObject({ providerId: z.string() })),
    });
    const path = `/v1/entries/${sides[0].entryIds[0]}/explanation`;
    const own = read(await ask(hexiao, 'GET', path, { token: sides[0].token }), answer);
    const all = read(await ask(hexiao, 'GET', path), answer);
    expect(own.candidates.map((one) => one.providerId)).toEqual([sides[0].providerId]);
    expect(all.candidates.map((one) => one.providerId)).toEqual(sides.map((one) => one.providerId));
  });
});

/** A path of the operator's, about what is the other's. */
function fill(path: string, other: Side): string {
  const values: Record<string, string> = {
    ...{ platform: 'douyin', merchantId, voucherId: card, month: '2025-10', setAside: 'parked' },
    ...{ storeId: other.storeId, contractId: other.contractId, providerId: other.providerId },
    ...{ entryId: other.entryIds[0] ?? '', id: other.statementId, integration: 'douyin-life' },
  };
  return path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(values[name] ?? 'x'));
}
