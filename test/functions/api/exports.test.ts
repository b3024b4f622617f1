import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readCsv } from '../../../functions/api/csv.ts';
import { attributeBatch } from '../../../functions/attribute/attribute.ts';
import { workOnExport } from '../../../lib/exports/work.ts';
import { MESSAGE_VERSION } from '../../../lib/queue/messages.ts';
import type { Item } from '../../../lib/store/table.ts';
import { Table } from '../../../lib/store/table.ts';
import { businessDayAt } from '../../../lib/time/shanghai.ts';
import { readWorkbook } from '../../../lib/xlsx/read-workbook.ts';
import { START_MS } from '../../lib/make.ts';
import { HexiaoUnderTest } from '../../support/hexiao.ts';
import { unzip } from '../../support/unzip.ts';
import {
  ask,
  book,
  Clock,
  cookieOf,
  expectProblem,
  MINUTE_MS,
  makeTenant,
  read,
  redemptionAt,
} from './support.ts';

const clock = new Clock();
let hexiao: HexiaoUnderTest;

beforeAll(async () => {
  hexiao = await HexiaoUnderTest.start({ now: clock.now });
});

afterAll(() => hexiao?.stop());

const shape = z.looseObject({
  ...{ exportId: z.string(), status: z.enum(['running', 'done']), file: z.string() },
  ...{ parts: z.int().nullable(), bytes: z.int().nullable() },
  progress: z.object({ rows: z.int(), of: z.int() }),
});

/** A closed statement of some lines and some that are held. */
async function statement(lines: number, held: number) {
  clock.ms = START_MS;
  const tenant = await makeTenant(hexiao);
  const at = (minutes: number) => redemptionAt(tenant, 'store-1', { minutes, fen: 12_345 });
  const month = Array.from({ length: lines }, (_, index) => at(index));
  // The last minutes of the month are still in the platform's window when it is closed.
  const lastMinute = Math.floor((Date.parse('2025-10-31T23:50:00+08:00') - START_MS) / MINUTE_MS);
  const young = Array.from({ length: held }, (_, index) => at(lastMinute - index));
  await book(hexiao, [...month, ...young]);
  clock.ms = Date.parse('2025-11-01T00:10:00+08:00');
  const { providerId } = tenant;
  await hexiao.call('POST', '/v1/statements/2025-10/close', { providerId });
  await hexiao.settle();
  return { ...tenant, statementId: `2025-10.${providerId}` };
}

const begin = async (statementId: string, format: string, token: string) =>
  read(
    await ask(hexiao, 'POST', '/v1/exports', {
      body: { of: 'statement', statementId, format },
      token,
    }),
    shape,
  );

const look = async (exportId: string, token: string) =>
  read(await ask(hexiao, 'GET', `/v1/exports/${exportId}`, { token }), shape);

async function bytesOf(exportId: string, parts: number, token: string): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for (let part = 1; part <= parts; part += 1) {
    const response = await hexiao.api.request(`/v1/exports/${exportId}/file?part=${part}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(200);
    all.push(new Uint8Array(await response.arrayBuffer()));
  }
  return Buffer.concat(all);
}

describe('the lines of a store as a file', () => {
  it('are all that were booked when it was asked for, and nobody else’s', async () => {
    clock.ms = START_MS;
    const tenant = await makeTenant(hexiao);
    const other = await makeTenant(hexiao);
    const at = (minutes: number) => redemptionAt(tenant, 'store-1', { minutes, fen: 12_345 });
    await book(hexiao, [at(1), at(3), redemptionAt(tenant, 'store-2', { minutes: 4, fen: 1 })]);
    const day = businessDayAt(START_MS);
    // What is booked within the minute before is not in yet.
    clock.ms += 3_600_000;
    const booked = clock.ms;
    const wanted = { of: 'store', platform: 'douyin', storeId: 'store-1', from: day, to: day };
    const make = (token: string, more: object = {}) =>
      ask(hexiao, 'POST', '/v1/exports', { body: { ...wanted, format: 'csv', ...more }, token });
    clock.ms = booked + 120_000;
    const begun = read(await make(tenant.token), shape);
    await book(hexiao, [at(2)]);
    await hexiao.settle();
    const { exportId, parts } = await look(begun.exportId, tenant.token);
    const { rows } = readCsv((await bytesOf(exportId, parts ?? 0, tenant.token)).toString('utf8'));
    expect(rows).toHaveLength(2);
    const times = rows.map(({ fields }) => Object.values(fields)[1] ?? '');
    expect(times).toEqual(times.toSorted());
    expect(JSON.stringify(rows)).not.toContain('store-2');
    expectProblem(await make(other.token), 404, 'not-found');
    expectProblem(await make(tenant.token, { to: '2025-13-01' }), 400, 'request-invalid');
  });
});

describe('a file that is made piece by piece', () => {
  it('is the statement’s own CSV, and a workbook with the same rows that sums by formulas', async () => {
    const { statementId, token } = await statement(7, 2);
    const csv = await begin(statementId, 'csv', token);
    const xlsx = await begin(statementId, 'xlsx', token);
    expect(csv).toMatchObject({ status: 'running', parts: null, progress: { rows: 0, of: 7 } });
    expectProblem(
      await ask(hexiao, 'GET', `/v1/exports/${csv.exportId}/file`, { token }),
      409,
      'export-running',
    );
    await hexiao.settle();
    const done = await look(csv.exportId, token);
    expect(done).toMatchObject({ status: 'done', parts: 1, file: 'statement-2025-10.csv' });
    const text = await bytesOf(csv.exportId, 1, token);
    expect(done.bytes).toBe(text.length);
    const whole = await ask(hexiao, 'GET', `/v1/statements/${statementId}.csv`, { token });
    expect(text.toString('utf8').replace(/^\uFEFF/, '')).toBe(whole.text.replace(/^\uFEFF/, ''));
    // Excel's own: every part of the archive is whole, ids are texts, and sums are formulas.
    const book = await bytesOf(xlsx.exportId, 1, token);
    const rows = readWorkbook(new Uint8Array(book));
    const cells = rows.map((row) => row.cells.map((cell) => cell?.text ?? ''));
    const { names, rows: records } = readCsv(text.toString('utf8'));
    expect(cells[0]).toEqual(names);
    expect(cells.length).toBe(1 + records.length + 1);
    for (const [index, { fields }] of records.entries()) {
      const own = cells[index + 1] ?? [];
      for (const [column, name] of names.entries()) {
        expect((own[column] ?? '').replace(/^'/, '')).toBe((fields[name] ?? '').replace(/^'/, ''));
      }
    }
    const sheet = unzip(new Uint8Array(book)).get('xl/worksheets/sheet1.xml') ?? '';
    const last = records.length + 1;
    const commission = names.findIndex((name) => name.startsWith('佣金（元）'));
    const letter = String.fromCharCode(65 + commission);
    const sum = Number(cells.at(-1)?.[commission]);
    const fen = records.reduce(
      (all, { fields }) => all + Math.round(Number(fields[names[commission] ?? '']) * 100),
      0,
    );
    expect(Math.round(sum * 100)).toBe(fen);
    expect(sheet).toContain(`<f>SUM(${letter}2:${letter}${last})</f>`);
  });

  it('is begun from a page, which says how far it is and has the file', async () => {
    const { statementId, token } = await statement(2, 0);
    const { cookie } = await cookieOf(hexiao, token);
    const form = new URLSearchParams({ act: 'make', statementId, format: 'xlsx' });
    const sent = await ask(hexiao, 'POST', '/exports', {
      ...{ token: null, body: form.toString() },
      headers: {
        ...{ cookie, 'sec-fetch-site': 'same-origin' },
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    expect(sent.status, sent.text).toBe(303);
    const page = async (lang: string) =>
      (await ask(hexiao, 'GET', `/exports?lang=${lang}`, { token: null, headers: { cookie } }))
        .text;
    expect(await page('zh')).toContain('生成中');
    await hexiao.settle();
    const done = await page('en');
    expect(done).toContain('Ready');
    const href = /href="([^"]+\/file\?part=1)" download="statement-2025-10.xlsx"/.exec(done)?.[1];
    const file = await hexiao.api.request(href ?? '', { headers: { cookie } });
    expect(readWorkbook(new Uint8Array(await file.arrayBuffer()))).toHaveLength(1 + 2 + 1);
  });

  it('is one file for the same of the same, another’s is not there, and after seven days nobody’s is', async () => {
    const { statementId, token } = await statement(1, 0);
    const other = await makeTenant(hexiao);
    const first = await begin(statementId, 'csv', token);
    await hexiao.settle();
    expect(await begin(statementId, 'csv', token)).toMatchObject({
      ...{ exportId: first.exportId, status: 'done' },
    });
    const list = async (as: string) =>
      (await hexiao.call<{ exports: { exportId: string }[] }>('GET', '/v1/exports', undefined, as))
        .exports;
    expect((await list(token)).map(({ exportId }) => exportId)).toEqual([first.exportId]);
    expect(await list(other.token)).toEqual([]);
    for (const path of ['', '/file']) {
      const reply = await ask(hexiao, 'GET', `/v1/exports/${first.exportId}${path}`, {
        token: other.token,
      });
      expectProblem(reply, 404, 'not-found');
    }
    expectProblem(
      await ask(hexiao, 'POST', '/v1/exports', {
        body: { of: 'statement', statementId, format: 'csv' },
        token: other.token,
      }),
      404,
      'not-found',
    );
    clock.ms += 7 * 86_400_000 + 1_000;
    expect(await list(token)).toEqual([]);
    expectProblem(
      await ask(hexiao, 'GET', `/v1/exports/${first.exportId}`, { token }),
      404,
      'not-found',
    );
  });

  it('goes on where a worker died, and two workers at once make the same bytes', async () => {
    const { statementId, token, providerId } = await statement(3, 1);
    const { exportId } = await begin(statementId, 'xlsx', token);
    const place = { tenant: providerId, exportId };
    // Dies at its second write: the piece stands, the export does not know of it.
    let writes = 0;
    class Dying extends Table {
      override put(...given: Parameters<Table['put']>): Promise<boolean> {
        writes += 1;
        if (writes === 2) throw new Error('died');
        return super.put(...given);
      }
    }
    const dying = new Dying(hexiao.emulators.database, hexiao.table.name);
    const once = () => {
      let left = 1;
      return () => left-- > 0;
    };
    await expect(
      workOnExport({ ...place, step: 0 }, { table: dying, now: clock.now }, once()),
    ).rejects.toThrow('died');
    const deps = { table: hexiao.table, now: clock.now };
    const both = await Promise.all(
      [1, 2].map(() => workOnExport({ ...place, step: 0 }, deps, once())),
    );
    expect(both.filter((one) => one !== undefined)).toHaveLength(1);
    // Its message is done twice too.
    const message = { type: 'export', v: MESSAGE_VERSION, ...place, step: 1 } as const;
    for (let times = 0; times < 2; times += 1) {
      await attributeBatch(
        [
          {
            message,
            fail: (error) => {
              throw error;
            },
          },
        ],
        hexiao.attributeDeps,
      );
    }
    await hexiao.settle();
    const done = await look(exportId, token);
    expect(done).toMatchObject({ status: 'done', progress: { rows: 4 } });
    const rows = readWorkbook(new Uint8Array(await bytesOf(exportId, 1, token)));
    expect(rows).toHaveLength(1 + 4 + 1);
    const pieces: Item[] = [];
    for await (const item of hexiao.table.query(`EXPORT-PIECES#${providerId}#${exportId}`)) {
      pieces.push(item);
    }
    expect(pieces).toHaveLength(2);
    for (const { expiresAt } of pieces) expect(expiresAt).toBeGreaterThan(clock.ms / 1_000);
  });
});
