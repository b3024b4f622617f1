import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { countFreeCodes } from '../../../lib/callbacks/code-pools.ts';
import { issueCodes } from '../../../lib/callbacks/codes.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { ask, Clock, expectProblem, fresh, makeMerchant, read } from './support.ts';

let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: new Clock().now });
});

afterAll(() => hexiao?.stop());

async function merchant() {
  const merchantId = fresh('merchant');
  await makeMerchant(hexiao, merchantId);
  return { merchantId, path: `/v1/merchants/douyin/${merchantId}/code-pool` };
}

const counts = z.strictObject({ added: z.int(), known: z.int() });

const post = (path: string, body: object | string) =>
  ask(hexiao, 'POST', `${path}/codes`, { body });

describe('a merchant’s code pool', () => {
  it('is set, and read with how much is free', async () => {
    // Prepare
    const { path } = await merchant();
    expectProblem(await ask(hexiao, 'GET', path), 404, 'not-found');
    // Act, Assess
    const made = z.strictObject({ source: z.literal('generated'), length: z.int() });
    const put = await ask(hexiao, 'PUT', path, { body: { source: 'generated' } });
    expect(read(put, made)).toEqual({ source: 'generated', length: 12 });
    const imported = z.strictObject({ source: z.literal('imported') });
    read(await ask(hexiao, 'PUT', path, { body: { source: 'imported' } }), imported);
    expect(JSON.parse((await ask(hexiao, 'GET', path)).text)).toEqual({
      ...{ source: 'imported', free: 0 },
    });
  });

  it.each([
    {},
    { source: 'other' },
    { source: 'generated', length: 7 },
    { source: 'generated', length: 21 },
    { source: 'generated', length: '12' },
    { source: 'imported', length: 12 },
  ])('is not %j', async (body) => {
    const { path } = await merchant();
    expectProblem(await ask(hexiao, 'PUT', path, { body }), 400, 'request-invalid');
    expectProblem(await ask(hexiao, 'GET', path), 404, 'not-found');
  });

  it('is of a registered merchant', async () => {
    const path = `/v1/merchants/douyin/${fresh('merchant')}/code-pool`;
    const put = await ask(hexiao, 'PUT', path, { body: { source: 'imported' } });
    expectProblem(put, 422, 'merchant-unknown');
    expectProblem(await ask(hexiao, 'GET', path), 422, 'merchant-unknown');
    expectProblem(await post(path, { codes: ['a'] }), 422, 'merchant-unknown');
  });
});

describe('importing codes', () => {
  it('takes 500 at once, counts what it knew, and shows none', async () => {
    // Prepare
    const { path, merchantId } = await merchant();
    await ask(hexiao, 'PUT', path, { body: { source: 'imported' } });
    const codes = Array.from({ length: 500 }, (_, i) => `${'~'.repeat(60)}${1000 + i}`);
    // Act
    const first = await post(path, { codes });
    await issueCodes(
      hexiao.table,
      'douyin',
      { merchantId, orderId: fresh('order'), productId: null, count: 3 },
      '2025-10-09T16:53:20+08:00',
    );
    const again = await post(path, { codes: [...codes.slice(1), '!new'] });
    const pool = await ask(hexiao, 'GET', path);
    // Assess
    expect(read(first, counts)).toEqual({ added: 500, known: 0 });
    expect(read(again, counts)).toEqual({ added: 1, known: 499 });
    expect(JSON.parse(pool.text)).toEqual({ source: 'imported', free: 498 });
    expect(first.text + again.text + pool.text).not.toContain('~~');
  });

  it.each([
    ['none', []],
    ['501', Array.from({ length: 501 }, (_, i) => `c${i}`)],
    ['one twice', ['secret-code', 'other', 'secret-code']],
    ['an empty one', ['']],
    ['a long one', ['x'.repeat(65)]],
    ['a space', ['secret code']],
    ['a line break', ['secret\n']],
    ['no ASCII', ['券码secret']],
    ['a number', [123]],
    ['what a spreadsheet made of one', ['secret-1', '7.3E+18']],
  ])('takes none of a list with %s, and repeats no code', async (_what, codes) => {
    const { path, merchantId } = await merchant();
    await ask(hexiao, 'PUT', path, { body: { source: 'imported' } });
    const reply = await post(path, { codes });
    expectProblem(reply, 400, 'request-invalid');
    expect(reply.text).not.toContain('secret');
    expect(await countFreeCodes(hexiao.table, { platform: 'douyin', merchantId })).toBe(0);
  });

  it('needs a pool of imported codes', async () => {
    const { path } = await merchant();
    expectProblem(await post(path, { codes: ['a'] }), 422, 'code-pool-missing');
    await ask(hexiao, 'PUT', path, { body: { source: 'generated' } });
    expectProblem(await post(path, { codes: ['a'] }), 422, 'code-pool-missing');
  });
});
