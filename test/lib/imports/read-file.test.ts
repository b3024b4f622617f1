import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { fenIn } from '../../../lib/imports/amount.ts';
import { headerOf } from '../../../lib/imports/header.ts';
import { PROFILES } from '../../../lib/imports/profiles.ts';
import { type ReadRow, readFileRows } from '../../../lib/imports/read-file.ts';
import { readLines } from '../../../lib/imports/read-lines.ts';
import { workbookOf } from '../../../lib/xlsx/workbook.ts';

const HEADER = '商家名称,商家ID,行业,支付GMV,核销GMV,退款GMV,服务商预估佣金';
const utf8 = (text: string) => new TextEncoder().encode(text);

/** 「商家ID」 and the rest in GBK; there is no encoder for it here. */
const GBK: Readonly<Record<string, readonly number[]>> = {
  商: [0xc9, 0xcc],
  家: [0xbc, 0xd2],
  名: [0xc3, 0xfb],
  称: [0xb3, 0xc6],
  行: [0xd0, 0xd0],
  业: [0xd2, 0xb5],
  支: [0xd6, 0xa7],
  付: [0xb8, 0xb6],
  核: [0xba, 0xcb],
  销: [0xcf, 0xfa],
  退: [0xcd, 0xcb],
  款: [0xbf, 0xee],
  服: [0xb7, 0xfe],
  务: [0xce, 0xf1],
  预: [0xd4, 0xa4],
  估: [0xb9, 0xc0],
  佣: [0xd3, 0xb6],
  金: [0xbd, 0xf0],
  一: [0xd2, 0xbb],
  店: [0xb5, 0xea],
};
const gbk = (text: string) =>
  Uint8Array.from(text.split('').flatMap((one) => GBK[one] ?? [one.charCodeAt(0)]));

function rowsOf(bytes: Uint8Array): readonly ReadRow[] {
  const rows = readFileRows(bytes);
  if ('code' in rows) throw new Error(rows.en);
  return rows;
}

const expected = {
  merchants: new Map<string, string | null>([
    ['701', '一店'],
    ['702', '二店'],
    ['703', '二店'],
  ]),
  ...{ from: '2026-11-01', to: '2026-11-30', isOneLine: true },
};

function read(bytes: Uint8Array, profile: keyof typeof PROFILES = 'linke-merchants', own = {}) {
  const rows = rowsOf(bytes);
  const header = headerOf(rows, PROFILES[profile], own);
  if ('code' in header) throw new Error(header.en);
  const { lines, refused } = readLines(rows, header, {
    ...expected,
    isOneLine: PROFILES[profile].isOneLine,
  });
  return {
    lines,
    refused: refused.map(({ line, reason }) => [line, reason.code]),
    reasons: refused,
  };
}

/** A workbook of one sheet, as XML. */
function workbook(sheet: string, shared = ''): Uint8Array {
  const relation = '<Relationship Id="r1" Target="worksheets/first.xml"/>';
  return zipSync({
    'xl/workbook.xml': strToU8(
      '<x:workbook><x:sheets><x:sheet name="a" r:id="r1"/></x:sheets></x:workbook>',
    ),
    'xl/_rels/workbook.xml.rels': strToU8(`<Relationships>${relation}</Relationships>`),
    'xl/worksheets/first.xml': strToU8(`<?xml version="1.0"?><worksheet>${sheet}</worksheet>`),
    'xl/sharedStrings.xml': strToU8(`<sst>${shared}</sst>`),
  });
}
const cell = (at: string, value: string, type = 'inlineStr') =>
  type === 'n'
    ? `<c r="${at}"><v>${value}</v></c>`
    : `<c r="${at}" t="inlineStr"><is><t>${value}</t></is></c>`;
const HEADINGS = HEADER.split(',')
  .map((name, at) => cell(`${'ABCDEFG'[at]}1`, name))
  .join('');

describe('a file that people exported', () => {
  test('is read in UTF-8, with and without its mark, and in GBK', () => {
    const text = `${HEADER}\n一店,701,行业,99.00,98.50,0,4.95\n`;
    for (const bytes of [
      utf8(text),
      utf8(`\uFEFF${text}`),
      gbk(text),
      gbk(text.replaceAll('\n', '\r\n')),
    ]) {
      expect(read(bytes)).toMatchObject({
        lines: [
          {
            line: 2,
            merchantId: '701',
            amounts: { paid: 9_900, redeemed: 9_850, refunded: 0, commission: 495 },
          },
        ],
        refused: [],
      });
    }
  });

  test('in another encoding, an old workbook or nothing of the kind is refused', () => {
    const utf16 = Uint8Array.from([
      0xff,
      0xfe,
      ...HEADER.split('').flatMap((one) => [one.charCodeAt(0) & 255, one.charCodeAt(0) >> 8]),
    ]);
    expect(readFileRows(utf16)).toMatchObject({ code: 'encoding' });
    expect(readFileRows(Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0, 1]))).toMatchObject({
      code: 'old-workbook',
    });
    expect(readFileRows(Uint8Array.from([0x50, 0x4b, 3, 4, 1, 2]))).toMatchObject({
      code: 'workbook',
    });
  });

  test('in its older form names merchants, which must be one of the provider’s', () => {
    const older = '生活服务账号名称,服务类型,支付金额,核销金额,退款金额,分账佣金,分账服务商佣金';
    const { lines, refused } = read(
      utf8(`${older}\n一店,x,1.00,1.00,0,0,0\n二店,x,1,1,0,0,0\n三店,x,1,1,0,0,0\n`),
    );
    expect(lines.map(({ merchantId }) => merchantId)).toEqual(['701']);
    expect(refused).toEqual([
      [3, 'two'],
      [4, 'another'],
    ]);
  });

  test('may have a title above its header, columns in any order, tabs, quotes and separators', () => {
    const text =
      '商家列表\n服务商预估佣金\t商家ID\t核销GMV\t支付GMV\t退款GMV\n-\t"701"\t"1,234.50"\t¥9\t\n';
    expect(read(utf8(text)).lines).toMatchObject([
      {
        line: 3,
        merchantId: '701',
        amounts: { paid: 900, redeemed: 123_450, refunded: null, commission: null },
      },
    ]);
  });

  test('without a column is refused by its name', () => {
    const rows = rowsOf(utf8('商家名称,商家ID,支付GMV,退款GMV,服务商预估佣金\n'));
    expect(headerOf(rows, PROFILES['linke-merchants'], {})).toMatchObject({
      ...{ code: 'column', zh: '缺少列：核销GMV', en: expect.stringContaining('核销GMV') },
    });
  });

  test('keeps its good lines where others are refused, each with its line', () => {
    const bad = [
      '一店,701,x,1.234,1,0,0', // three decimals
      '一店,701,x,1.2E+5,1,0,0', // scientific
      '一店,701,x,-1,1,0,0',
      '一店,7.01E+17,x,1,1,0,0',
      '一店,999,x,1,1,0,0', // another's
      '一"店,701,x,1,1,0,0', // a quote
      '合计,,x,1,1,0,0',
    ];
    const text = [HEADER, ...bad, '一店,701,x,1,1,0,0', '一店,701,x,1,1,0,0', ''].join('\n');
    const { lines, refused, reasons } = read(utf8(text));
    expect(lines.map(({ line }) => line)).toEqual([9]);
    expect(refused).toEqual([
      [2, 'places'],
      [3, 'scientific'],
      [4, 'negative'],
      [5, 'spoiled'],
      [6, 'another'],
      [7, 'broken'],
      [8, 'another'],
      [10, 'twice'],
    ]);
    expect(reasons[0]?.reason).toMatchObject({
      zh: '支付GMV：金额多于两位小数',
      en: '支付GMV: an amount has more than two decimals',
    });
  });

  test('of a bill adds days of the window, by headings that the caller names', () => {
    const text =
      '商户号,账单日期,支付金额,到账,退款金额,服务商佣金\n701,2026-11-05,1,2,0,0\n701,2026/11/6,1,3,0,0\n701,2026-12-01,1,3,0,0\n701,x,1,1,1,1\n';
    const own = { merchantId: '商户号', day: '账单日期', redeemed: '到账' };
    const { lines, refused } = read(utf8(text), 'douyin-bill', own);
    expect(lines.map(({ amounts }) => amounts.redeemed)).toEqual([200, 300]);
    expect(refused).toEqual([
      [4, 'window'],
      [5, 'day'],
    ]);
  });
});

describe('a workbook', () => {
  test('that we write is one that we read', async () => {
    const bytes = await workbookOf('a', [
      HEADER.split(','),
      ['一店 & "co" <x>', '701', 'x', { fen: 9_907 }, { fen: 1 }, null, { fen: 1_990 }],
    ]);
    expect(rowsOf(bytes)[1]?.cells.slice(0, 2)).toEqual([
      { text: '一店 & "co" <x>', isNumber: false },
      { text: '701', isNumber: false },
    ]);
    expect(read(bytes).lines).toMatchObject([
      { amounts: { paid: 9_907, redeemed: 1, refunded: null, commission: 1_990 } },
    ]);
  });

  test('keeps cells at their places, texts in parts, and says which lines are merged', () => {
    const sheet = `<sheetData><row r="1">${HEADINGS}</row>
      <row r="2"><c r="B2" t="s"><v>0</v></c>${cell('D2', '19.899999999999999', 'n')}${cell('E2', '1.0E-2', 'n')}</row>
      <row r="4">${cell('B4', '702')}</row><row r="5">${cell('B5', '703')}</row></sheetData>
      <mergeCells count="1"><mergeCell ref="D4:D5"/></mergeCells>`;
    const { lines, refused } = read(
      workbook(sheet, '<si><r><t>7</t></r><r><t>01</t></r><rPh><t>x</t></rPh></si>'),
    );
    expect(lines).toMatchObject([
      { line: 2, merchantId: '701', amounts: { paid: 1_990, redeemed: 1 } },
    ]);
    expect(refused).toEqual([
      [4, 'merged'],
      [5, 'merged'],
    ]);
  });

  test('whose ids became numbers lost their digits', () => {
    const sheet = `<sheetData><row r="1">${HEADINGS}</row><row r="2">${cell('B2', '7011223344556677889', 'n')}</row></sheetData>`;
    expect(read(workbook(sheet)).refused).toEqual([[2, 'spoiled']]);
  });

  test('that unpacks to gigabytes is refused before it is unpacked', () => {
    const huge = zipSync({ 'xl/worksheets/sheet1.xml': new Uint8Array(40 * 1024 * 1024) });
    expect(readFileRows(huge)).toMatchObject({
      code: 'workbook',
      en: expect.stringContaining('bytes'),
    });
  });

  test('of any bytes is read or refused, and never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (bytes, text) => {
        readFileRows(bytes);
        readFileRows(utf8(text));
        readFileRows(workbook(text, text));
      }),
    );
  });
});

test('an amount of a workbook is the fen that its float stands for, and of a text its digits', () => {
  fc.assert(
    fc.property(fc.nat(2_000_000_000), (fen) => {
      expect(fenIn({ text: String(fen / 100), isNumber: true })).toBe(fen);
      expect(fenIn({ text: (fen / 100).toFixed(2), isNumber: false })).toBe(fen);
    }),
  );
  expect(fenIn({ text: '88.125', isNumber: true })).toMatchObject({ code: 'places' });
});
