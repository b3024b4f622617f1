import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { workbookOf } from '../../lib/xlsx/workbook.ts';
import { runs } from '../support/long.ts';
import { sheetOf, unzip } from '../support/unzip.ts';

describe('a workbook', () => {
  test('has texts as text cells, numbers as numbers, and fen as yuan', async () => {
    const sheet = sheetOf(
      await workbookOf('2025-10', [
        ['订单 Order', '金额'],
        [{ id: '1060000000000000001' }, { fen: 12_345 }, -3, null, '=cmd()', { fen: -5 }],
      ]),
    );
    expect(sheet).toEqual([
      [
        ['A1', 'text', '订单 Order'],
        ['B1', 'text', '金额'],
      ],
      [
        ['A2', 'text', '1060000000000000001'],
        ['B2', 'yuan', '123.45'],
        ['C2', 'number', '-3'],
        ['E2', 'text', '=cmd()'],
        ['F2', 'yuan', '-0.05'],
      ],
    ]);
  });

  test('is an archive of the parts that Office Open XML asks for, with the same in them every time', async () => {
    const files = unzip(await workbookOf('a & b', [['x']]));
    for (const part of [
      ...['[Content_Types].xml', '_rels/.rels', 'xl/workbook.xml', 'xl/_rels/workbook.xml.rels'],
      ...['xl/styles.xml', 'xl/worksheets/sheet1.xml'],
    ]) {
      expect([...files.keys()]).toContain(part);
    }
    expect(files.get('xl/workbook.xml')).toContain('name="a &amp; b"');
    expect(files.get('xl/worksheets/sheet1.xml')).toMatch(
      /<pane ySplit="1"[^>]* state="frozen"\/>/,
    );
    expect(unzip(await workbookOf('a & b', [['x']]))).toEqual(files);
  });

  test('names columns beyond Z, and keeps any text that XML has a place for', async () => {
    const numbers = Array.from({ length: 30 }, (_, at) => at);
    const [row] = sheetOf(await workbookOf('s', [numbers]));
    expect(row?.map(([place]) => place).slice(24, 29)).toEqual(['Y1', 'Z1', 'AA1', 'AB1', 'AC1']);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
        const kept = text.replace(/[^\P{Cc}\t\n\r]/gu, '□');
        expect(sheetOf(await workbookOf('s', [[text]]))).toEqual([
          // An empty text is an empty cell.
          kept === '' ? [] : [['A1', 'text', kept]],
        ]);
      }),
      { numRuns: runs(300) },
    );
  });

  test('says where a character was that XML has no place for', async () => {
    const [row] = sheetOf(await workbookOf('s', [['a\u{1}b', ' \u{ffff} ', '\ud800c', 'd\udc00']]));
    expect(row?.map(([, , text]) => text)).toEqual(['a□b', ' □ ', '□c', 'd□']);
  });

  test('keeps ids that every object has a property for', async () => {
    const row = ['constructor', '__proto__', 'toString'].map((id) => ({ id }));
    expect(sheetOf(await workbookOf('s', [row, row]))).toEqual(
      ['1', '2'].map((line) => [
        ...[
          [`A${line}`, 'text', 'constructor'],
          [`B${line}`, 'text', '__proto__'],
        ],
        [`C${line}`, 'text', 'toString'],
      ]),
    );
  });
});
