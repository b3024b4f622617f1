import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { EventSource } from '../../../lib/events/event.ts';
import { workbookOf } from '../../../lib/xlsx/workbook.ts';
import { HexiaoUnderTest, OPERATOR_TOKEN } from '../../support/hexiao.ts';
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
  WINDOW,
} from './support.ts';

const HEADER = '商家名称,商家ID,支付GMV,核销GMV,退款GMV,服务商预估佣金';
const MERCHANT = '7011';

const answerSchema = z.strictObject({
  importId: z.string().nullable(),
  lines: z.int(),
  read: z.int(),
  refused: z.array(z.strictObject({ line: z.int(), reason: z.string() })),
  differences: z.array(
    z.looseObject({ merchantId: z.string(), measure: z.string(), cause: z.string() }),
  ),
});

let hexiao: HexiaoUnderTest;
let tenant: Tenant;
let stranger: Tenant;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: new Clock().now });
  const made = await makeTenant(hexiao, 'provider', MERCHANT);
  // A viewer keeps nothing.
  const { token } = await hexiao.call<{ token: string }>(
    ...(['POST', `/v1/providers/${made.providerId}/tokens`, { role: 'finance' }] as const),
  );
  tenant = { ...made, token };
  stranger = await makeTenant(hexiao);
  await book(hexiao, [
    redemptionAt(tenant, 's1', { fen: 1_000 }),
    redemptionAt(tenant, 's2', { fen: 2_050 }),
  ]);
});

afterAll(() => hexiao?.stop());

function send(file: string | Uint8Array<ArrayBuffer>, query = '', token = tenant.token) {
  const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
  const path = `/v1/imports?profile=linke-merchants&${WINDOW}${query}`;
  return ask(hexiao, 'POST', path, { token, bytes, headers: { 'content-type': 'text/csv' } });
}

const line = (redeemed: string, merchant = MERCHANT) => `一店,${merchant},0.00,${redeemed},0.00,\n`;

describe('POST /v1/imports', () => {
  it('compares a file with the provider’s books, per merchant', async () => {
    const same = read(await send(`${HEADER}\n${line('30.50')}`), answerSchema);
    expect(same).toMatchObject({ lines: 1, read: 1, refused: [], differences: [] });
    const more = read(await send(`${HEADER}\n${line('40.50')}`), answerSchema);
    expect(more.differences).toMatchObject([
      {
        ...{ merchantId: MERCHANT, measure: 'redeemed', oursFen: 3_050, theirsFen: 4_050 },
        ...{
          gapFen: 1_000,
          cause: expect.any(String),
          reason: expect.stringMatching(/^\p{L}.* \(.*\)$/u),
        },
      },
    ]);
  });

  it('says of each difference what brought our amount, also where the file lacks the merchant', async () => {
    const own = await makeTenant(hexiao, fresh('by-source'), fresh('m'));
    const other = await makeTenant(hexiao, fresh('beside'), fresh('m'));
    const of = (tenantOf: Tenant, source: EventSource, fen: number, storeId = 's9') => ({
      ...redemptionAt(tenantOf, storeId, { fen }),
      source,
    });
    await book(hexiao, [
      ...[of(own, 'webhook', 1_000), of(own, 'list', 2_000), of(own, 'list', 500, 's10')],
      // Another merchant's in the same store.
      of(other, 'call', 4_000),
    ]);
    const differ = async (file: string) => {
      const { differences } = read(
        await send(file, `&providerId=${own.providerId}`, OPERATOR_TOKEN),
        answerSchema,
      );
      return differences.find(({ measure }) => measure === 'redeemed');
    };
    const parts = { oursFen: 3_500 };
    const oursBySource = [
      { source: 'list', fen: 2_500 },
      { source: 'webhook', fen: 1_000 },
    ];
    expect(await differ(`${HEADER}\n${line('99', own.merchantId)}`)).toMatchObject({
      ...{ ...parts, oursBySource, theirsFen: 9_900 },
    });
    expect(await differ(`${HEADER}\n`)).toMatchObject({ ...parts, oursBySource, theirsFen: null });
  });

  it('reads a workbook alike', async () => {
    const rows = [HEADER.split(','), ['一店', MERCHANT, null, { fen: 3_050 }, null, null]];
    const answer = read(await send(await workbookOf('a', rows)), answerSchema);
    expect(answer).toMatchObject({ read: 1, refused: [], differences: [] });
  });

  it('refuses lines one by one, in Chinese and English, and whole files at line 1', async () => {
    const answer = read(
      await send(`${HEADER}\n${line('1.234')}${line('1', '99')}${line('30.5')}`),
      answerSchema,
    );
    expect(answer).toMatchObject({ lines: 3, read: 1, differences: [] });
    expect(answer.refused).toEqual([
      {
        line: 2,
        reason: '核销GMV：金额多于两位小数 (核销GMV: an amount has more than two decimals)',
      },
      { line: 3, reason: expect.stringContaining('another’s merchant') },
    ]);
    const broken = read(await send('商家ID,支付GMV\n1,2\n'), answerSchema);
    expect(broken).toMatchObject({ importId: null, lines: 0, read: 0, differences: [] });
    expect(broken.refused).toMatchObject([{ line: 1, reason: expect.stringContaining('缺少列') }]);
    const empty = read(await send('\n'), answerSchema);
    expect(empty.refused).toEqual([{ line: 1, reason: '文件是空的 (the file is empty)' }]);
  });

  it('keeps what it came to as evidence, for the provider and nobody else, and books nothing', async () => {
    const before = await hexiao.entries();
    const { importId, ...answer } = read(
      await send(`${HEADER}\n${line('40.50')}x\n`),
      answerSchema,
    );
    expect(await hexiao.entries()).toEqual(before);
    const path = `/v1/imports/${importId}`;
    const kept = JSON.parse((await ask(hexiao, 'GET', path, { token: tenant.token })).text);
    expect(kept).toMatchObject({
      ...answer,
      importId,
      profile: 'linke-merchants',
      from: '2025-10-01',
    });
    expect(kept.fileHash).toMatch(/^[0-9a-f]{64}$/);
    expectProblem(await ask(hexiao, 'GET', path, { token: stranger.token }), 404, 'not-found');
    const listed = JSON.parse(
      (await ask(hexiao, 'GET', '/v1/imports', { token: tenant.token })).text,
    );
    expect(listed.imports.map((one: { importId: string }) => one.importId)).toContain(importId);
  });

  it('keeps nothing of a dry run', async () => {
    const count = async () =>
      JSON.parse((await ask(hexiao, 'GET', '/v1/imports', { token: tenant.token })).text).imports
        .length;
    const before = await count();
    const answer = read(await send(`${HEADER}\n${line('1')}`, '&dryRun=true'), answerSchema);
    expect(answer).toMatchObject({
      importId: null,
      read: 1,
      differences: [{ measure: 'redeemed' }],
    });
    expect(await count()).toBe(before);
  });

  it('takes the caller’s headings, and refuses those of no field', async () => {
    const file = `商户,支付GMV,核销GMV,退款GMV,服务商预估佣金\n${MERCHANT},0,30.50,0,\n`;
    const columns = encodeURIComponent('merchantId=商户');
    expect(read(await send(file, `&columns=${columns}`), answerSchema)).toMatchObject({ read: 1 });
    expectProblem(await send(file, '&columns=shop%3Dx'), 400, 'request-invalid');
  });

  it('takes files beyond other requests’ size, up to its own', async () => {
    const many = `${HEADER}\n${line('30.50')}${line('1', '99').repeat(4_000)}`;
    expect(many.length).toBeGreaterThan(64 * 1024);
    expect(read(await send(many), answerSchema)).toMatchObject({ lines: 4_001, read: 1 });
    const huge = new Uint8Array(4 * 1024 * 1024 + 1);
    expectProblem(await send(huge), 413, 'body-too-large');
  });

  it('refuses a window of more than 400 days, another profile, and nobody’s token', async () => {
    const path = '/v1/imports?profile=linke-merchants&from=2024-01-01&to=2025-10-31';
    const { token } = tenant;
    const long = await ask(hexiao, 'POST', path, { token, body: HEADER });
    expectProblem(long, 400, 'request-invalid');
    expect(long.text).toMatch(/at most 400 days.*最多 400 天/);
    expectProblem(await send(HEADER, '&providerId=other&x=1'), 400, 'request-invalid');
    const nobody = await ask(hexiao, 'POST', '/v1/imports?profile=linke-merchants', {
      token: null,
    });
    expectProblem(nobody, 401, 'token-missing');
  });
});
