import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { workbookOf } from '../../lib/xlsx/workbook.ts';
import { sheetOf, unzip } from '../support/unzip.ts';

describe('a workbook', () => {
  test('has texts as text cells, numbers as numbers, and fen as yuan', () => {
    const sheet = sheetOf(
      workbookOf('2025-10', [
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

  test('is an archive of the parts that Office Open XML asks for, the same every time', () => {
    const made = workbookOf('a & b', [['x']]);
    const files = unzip(made);
    expect([...files.keys()]).toEqual([
      ...['[Content_Types].xml', '_rels/.rels', 'xl/workbook.xml', 'xl/_rels/workbook.xml.rels'],
      ...['xl/styles.xml', 'xl/worksheets/sheet1.xml'],
    ]);
    expect(files.get('xl/workbook.xml')).toContain('name="a &#38; b"');
    expect(workbookOf('a & b', [['x']])).toEqual(made);
    expect(() => inflateRawSync(made)).toThrow();
  });

  test('names columns beyond Z, and keeps any text that XML has a place for', () => {
    const [row] = sheetOf(workbookOf('s', [Array.from({ length: 30 }, (_, at) => at)]));
    expect(row?.map(([place]) => place).slice(24, 29)).toEqual(['Y1', 'Z1', 'AA1', 'AB1', 'AC1']);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const kept = text.replace(/\p{Cc}/gu, (character) =>
          '\t\n\r'.includes(character) || character > '~' ? character : '\u{fffd}',
        );
        expect(sheetOf(workbookOf('s', [[text]]))).toEqual([[['A1', 'text', kept]]]);
      }),
      { numRuns: 300 },
    );
  });
});
