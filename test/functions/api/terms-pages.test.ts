import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toInstant } from '../../../lib/time/shanghai.ts';
import { START_MS } from '../../lib/make.ts';
import { sendWithoutDelay } from '../../support/around.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
import {
  ask,
  book,
  Clock,
  contractBody,
  cookieOf,
  fresh,
  makeMerchant,
  makeProvider,
  type Reply,
  redemptionAt,
} from './support.ts';

/** Contracts written in the console, disputes on both sides, and figures as they were known. */

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
type Headers = Record<string, string>;

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let operator: Headers;
let owner: Headers;
const merchantId = fresh('merchant');
const [holder, claimant] = [fresh('holder'), fresh('claimant')];
const voucher = `voucher-${fresh('act')}`;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
  sendWithoutDelay(hexiao.emulators.sqs);
  await makeMerchant(hexiao, merchantId);
  for (const id of [holder, claimant]) await makeProvider(hexiao, id);
  const path = `/v1/providers/${claimant}/tokens`;
  const { token } = await hexiao.call<{ token: string }>('POST', path, { role: 'owner' });
  operator = await cookieOf(hexiao, OPERATOR_TOKEN);
  owner = await cookieOf(hexiao, token);
  await sign({ providerId: holder });
  await sign({ providerId: claimant, mode: 'special', scope: { stores: ['s2'] } });
  clock.ms += 1_000;
  const made = (storeId: string, fen: number) => redemptionAt({ merchantId }, storeId, { fen });
  const recordedAt = toInstant(clock.ms);
  await book(hexiao, [
    { ...made('s1', 10_000), voucherId: voucher, recordedAt },
    { ...made('s2', 4_000), recordedAt },
  ]);
  clock.ms += 3_600_000;
});

afterAll(() => hexiao?.stop());

const sign = (over: object) =>
  hexiao.call('POST', '/v1/contracts', contractBody({ merchantId, ...over }));

const look = (path: string, headers: Headers = operator) =>
  ask(hexiao, 'GET', path, {
    token: null,
    headers: { ...headers, cookie: `${headers.cookie}; hexiao_lang=en` },
  });

const send = (path: string, fields: Record<string, string>, headers: Headers = operator) =>
  ask(hexiao, 'POST', path, {
    ...{ token: null, body: new URLSearchParams(fields).toString() },
    headers: { ...FORM, ...headers, cookie: `${headers.cookie}; hexiao_lang=en` },
  });

const textOf = ({ text }: Reply) =>
  text
    .slice(text.indexOf('<main'), text.indexOf('</main>'))
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');

const hidden = ({ text }: Reply, name: string) =>
  (new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? '')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

const NEW = {
  ...{ act: 'try', providerId: claimant, platform: 'douyin', merchantId, mode: 'special' },
  ...{ startsAt: '2025-10-01', share: '100', commission: 'account', rate: '8', stores: 's1' },
};

describe('the form of a contract', () => {
  it('is tried, shows who gains and loses what and where, is signed, and restated', async () => {
    const tried = await send('/operator/contracts', NEW);
    expect(tried.status).toBe(303);
    const where = tried.headers.get('location') ?? '';
    await hexiao.settle();
    const page = await look(where);
    const text = textOf(page);
    expect(text).toContain(`${holder} 100.00 0.00 −100.00 −5.00 1 → 0 s1`);
    expect(text).toContain(`${claimant} 0.00 100.00 +100.00 +8.00 0 → 1 s1`);
    const list = `/v1/contracts?platform=douyin&merchantId=${merchantId}`;
    const standing = async () =>
      (await hexiao.call<{ contracts: object[] }>('GET', list)).contracts.length;
    expect(await standing()).toBe(2);
    const body = hidden(page, 'body');
    const signed = await send('/operator/contracts', { act: 'sign', body, cooperationId: '' });
    expect(signed.status, signed.text).toBe(303);
    expect(await standing()).toBe(3);
    const due = await look(signed.headers.get('location') ?? '');
    expect(textOf(due)).toContain('Restate 2025-10-01 to 2025-10-09');
  });

  it('keeps what was typed where it cannot be done, and an overlap names both contracts', async () => {
    const overlap = await send('/operator/contracts', { ...NEW, mode: 'agency', stores: '' });
    expect(overlap.status).toBe(409);
    expect(textOf(overlap)).toContain(`of ${holder} (10000)`);
    expect(textOf(overlap)).toContain(`of ${claimant} (10000)`);
    expect(overlap.text).toContain(`name="merchantId" value="${merchantId}"`);
    const slip = await send('/operator/contracts', {
      ...NEW,
      rate: '5,5',
      stores: 'kept-as-typed',
    });
    expect(slip.status).toBe(400);
    expect(slip.text).toContain('value="kept-as-typed"');
    expect(slip.text).toContain('value="5,5"');
    const over = await send('/operator/contracts', { ...NEW, stores: 'kept-as-typed' }, {});
    expect(over.status).toBe(401);
    expect(over.text).toContain('kept-as-typed');
  });

  it('says that a contract of the future changes nothing that is booked, and signs it', async () => {
    const later = { ...NEW, stores: 's9', startsAt: '2026-01-01', tiers: '1000=6;2000.50=7' };
    const tried = await send('/operator/contracts', later);
    expect(tried.status).toBe(200);
    expect(textOf(tried)).toContain('nothing booked would change');
    const body = hidden(tried, 'body');
    expect(JSON.parse(body)).toMatchObject({
      tiers: [
        { fromFen: 100_000, rateBp: 600 },
        { fromFen: 200_050, rateBp: 700 },
      ],
    });
    const signed = await send('/operator/contracts', { act: 'sign', body, cooperationId: '' });
    expect(signed.status, signed.text).toBe(303);
  });

  it('moves the end of a contract after it was tried', async () => {
    const list = await look(`/operator/contracts?platform=douyin&merchantId=${merchantId}`);
    const contractId = `1.douyin.${merchantId}`;
    expect(list.text).toContain(contractId);
    const end = { act: 'try-end', contractId, endsAt: '2025-10-03' };
    const tried = await send('/operator/contracts', end);
    await hexiao.settle();
    const page = await look(tried.headers.get('location') ?? '');
    const body = hidden(page, 'body');
    const signed = await send('/operator/contracts', { act: 'sign', body, cooperationId: '' });
    expect(signed.status, signed.text).toBe(303);
    const after = await hexiao.call<{ contracts: { contractId: string; endsAt: string }[] }>(
      ...(['GET', `/v1/contracts?platform=douyin&merchantId=${merchantId}`] as const),
    );
    const one = after.contracts.find((own) => own.contractId === contractId);
    expect(one?.endsAt).toBe('2025-10-04T00:00:00.000+08:00');
  });
});

describe('a dispute', () => {
  it('is raised on the page of a voucher, waits on both sides, and is answered', async () => {
    clock.ms += 1_000;
    const path = `/vouchers/douyin/${voucher}`;
    const page = await look(path, owner);
    expect(textOf(page)).toContain('Nothing of this voucher is booked to you');
    expect(page.text).not.toContain(holder);
    const form = { act: 'raise', platform: 'douyin', voucherId: voucher };
    const empty = await send('/disputes', { ...form, reason: '' }, owner);
    expect(empty.status).toBe(400);
    const raised = await send('/disputes', { ...form, reason: 'sold in our livestream' }, owner);
    expect(raised.status, raised.text).toBe(303);
    const own = raised.headers.get('location') ?? '';
    expect(textOf(await look(own, owner))).toContain('Waiting for the operator');
    expect(textOf(await look('/', owner))).toContain(`Dispute of voucher ••••${voucher.slice(-4)}`);
    expect(textOf(await look('/operator'))).toContain('Disputes 1 Waiting for the operator');
    const id = new URL(own, 'http://page').searchParams.get('id') ?? '';
    const answer = { act: 'accept', id, reason: 'the contract says so', contractId: '' };
    const accepted = await send('/operator/disputes', answer);
    expect(accepted.status, accepted.text).toBe(303);
    await expect
      .poll(async () => {
        await hexiao.settle();
        return textOf(await look(own, owner));
      })
      .toContain('Accepted, and in the books');
    const theirs = textOf(await look(own, owner));
    expect(theirs).toContain('sold in our livestream');
    expect(theirs).toContain('The operator the contract says so');
    expect(textOf(await look(path, owner))).toContain('100.00');
    expect(textOf(await look('/', owner))).not.toContain('Dispute of voucher');
  });
});

describe('a page as it was known', () => {
  it('is marked as such, and lists what has changed since with its cause', async () => {
    const then = toInstant(START_MS + 60_000).slice(0, 19);
    for (const path of ['/', '/stores/douyin/s1', '/statements/2025-10']) {
      const live = await look(path, owner);
      expect(live.text, path).toContain('name="asOf"');
    }
    const query = `from=2025-10-01&to=2025-10-31&asOf=${then}`;
    const page = await look(`/?${query}`, owner);
    const text = textOf(page);
    expect(text).toContain(`As known at ${then.replace('T', ' ')}`);
    expect(text).toContain('Redeemed GMV 40.00 140.00 +100.00');
    expect(text).toMatch(/Restated 1 0\.00 \+100\.00 \+8\.00/);
    expect(page.text).toContain('href="/?from=2025-10-01&amp;to=2025-10-31"');
    const later = await look('/?asOf=2030-01-01T00:00', owner);
    expect(later.status).toBe(400);
    expect(textOf(later)).toContain('This instant cannot be shown');
  });
});
