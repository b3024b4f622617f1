import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { DOCUMENTED } from '../../../functions/api/documented/all.ts';
import { keepAdMonth } from '../../../lib/store/growth/ad-spend.ts';
import { entryRef } from '../../../lib/store/ledger/entry-ref.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { unzip } from '../../support/unzip.ts';
import {
  book,
  Clock,
  contractBody,
  cookieOf,
  fresh,
  makeMerchant,
  redemptionAt,
} from './support.ts';

/**
 * Two providers share one voucher, used once in one store of one merchant: each has a part of it. Their owners, who may
 * read most, call every GET route of the route table, every page of the app, and take out every file, with their own
 * ids and with the other's. In no byte that comes is anything of the other's. What is called is made from the tables,
 * so what is new is called as well.
 */

const FEN = 100_070;

interface Side {
  readonly providerId: string;
  readonly token: string;
  readonly cookie: { readonly cookie: string };
  /** By the names of parameters. */
  readonly ids: Readonly<Record<string, string>>;
  readonly marks: readonly string[];
}

const clock = new Clock();
const merchantId = fresh('merchant');
const storeId = fresh('store');
const PLAN = [
  {
    name: '星河传媒',
    person: '赵一一',
    program: '甲的脚本',
    shareBp: 6_000,
    fen: 60_042,
    yuan: '600.42',
  },
  {
    name: '远山代运营',
    person: '钱二二',
    program: '乙的脚本',
    shareBp: 4_000,
    fen: 40_028,
    yuan: '400.28',
  },
];

let hexiao: HexiaoUnderTest;
let sides: readonly [Side, Side];

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  await makeMerchant(hexiao, merchantId);
  await hexiao.call('PUT', `/v1/stores/douyin/${storeId}`, { name: '一店', merchantId });
  const begun = [];
  for (const one of PLAN) {
    const providerId = fresh('provider');
    await hexiao.call('PUT', `/v1/providers/${providerId}`, { name: one.name, kind: 'agency' });
    const terms = contractBody({ providerId, merchantId, shareBp: one.shareBp });
    const { contractId } = await hexiao.call<{ contractId: string }>(
      'POST',
      '/v1/contracts',
      terms,
    );
    const person = {
      providerId,
      name: one.person,
      role: 'owner',
      email: `${providerId}@example.com`,
    };
    const { memberId, token } = await hexiao.call<Record<'memberId' | 'token', string>>(
      'POST',
      '/v1/members',
      person,
    );
    const program = { name: one.program, role: 'viewer' };
    const made = await hexiao.call<{ tokenId: string }>('POST', '/v1/tokens', program, token);
    // Nobody is there: what is told stands in the log.
    const away = { url: `http://127.0.0.1:9/${fresh('path')}`, types: ['*'] };
    const { endpointId } = await hexiao.call<{ endpointId: string }>(
      ...(['POST', '/v1/webhook-endpoints', away, token] as const),
    );
    const own = { providerId, contractId, memberId, token, endpointId, url: away.url };
    begun.push({ ...one, ...own, tokenId: made.tokenId });
  }
  const use = redemptionAt({ merchantId }, storeId, { fen: FEN });
  await book(hexiao, [use]);
  const entries = await hexiao.entries();
  clock.ms = Date.parse('2025-11-03T12:00:00+08:00');
  const made: Side[] = [];
  for (const one of begun) {
    const { providerId, contractId, memberId, tokenId, token, endpointId } = one;
    const closed = await hexiao.call<{ statementId: string }>(
      'POST',
      '/v1/statements/2025-10/close',
      { providerId },
    );
    const { statementId } = closed;
    const raised = { platform: 'douyin', voucherId: use.voucherId, reason: fresh('reason') };
    const { disputeId } = await hexiao.call<{ disputeId: string }>(
      ...(['POST', '/v1/attribution-disputes', raised, token] as const),
    );
    const [entry] = entries.filter((each) => each.providerId === providerId);
    expect(entry?.amountFen, 'the share of each is what its mark says').toBe(one.fen);
    const file = { of: 'statement', statementId, format: 'csv' };
    const { exportId } = await hexiao.call<{ exportId: string }>(
      ...(['POST', '/v1/exports', file, token] as const),
    );
    const wished = { name: fresh('lead'), city: fresh('city') };
    const { leadId } = await hexiao.call<{ leadId: string }>(
      ...(['POST', '/v1/leads', wished, token] as const),
    );
    const accountId = fresh('ad-account');
    const mapped = { providerId, platform: 'douyin', merchantId };
    await hexiao.call('PUT', `/v1/ad-accounts/oceanengine/${accountId}`, mapped);
    const spend = { day: '2025-10-09', storeId: null, spendFen: one.fen, adOrders: 1 };
    const place = { providerId, month: '2025-10', network: 'oceanengine', accountId };
    const line = { ...spend, network: 'oceanengine', accountId, rebateFen: null, cashFen: null };
    await keepAdMonth(hexiao.table, place, [line]);
    const ids = {
      ...{
        providerId,
        contractId,
        memberId,
        tokenId,
        statementId,
        id: statementId,
        leadId,
        exportId,
      },
      ...{
        entryId: entry === undefined ? '' : entryRef(entry),
        merchantId,
        storeId,
        voucherId: use.voucherId,
      },
      ...{
        platform: 'douyin',
        month: '2025-10',
        importId: 'none',
        deliveryId: 'none',
        endpointId,
      },
      ...{ integration: 'douyin-life', appKey: 'none', disputeId, programmeId: 'none' },
      file: '2025-10.proof',
      codeId: 'none',
      token: 'none',
    };
    const secret = [providerId, contractId, memberId, tokenId, statementId, ids.entryId, accountId];
    secret.push(disputeId, raised.reason, exportId, leadId, wished.name, wished.city);
    secret.push(endpointId, one.url);
    const words = [one.name, one.person, one.program, String(one.fen), one.yuan];
    const cookie = await cookieOf(hexiao, token);
    made.push({ providerId, token, cookie, ids, marks: [...secret, ...words] });
  }
  await hexiao.call('PUT', '/v1/programmes/maker', {
    ...{ name: '造风者', period: 'year', measure: 'redeemed' },
    tiers: [{ name: '1 亿', fromFen: 10_000_000_000, benefits: [] }],
  });
  await hexiao.settle();
  sides = [made[0] as Side, made[1] as Side];
});

afterAll(() => hexiao?.stop());

const WINDOW = 'from=2025-10-01&to=2025-11-03';
const INSTANTS = 'from=2025-10-01T00:00:00%2B08:00&to=2025-11-03T00:00:00%2B08:00';

const namesIn = (schema: z.ZodType | undefined) =>
  schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];

/** Every route that a provider may call to read, as `GET /v1/…`, with what of a window it takes. */
const READS = DOCUMENTED.map(({ contract }) => contract)
  .filter(({ call, who }) => call.startsWith('GET') && (who === 'provider' || who === 'either'))
  .map((one) => [one.call.replace('GET ', ''), namesIn(one.query)] as const);

/** `{name}` of the route table, `:name` of the app, which may say of which form it is. @throws for a name that nobody here gave a value to */
function filled(pattern: string, ids: Side['ids']): string {
  return pattern.replace(/\{(\w+)\}|:(\w+)(?:\{[^}]*\})?/g, (_, one?: string, two?: string) => {
    const value = ids[one ?? two ?? ''];
    if (value === undefined) throw new Error(`${pattern}: give ${one ?? two} a value in this test`);
    return encodeURIComponent(value);
  });
}

function addressesOf(pattern: string, names: readonly string[], own: Side, other: Side): string[] {
  const programme = names.includes('programmeId') ? '&programmeId=maker' : '';
  const isLog = pattern === '/v1/webhook-deliveries';
  const window = !names.includes('from') ? programme : isLog ? INSTANTS : WINDOW;
  const by = pattern === '/v1/gmv' ? ['day', 'store', 'platform', 'merchant', 'product'] : [''];
  const forms = pattern.endsWith('/statements/{id}') ? ['', '.csv', '.xlsx', '.html'] : [''];
  return [own, other].flatMap(({ ids }) =>
    forms.flatMap((form) =>
      by.flatMap((dimension) => {
        const path = `${filled(pattern, ids)}${form}?${window}${dimension && `&by=${dimension}`}`;
        const isForeign = `${path}&providerId=${other.providerId}`;
        return form === '' && names.includes('providerId') ? [path, isForeign] : [path];
      }),
    ),
  );
}

let bytesSeen = 0;

/** What came, as text: a workbook by its parts. */
async function seen(path: string, headers: Readonly<Record<string, string>>) {
  const response = await hexiao.api.request(path, { headers });
  const bytes = new Uint8Array(await response.arrayBuffer());
  bytesSeen += bytes.byteLength;
  const isBook = response.headers.get('content-type')?.includes('spreadsheetml') === true;
  const text = isBook ? [...unzip(bytes).values()].join('\n') : new TextDecoder().decode(bytes);
  return { status: response.status, text, headers: JSON.stringify([...response.headers]) };
}

async function expectOwnAlone(path: string, headers: Record<string, string>, other: Side) {
  const { status, text, headers: answered } = await seen(path, headers);
  expect([200, 303, 400, 403, 404], `${path}: ${text.slice(0, 300)}`).toContain(status);
  const shown = `${text}${answered}`
    // What the asker wrote is repeated in the links of a page.
    .replaceAll(path.replaceAll('&', '&amp;'), '')
    .replaceAll(/"(?:requestId|auditId)":"[^"]*"|x-request-id","[^"]*"/g, '');
  for (const mark of other.marks) {
    // Who names an id is answered with it.
    if (decodeURIComponent(path).includes(mark)) continue;
    expect(shown.includes(mark), `${path} shows ${mark}`).toBe(false);
    expect(shown.includes(encodeURIComponent(mark)), `${path} shows ${mark}`).toBe(false);
  }
  return { status, text };
}

const both = () => [sides, sides.toReversed() as [Side, Side]] as const;

describe('of two providers on one voucher, one merchant and one store', () => {
  it.each(READS)('%s shows each owner its own alone', async (pattern, names) => {
    let answered = 0;
    for (const [own, other] of both()) {
      for (const path of addressesOf(pattern, names, own, other)) {
        const headers = { authorization: `Bearer ${own.token}` };
        const { status } = await expectOwnAlone(path, headers, other);
        if (status === 200) answered += 1;
        if (path.includes(`&providerId=${other.providerId}`)) expect(status, path).toBe(404);
      }
    }
    expect(answered, 'each is answered something').toBeGreaterThanOrEqual(
      pattern.includes('import') ? 0 : 2,
    );
  });

  it('every page and every file of a page shows each its own alone', async () => {
    const open = new Set(['/healthz', '/docs', '/openapi.json', '/assets/:file']);
    const pages = hexiao.api.routes
      .filter(({ method, path }) => method === 'GET' && !path.startsWith('/v1/') && !open.has(path))
      .map(({ path }) => path);
    expect(pages.length).toBeGreaterThan(10);
    for (const [own, other] of both()) {
      let whole = '';
      for (const page of new Set(pages)) {
        for (const { ids } of [own, other]) {
          const path = filled(page, ids);
          for (const query of [
            WINDOW,
            `${WINDOW}&file=csv`,
            `${WINDOW}&file=xlsx`,
            `q=${ids.voucherId}`,
            `q=${ids.contractId}`,
            `contract=${ids.contractId}`,
          ]) {
            whole += (await expectOwnAlone(`${path}?${query}`, own.cookie, other)).text;
          }
        }
      }
      // They do show something, or nothing would be proven.
      expect(whole).toContain(own.marks.at(-1));
    }
  });

  it('was looked for in bytes that came', () => {
    expect(bytesSeen).toBeGreaterThan(100_000);
    expect(READS.length).toBeGreaterThan(15);
  });
});
