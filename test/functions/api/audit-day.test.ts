import { afterAll, beforeAll, expect, it } from 'vitest';
import * as z from 'zod';
import { DOCUMENTED } from '../../../functions/api/documented/all.ts';
import { fileRefund } from '../../../lib/callbacks/refund-requests.ts';
import { codeOf } from '../../../lib/integrations/douyin-life/sandbox/endpoints/till.ts';
import { Faults } from '../../../lib/integrations/douyin-life/sandbox/faults.ts';
import {
  countingIds,
  sandboxApp,
  World,
} from '../../../lib/integrations/douyin-life/sandbox/index.ts';
import { OPERATOR_TOKEN } from '../../support/hexiao.ts';
import { contractBody, MINUTE_MS } from './support.ts';
import { MERCHANT_SETTINGS, STORE, Till } from './till/support.ts';

/** A day of several people: what they did is what the trail has, line by line, and nothing else. */

const APP_KEY = 'aw00000000theday1';
const DAY = '2025-11-03';
const SECRET = 'a-secret-that-nobody-may-read';

let nowMs = Date.parse('2025-11-02T09:00:00+08:00');
let world: World;
let till: Till;

interface Line {
  readonly actor: string;
  readonly call: string;
  readonly subject: string;
  readonly providers: readonly string[];
}

interface Answered {
  readonly status: number;
  readonly text: string;
  /** The answer's texts and numbers by their names: what a step reads of it is an id or a token. */
  readonly json: Readonly<Record<string, string>>;
}

function textsIn(text: string): Readonly<Record<string, string>> {
  const read: unknown = text.startsWith('{') ? JSON.parse(text) : {};
  return z
    .record(z.string(), z.union([z.string(), z.number().transform(String)]).catch(''))
    .parse(read);
}

function tokenIn({ token = '' }: Answered['json']): string {
  expect(token).toMatch(/^hx[op]_/);
  return token;
}

const script: Line[] = [];
const secrets = new Set<string>([SECRET]);
/** Who sends what, by their word in the script. */
const tokens = new Map<string, { token: string; actor: string; own: readonly string[] }>([
  ['bootstrap', { token: OPERATOR_TOKEN, actor: 'bootstrap', own: [] }],
]);

beforeAll(async () => {
  world = new World({ clientKey: APP_KEY, now: () => nowMs, nextId: countingIds() });
  world.addMerchant({ accountId: 'm1', name: '商家' });
  world.addStore({ accountId: 'm1', poiId: STORE, name: STORE, city: '上海' });
  world.addProduct({ accountId: 'm1', productId: 'p1', name: '双人套餐', priceFen: 9_900 });
  const shop = {
    ...({ integration: 'douyin-life', platform: 'douyin', appKey: APP_KEY } as const),
    ...{ secrets: { clientSecret: SECRET }, settings: MERCHANT_SETTINGS },
  };
  const app = sandboxApp({ world, clientSecret: SECRET, limits: {}, faults: new Faults() });
  till = await Till.open(shop, app, () => nowMs);
  nowMs = Date.parse(`${DAY}T09:00:00+08:00`);
});

afterAll(() => till?.close());

async function send(token: string, call: string, body?: object | string): Promise<Answered> {
  nowMs += MINUTE_MS;
  const [method = '', path = ''] = call.split(' ');
  const content = typeof body === 'object' ? JSON.stringify(body) : body;
  const response = await till.hexiao.api.request(path, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(content === undefined ? {} : { body: content }),
  });
  const text = await response.text();
  const json = textsIn(text);
  if (typeof json.token === 'string') secrets.add(json.token);
  return { status: response.status, text, json };
}

/** The route of an address. */
function routeOf(call: string): string {
  const [method = '', address = ''] = call.split(' ');
  const given = (address.split('?')[0] ?? '').split('/');
  const fits = (pattern: string) => {
    const parts = pattern.split('/');
    const isSame = parts.every((part, at) => part === given[at] || part.startsWith('{'));
    return parts.length === given.length && isSame;
  };
  const all = DOCUMENTED.map(({ contract }) => contract.call);
  const own = all.filter((one) => one.startsWith(`${method} `) && fits(one.split(' ')[1] ?? ''));
  // A name before a place for any: `/v1/contracts/import`.
  return own.toSorted((a, b) => a.split('{').length - b.split('{').length)[0] ?? call;
}

/** Somebody changes something: a line of the script. @param about the subject, of what was answered */
async function does(
  who: string,
  call: string,
  body: object | string | undefined,
  about: string | ((json: Answered['json']) => string),
  providers: readonly string[] = [],
): Promise<Answered['json']> {
  const { token, actor, own } = person(who);
  const { status, text, json } = await send(token, call, body);
  expect(status, `${who} ${call}: ${text}`).toBeLessThan(300);
  const subject = typeof about === 'string' ? about : about(json);
  script.push({
    actor,
    call: routeOf(call),
    subject,
    providers: [...new Set([...own, ...providers])],
  });
  return json;
}

/** Somebody does what changes nothing: no line. */
async function tries(who: string, call: string, body: object | string | undefined, status: number) {
  const reply = await send(person(who).token, call, body);
  expect(`${reply.status} ${reply.text}`).toMatch(new RegExp(`^${status}`));
}

function person(who: string) {
  const found = tokens.get(who);
  if (found === undefined) throw new Error(`nobody is called ${who}`);
  return found;
}

function joins(who: string, actor: string, token: string, own: readonly string[] = []): void {
  tokens.set(who, { actor, token, own });
}

function sell(): { voucherId: string; code: string } {
  const order = world.sell({ productId: 'p1', platformDiscountFen: 0, channel: '直播' });
  world.takeOutbox();
  const [certificate] = order.certificates;
  if (certificate === undefined) throw new Error('nothing was sold');
  secrets.add(codeOf(certificate));
  return { voucherId: certificate.certificateId, code: codeOf(certificate) };
}

it('equals what was done', async () => {
  // Operators
  const named = await does(
    'bootstrap',
    'POST /v1/members',
    { name: '甲', role: 'operator' },
    (one) => `member/${one.memberId}`,
  );
  joins('甲', `member/${named.memberId}`, tokenIn(named));
  await does('甲', 'DELETE /v1/tokens/bootstrap', undefined, 'token/bootstrap');
  await tries('甲', 'DELETE /v1/tokens/bootstrap', undefined, 204);
  await tries('bootstrap', 'DELETE /v1/tokens/bootstrap', undefined, 401);
  const robot = await does(
    '甲',
    'POST /v1/tokens',
    { name: 'robot', scopes: ['registry:write', 'pipeline:write'] },
    (one) => `token/${one.tokenId}`,
  );
  joins('robot', `token/${robot.tokenId}`, tokenIn(robot));
  // What there is
  await does('robot', 'PUT /v1/providers/pA', { name: '星河', kind: 'agency' }, 'provider/pA', [
    'pA',
  ]);
  await tries('robot', 'PUT /v1/providers/pA', { name: '星河', kind: 'agency' }, 200);
  await does('robot', 'PUT /v1/providers/pB', { name: '远山', kind: 'agency' }, 'provider/pB', [
    'pB',
  ]);
  await does('robot', 'PUT /v1/merchants/douyin/m2', { name: '商家' }, 'merchant/douyin/m2');
  await does(
    'robot',
    'PUT /v1/stores/douyin/s2',
    { name: '二店', merchantId: 'm2' },
    'store/douyin/s2',
  );
  await does(
    'robot',
    'PUT /v1/apps/douyin-life/another',
    { secrets: { clientSecret: `${SECRET}2` }, settings: {} },
    'app/douyin-life/another',
  );
  await does(
    'robot',
    'PUT /v1/merchants/douyin/m2/code-pool',
    { source: 'imported' },
    'merchant/douyin/m2/code-pool',
  );
  const codes = { codes: ['48219374', '48219375'] };
  await does(
    'robot',
    'POST /v1/merchants/douyin/m2/code-pool/codes',
    codes,
    'merchant/douyin/m2/code-pool/codes',
  );
  await tries('robot', 'POST /v1/merchants/douyin/m2/code-pool/codes', codes, 200);
  const refunds = { policy: 'auto-approve-unused' };
  await does(
    'robot',
    'PUT /v1/merchants/douyin/m2/refund-policy',
    refunds,
    'merchant/douyin/m2/refund-policy',
  );
  await tries('robot', 'POST /v1/policies', {}, 403);
  // Contracts
  const terms = contractBody({ providerId: 'pA', merchantId: 'm2', shareBp: 5_000 });
  const contract = await does(
    '甲',
    'POST /v1/contracts',
    terms,
    (one) => `contract/${one.contractId}`,
    ['pA'],
  );
  await tries('甲', 'POST /v1/contracts', terms, 200);
  const csv =
    'providerId,platform,merchantId,mode,startsAt,shareBp,rateBp\npB,douyin,m2,agency,2025-01-01T00:00:00+08:00,5000,500\n';
  await tries('甲', 'POST /v1/contracts/import?dryRun=true', csv, 200);
  await does('甲', 'POST /v1/contracts/import', csv, 'contract/import', ['pB']);
  const ends = { endsAt: '2026-01-01T00:00:00+08:00' };
  const end = `POST /v1/contracts/${contract.contractId}/end`;
  await does('甲', end, ends, (one) => `contract/${one.contractId}`, ['pA']);
  await tries('甲', end, ends, 200);
  // People of a provider
  const wang = await does(
    '甲',
    'POST /v1/members',
    { providerId: 'p1', name: '王', role: 'owner' },
    (one) => `member/${one.memberId}`,
    ['p1'],
  );
  joins('王', `member/${wang.memberId}`, tokenIn(wang), ['p1']);
  await tries('王', `DELETE /v1/members/${wang.memberId}`, undefined, 409);
  const li = await does(
    '王',
    'POST /v1/members',
    { name: '李', role: 'viewer', email: 'li@example.com' },
    (one) => `member/${one.memberId}`,
  );
  joins('李', `member/${li.memberId}`, tokenIn(li), ['p1']);
  secrets.add('li@example.com');
  await does(
    '王',
    `PATCH /v1/members/${li.memberId}`,
    { role: 'finance' },
    `member/${li.memberId}`,
  );
  await tries('王', `PATCH /v1/members/${li.memberId}`, { role: 'finance' }, 200);
  const mail = { email: 'li@another.example.com' };
  await does('王', `PATCH /v1/members/${li.memberId}`, mail, `member/${li.memberId}`);
  const spare = await does(
    '王',
    `POST /v1/members/${li.memberId}/tokens`,
    {},
    (one) => `token/${one.tokenId}`,
  );
  await does('王', `DELETE /v1/tokens/${spare.tokenId}`, undefined, `token/${spare.tokenId}`);
  await tries('王', `DELETE /v1/tokens/${spare.tokenId}`, undefined, 204);
  const clerk = await does(
    '王',
    'POST /v1/tokens',
    { name: '前台', role: 'clerk', stores: [`douyin/${STORE}`] },
    (one) => `token/${one.tokenId}`,
  );
  joins('前台', `token/${clerk.tokenId}`, tokenIn(clerk), ['p1']);
  await does(
    '甲',
    'POST /v1/providers/p1/tokens',
    { role: 'viewer' },
    (one) => `token/${one.tokenId}`,
    ['p1'],
  );
  // At the till
  const sold = sell();
  const whose = { integration: 'douyin-life', appKey: APP_KEY };
  const redeem = { ...whose, requestId: 'of-the-day-1', code: sold.code, storeId: STORE };
  await does('前台', 'POST /v1/redemptions', redeem, `till/douyin-life/${APP_KEY}/of-the-day-1`);
  const reverse = { ...whose, requestId: 'of-the-day-2', voucherId: sold.voucherId };
  await does('前台', 'POST /v1/reversals', reverse, `till/douyin-life/${APP_KEY}/of-the-day-2`);
  await tries('前台', 'POST /v1/redemptions', { ...redeem, storeId: 's2' }, 404);
  // A refund request
  const claim = {
    ...{ ...whose, merchantId: 'm1', refundId: 'r1', orderId: 'o1', voucherIds: ['v'] },
    ...{ requestedFen: 9_900, decideBy: null, reference: {}, decisionBy: 'answer' as const },
  };
  await fileRefund(till.hexiao.table, 'douyin', claim, nowMs);
  await does(
    '甲',
    'POST /v1/refund-requests/douyin/r1/decide',
    { decision: 'approve' },
    'refund/douyin/r1',
  );
  // Money
  const policy = JSON.parse((await send(person('甲').token, 'GET /v1/policies')).text);
  const { version: _v, recordedAt: _at, recordedBy: _by, ...current } = policy.current;
  await does(
    '甲',
    'POST /v1/policies',
    { ...current, holdingDays: 3 },
    (one) => `policy/${one.version}`,
  );
  await does(
    '甲',
    'POST /v1/statements/2025-09/close',
    { providerId: 'p1' },
    (one) => `statement/${one.statementId}`,
    ['p1'],
  );
  const all = ['p1', 'pA', 'pB', 'unattributed'];
  await does('甲', 'POST /v1/statements/2025-10/close', undefined, 'statement/2025-10/close', all);
  await does('李', 'GET /v1/statements/2025-10.p1.csv', undefined, 'statement/2025-10.p1.csv');
  await does('王', 'GET /v1/statements/2025-10.p1.xlsx', undefined, 'statement/2025-10.p1.xlsx');
  await tries('李', 'GET /v1/statements/2025-10.pA.csv', undefined, 404);
  // The operator takes a provider's files: the provider's owner sees it. What is closed is not closed again.
  for (const ending of ['csv', 'xlsx']) {
    const [call, subject] = ['GET /v1/statements/2025-10.pA', 'statement/2025-10.pA'];
    await does('甲', `${call}.${ending}`, undefined, `${subject}.${ending}`, ['pA']);
  }
  await tries('甲', 'POST /v1/statements/2025-10/close', { providerId: 'p1' }, 200);
  await tries('甲', 'POST /v1/statements/2025-10/close', undefined, 200);
  const file = '商家名称,商家ID,支付GMV,核销GMV,退款GMV,服务商预估佣金\n一店,m1,0.00,99.00,0.00,\n';
  const imports = 'POST /v1/imports?profile=linke-merchants&from=2025-10-01&to=2025-10-31';
  await tries('李', `${imports}&dryRun=true`, file, 200);
  await does('李', imports, file, (one) => `import/${one.importId ?? 'none'}`);
  // Running it
  const window = { platform: 'douyin', merchantId: 'm1', from: '2025-10-01', to: '2025-10-31' };
  const restating = { ...window, reason: 'a contract came late' };
  const job = await does(
    '甲',
    'POST /v1/restatements',
    restating,
    (one) => `restatement/${one.restatementId}`,
  );
  const cancel = `POST /v1/restatements/${job.restatementId}/cancel`;
  await does('甲', cancel, undefined, `restatement/${job.restatementId}`);
  await tries('甲', cancel, undefined, 200);
  await does('甲', 'POST /v1/rebuilds', window, (one) => `rebuild/${one.rebuildId}`);
  const { platform: _p, merchantId: _m, ...days } = window;
  const compared = await does(
    '甲',
    'POST /v1/reconciliations',
    { ...whose, ...days },
    (one) => `reconciliation/${one.reconciliationId}`,
  );
  const stop = `POST /v1/reconciliations/${compared.reconciliationId}/cancel`;
  await does('robot', stop, undefined, `reconciliation/${compared.reconciliationId}`);
  await tries('robot', stop, undefined, 200);
  await tries('robot', 'POST /v1/dead-letters/redrive', { queue: 'intake', filter: {} }, 200);
  await tries('robot', 'POST /v1/replays', { setAside: 'parked' }, 200);
  const erased = {
    platform: 'douyin',
    orderIds: ['o-of-a-buyer'],
    buyerId: 'the-open-id-of-a-buyer',
    reason: '请求',
  };
  secrets.add('the-open-id-of-a-buyer');
  secrets.add('o-of-a-buyer');
  await does('甲', 'POST /v1/erasures', erased, (one) => `erasure/${one.erasureId}`);
  // Whoever leaves
  await does('王', `DELETE /v1/members/${li.memberId}`, undefined, `member/${li.memberId}`);
  await tries('李', 'GET /v1/statements/2025-10.p1.csv', undefined, 401);

  // Assess
  const kinds = new Set(script.map(({ call }) => call));
  expect(kinds.size).toBeGreaterThanOrEqual(30);
  const trail = async (who: string) => {
    const { text } = await send(person(who).token, `GET /v1/audit?from=${DAY}&to=${DAY}&limit=200`);
    const { entries } = JSON.parse(text) as { entries: (Line & { outcome: string })[] };
    expect(new Set(entries.map(({ outcome }) => outcome))).toEqual(new Set(['done']));
    return {
      text,
      lines: entries.map(({ actor, call, subject, providers }) => ({
        actor,
        call,
        subject,
        providers,
      })),
    };
  };
  const whole = await trail('甲');
  expect(whole.lines).toEqual(script);
  // Each line names a thing by its noun and id.
  for (const { subject } of whole.lines) expect(subject).toMatch(/^[a-z]+\/[^/]/);
  const ofOwner = script.filter(({ providers }) => providers.includes('p1'));
  const own = await trail('王');
  expect(own.lines).toEqual(ofOwner.map((line) => ({ ...line, providers: ['p1'] })));
  for (const secret of secrets) expect(whole.text.includes(secret), secret.slice(0, 4)).toBe(false);
});
