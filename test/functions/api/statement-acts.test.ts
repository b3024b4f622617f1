import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import {
  ask,
  book,
  Clock,
  expectProblem,
  fresh,
  makeTenant,
  read,
  redemptionAt,
  type Tenant,
} from './support.ts';

const answered = z.looseObject({
  state: z.string(),
  dueFen: z.int(),
  invoicedFen: z.int(),
  paidFen: z.int(),
  unpaidFen: z.int(),
  disputes: z.array(z.looseObject({ disputeId: z.string(), entryId: z.string() })),
});

const clock = new Clock();
let hexiao: HexiaoUnderTest;
let tenant: Tenant;
let finance: string;
let id: string;
let lines: string[];

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
});

afterAll(() => hexiao?.stop());

/** A closed month of two lines, 500 fen payable. */
beforeEach(async () => {
  clock.ms = Date.parse('2025-10-09T16:53:20+08:00');
  tenant = await makeTenant(hexiao);
  const { providerId } = tenant;
  finance = await tokenOf('finance');
  await book(hexiao, [
    redemptionAt(tenant, 's1', { fen: 6_000 }),
    redemptionAt(tenant, 's2', { fen: 4_000 }),
  ]);
  clock.ms = Date.parse('2025-11-02T12:00:00+08:00');
  await hexiao.call('POST', '/v1/statements/2025-10/close', { providerId });
  id = `2025-10.${providerId}`;
  const whole = read(
    await ask(hexiao, 'GET', `/v1/statements/${id}`),
    z.looseObject({ lines: z.array(z.looseObject({ entryId: z.string() })) }),
  );
  lines = whole.lines.map(({ entryId }) => entryId);
});

async function tokenOf(role: string): Promise<string> {
  const body = { name: fresh(role), role, providerId: tenant.providerId };
  return (await hexiao.call<{ token: string }>('POST', '/v1/tokens', body)).token;
}

const post = (what: string, body?: object, token?: string, headers = {}) =>
  ask(hexiao, 'POST', `/v1/statements/${id}/${what}`, {
    ...(token === undefined ? {} : { token }),
    ...(body === undefined ? {} : { body }),
    headers,
  });

const stands = async () => read(await ask(hexiao, 'GET', `/v1/statements/${id}`), answered);
const dispute = (entryId = lines[0] ?? '', reason = '这笔不对') =>
  post('disputes', { entryId, reason }, finance);

const invoice = { number: '26502000000013774208', date: '2025-11-02', fen: 500 };
const payment = { reference: 'CMB-1120-88317', date: '2025-11-02', fen: 300 };

describe('a statement that is closed', () => {
  it('is sent, disputed, answered, confirmed, invoiced and paid, and closed is not paid', async () => {
    expect(await stands()).toMatchObject({
      ...{ state: 'closed', dueFen: 500, invoicedFen: 0, paidFen: 0, unpaidFen: 500 },
    });
    expect(read(await post('send'), answered).state).toBe('sent');
    const reply = await dispute();
    expect(reply.status).toBe(201);
    const { disputeId } = read(reply, z.looseObject({ disputeId: z.string() }));
    expect((await stands()).state).toBe('disputed');
    const open = expectProblem(
      await post('confirm', undefined, finance),
      409,
      'statement-disputed',
    );
    expect(open.detail).toContain('answers first');
    const accepted = read(
      await post(`disputes/${disputeId}/answer`, { accept: true, reason: '已核，将重算' }),
      answered.extend({ follows: z.object({ zh: z.string(), en: z.string() }) }),
    );
    expect(accepted.follows.zh).toContain('往月调整');
    expect(accepted.state).toBe('sent');
    expect(read(await post('confirm', undefined, finance), answered).state).toBe('confirmed');
    expect(read(await post('invoices', invoice, finance), answered).invoicedFen).toBe(500);
    expect(read(await post('payments', payment), answered)).toMatchObject({
      ...{ state: 'confirmed', paidFen: 300, unpaidFen: 200 },
    });
    const all = await stands();
    expect(all).toMatchObject({
      ...{ state: 'confirmed', dueFen: 500, invoicedFen: 500, paidFen: 300 },
      disputes: [{ entryId: lines[0], answer: { accept: true, reason: '已核，将重算' } }],
      invoices: [invoice],
      payments: [payment],
    });
    const list = await ask(hexiao, 'GET', '/v1/statements', { token: finance });
    expect(JSON.parse(list.text)).toMatchObject({ statements: [{ state: 'confirmed' }] });
  });

  it('never changes by what happens to it', async () => {
    const before = await ask(hexiao, 'GET', `/v1/statements/${id}.csv`);
    await dispute();
    await post('send');
    await post('payments', payment);
    expect((await ask(hexiao, 'GET', `/v1/statements/${id}.csv`)).text).toBe(before.text);
  });

  it('takes the same act once, also with an Idempotency-Key', async () => {
    const { disputeId } = read(await dispute(), z.looseObject({ disputeId: z.string() }));
    expect((await dispute()).status).toBe(200);
    const key = { 'idempotency-key': fresh('key') };
    const first = await post('payments', payment, undefined, key);
    const again = await post('payments', payment, undefined, key);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.text).toBe(first.text);
    await Promise.all([1, 2, 3].map(() => post('payments', payment)));
    await Promise.all([1, 2, 3].map(() => post('invoices', invoice)));
    expect(await stands()).toMatchObject({
      ...{ paidFen: 300, invoicedFen: 500, payments: [payment], invoices: [invoice] },
      disputes: [{ disputeId }],
    });
    // What stands is told, not made: also with blanks around its number.
    const blank = (text: string) => ` ${text}  `;
    const repeated = [
      await post('payments', { ...payment, reference: blank(payment.reference) }),
      await post('invoices', { ...invoice, number: blank(invoice.number) }),
    ];
    expect([first, ...repeated].map(({ status }) => status)).toEqual([201, 200, 200]);
    expect(await stands()).toMatchObject({ payments: [payment], invoices: [invoice] });
  });

  it('is sent after a dispute that was answered, and says when', async () => {
    const { disputeId } = read(await dispute(), z.looseObject({ disputeId: z.string() }));
    await post(`disputes/${disputeId}/answer`, { accept: false, reason: '平台记录已核销' });
    expect(await stands()).toMatchObject({ state: 'closed', sent: null });
    const sent = { at: expect.any(String), by: expect.any(String) };
    expect(read(await post('send'), answered)).toMatchObject({ state: 'sent', sent });
    expect(await stands()).toMatchObject({ state: 'sent', sent });
  });

  it('leaves a trace of each act, and none of what changed nothing', async () => {
    await post('payments', payment);
    await post('payments', payment);
    await post('confirm', undefined, finance);
    const path = `/v1/audit?from=2025-11-02&to=2025-11-02&subject=${encodeURIComponent(`statement/${id}`)}`;
    const { entries: records } = read(
      await ask(hexiao, 'GET', path),
      z.looseObject({
        entries: z.array(
          z.looseObject({ call: z.string(), outcome: z.string(), after: z.unknown() }),
        ),
      }),
    );
    const told = records.map(({ call, outcome }) => `${call.split('/').at(-1)} ${outcome}`);
    expect(told.toSorted()).toEqual(['close done', 'confirm done', 'payments done']);
    expect(records.map(({ after }) => after)).toContainEqual({
      ...{ act: 'paid', ...payment, state: 'closed', invoicedFen: 0, paidFen: 300 },
    });
  });
});

describe('what cannot be done', () => {
  it('is said in words that help', async () => {
    const other = await makeTenant(hexiao);
    const [line] = lines;
    expectProblem(await dispute('WyJMRURHRVIjIiwiIl0'), 422, 'line-unknown');
    expectProblem(await dispute('no line'), 422, 'line-unknown');
    expectProblem(
      await post('disputes/none/answer', { accept: true, reason: 'x' }),
      404,
      'not-found',
    );
    const { disputeId } = read(await dispute(line), z.looseObject({ disputeId: z.string() }));
    expectProblem(await dispute(line, '另一个原因'), 409, 'line-disputed');
    await post(`disputes/${disputeId}/answer`, { accept: false, reason: '平台记录已核销' });
    const changed = await post(`disputes/${disputeId}/answer`, { accept: true, reason: 'x' });
    expect(expectProblem(changed, 409, 'dispute-answered').detail).toContain('refused at');
    expectProblem(await dispute(line), 409, 'dispute-answered');
    expectProblem(await post('payments', { ...payment, fen: 501 }), 422, 'over-paid');
    const over = expectProblem(
      await post('invoices', { ...invoice, fen: 501 }),
      422,
      'over-invoiced',
    );
    expect(over.detail).toContain('501 fen');
    expectProblem(await post('payments', { ...payment, fen: 0 }), 400, 'request-invalid');
    expectProblem(
      await post('payments', { ...payment, date: '2025-11-03' }),
      400,
      'request-invalid',
    );
    for (const what of ['payments', 'invoices']) {
      const paper = what === 'payments' ? payment : invoice;
      const early = await post(what, { ...paper, date: '2025-09-30' });
      expect(expectProblem(early, 400, 'request-invalid').detail).toContain('2025-10 begins');
    }
    expectProblem(
      await post('payments', { ...payment, date: '2025-02-30' }),
      400,
      'request-invalid',
    );
    await post('payments', payment);
    expectProblem(await post('payments', { ...payment, fen: 200 }), 409, 'number-reused');
    await post('confirm', undefined, finance);
    expectProblem(await dispute(lines[1]), 409, 'statement-confirmed');
    // A line of another's statement, and another's statement.
    const theirs = await tokenOf('finance');
    id = `2025-10.${other.providerId}`;
    expectProblem(await post('confirm', undefined, theirs), 404, 'not-found');
    clock.ms = Date.parse('2025-11-02T12:00:00+08:00');
    await hexiao.call('POST', '/v1/statements/2025-10/close', { providerId: other.providerId });
    tenant = other;
    finance = await tokenOf('finance');
    expectProblem(await dispute(line), 422, 'line-unknown');
  });

  it('is done with a month that is not over, or not closed', async () => {
    id = `2025-11.${tenant.providerId}`;
    expectProblem(await post('confirm', undefined, finance), 422, 'month-not-over');
    expectProblem(await post('payments', payment), 422, 'month-not-over');
    clock.ms = Date.parse('2025-12-01T12:00:00+08:00');
    expectProblem(await post('confirm', undefined, finance), 409, 'statement-not-closed');
    id = '2025-10.nobody-at-all';
    expectProblem(await post('send'), 404, 'not-found');
  });

  it('is done by whoever may not: nobody signs for the other side', async () => {
    expectProblem(await post('confirm'), 403, 'role-forbidden');
    expectProblem(
      await post('disputes', { entryId: lines[0], reason: 'x' }),
      403,
      'role-forbidden',
    );
    const viewer = await tokenOf('viewer');
    for (const token of [viewer, finance]) {
      expectProblem(await post('send', undefined, token), 403, 'role-forbidden');
      expectProblem(await post('payments', payment, token), 403, 'role-forbidden');
    }
    expectProblem(await post('confirm', undefined, viewer), 403, 'role-forbidden');
    expectProblem(await post('invoices', invoice, viewer), 403, 'role-forbidden');
    expect((await post('confirm', undefined, await tokenOf('owner'))).status).toBe(200);
  });
});

describe('a month that is not over', () => {
  it('is a draft that says it is one, of which nothing is due', async () => {
    await book(hexiao, [redemptionAt(tenant, 's1', { fen: 8_000, minutes: 24 * 1_440 })]);
    const path = `/v1/statements/2025-11.${tenant.providerId}`;
    const draft = JSON.parse((await ask(hexiao, 'GET', path, { token: finance })).text);
    expect(draft).toMatchObject({
      ...{ state: 'draft', status: 'open', dueFen: 0, invoicedFen: 0, paidFen: 0, lines: [] },
      totals: { redeemedFen: 8_000, commissionFen: 400 },
    });
    expect(draft.note.zh).toContain('草稿');
    const later = `/v1/statements/2025-12.${tenant.providerId}`;
    expectProblem(await ask(hexiao, 'GET', later, { token: finance }), 404, 'not-found');
    const csv = await ask(hexiao, 'GET', `${path}.csv`, { token: finance });
    expectProblem(csv, 404, 'not-found');
  });
});
