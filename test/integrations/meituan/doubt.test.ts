import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { meituan } from '../../../lib/integrations/meituan/index.ts';
import { signedForm } from '../../../lib/integrations/meituan/sandbox/index.ts';
import { signMeituan } from '../../../lib/integrations/meituan/sign.ts';
import { MemoryCallbackRecords } from '../records.ts';
import { appReading, DEVELOPER, KEY, pushSamples, readText, request } from './support.ts';

/** The signed text has no separators: one that passes a push on could cut it anew. */

const APP = appReading({
  4610018: { amount: { field: 'amount', unit: 'yuan' }, at: 'at' },
});
const MESSAGE = '{"orderId":"1","amount":"9.90","at":1795312800,"store":"S1"}';
const FIELDS = {
  developerId: DEVELOPER,
  businessId: '46',
  msgType: '4610018',
  msgId: 'm1',
  timestamp: '1795312800',
  opBizCode: 'op_test_0001',
  message: MESSAGE,
};
const { opBizCode: _store, timestamp: _time, ...BARE } = FIELDS;

const read = (fields: Record<string, string>, app = APP) => readText(signedForm(KEY, fields), app);

const signedAlike = (fields: Record<string, string>) =>
  signMeituan(KEY, Object.entries(fields)) === signMeituan(KEY, Object.entries(FIELDS));

describe('a push that is cut anew', () => {
  test.each(['state', 'opBizName', 'poiId', 'poiName'])(
    'a store’s own id, cut in two at the name of another callback’s field (%s)',
    (name) => {
      const { opBizCode: _whole, ...fields } = FIELDS;
      const genuine = { ...fields, opBizCode: `n1-S1${name}1` };
      const cut = { ...fields, opBizCode: 'n1-S1', [name]: '1' };
      expect(signMeituan(KEY, Object.entries(cut))).toBe(signMeituan(KEY, Object.entries(genuine)));
      expect(read(cut)).toMatchObject({ outcome: 'malformed', kind: 'ambiguous' });
      expect(read(genuine)).toMatchObject({
        outcome: 'events',
        events: [{ storeId: `n1-S1${name}1` }],
      });
    },
  );

  test.each([
    [
      'a value into a name that nobody documented',
      { ...BARE, opBizCode: 'op_', test_: '0001', timestamp: '1795312800' },
      { outcome: 'malformed', kind: 'ambiguous' },
    ],
    [
      'a store that swallows the time',
      { ...BARE, opBizCode: 'op_test_0001timestamp1795312800' },
      { outcome: 'malformed', kind: 'ambiguous' },
    ],
    [
      'a message that swallows the store',
      { ...BARE, msgId: 'm1msgType4610018opBizCodeop_test_0001timestamp1795312800', msgType: '' },
      { outcome: 'unknown', kind: 'no-type' },
    ],
  ])('(%s) is signed alike, and set aside', (_what, fields, wanted) => {
    expect(signedAlike(fields)).toBe(true);
    expect(meituan.verify(request(signedForm(KEY, fields)), APP)).toBe(true);
    expect(read(fields)).toMatchObject(wanted);
  });

  test('does not make the genuine one a repetition of it', () => {
    const genuine = request(signedForm(KEY, FIELDS));
    const forged = request(
      signedForm(KEY, { ...BARE, opBizCode: 'op_test_0001timestamp1795312800' }),
    );
    expect(meituan.signedBytes(forged)).not.toEqual(meituan.signedBytes(genuine));
    expect(read(FIELDS)).toMatchObject({ outcome: 'events' });
  });

  test('where a name reaches over the end of a value is set aside', () => {
    const { msgId: _id, ...rest } = FIELDS;
    const fields = { ...rest, ePoiId: 'S1op_biz_', code: 'c1', opBizCode: '' };
    expect(read({ ...fields, code: '' })).toMatchObject({ outcome: 'events' });
    const reaching = { ...rest, opBizCode: '', businessId: '46op_biz_', code: 'c1' };
    expect(read(reaching)).toMatchObject({ kind: 'ambiguous' });
  });

  test('is never read as other fields, wherever it is cut', () => {
    // Prepare: every way to move a boundary between two neighbouring fields
    const names = Object.keys(FIELDS).toSorted();
    let alike = 0;
    fc.assert(
      fc.property(
        fc.nat(names.length - 2),
        fc.nat(40),
        fc.nat(12),
        (index, valueCut, nameLength) => {
          const [name = '', next = ''] = names.slice(index);
          const values = FIELDS as Record<string, string>;
          const text = `${values[name]}${next}${values[next]}`;
          const cut = Math.min(1 + valueCut, text.length - 2);
          const end = Math.min(cut + 1 + nameLength, text.length - 1);
          const { [name]: _a, [next]: _b, ...rest } = values;
          const fields = {
            ...rest,
            [name]: text.slice(0, cut),
            [text.slice(cut, end)]: text.slice(end),
          };
          // Act
          if (!signedAlike(fields)) return;
          alike += 1;
          const reading = read(fields);
          // Assess: the same, or nothing
          if (reading.outcome === 'events') expect(reading).toEqual(read(FIELDS));
          else expect(['malformed', 'unknown']).toContain(reading.outcome);
        },
      ),
      { numRuns: 2_000 },
    );
    expect(alike).toBeGreaterThan(20);
  });
});

describe('fields around a message', () => {
  test.each(pushSamples)('as documented ($name) are taken', ({ body, signKey, developerId }) => {
    const app = { ...APP, appKey: developerId, secrets: { signKey: [signKey] } };
    expect(readText(body, app)).not.toMatchObject({ kind: 'ambiguous' });
  });

  test('that are new are set aside by name until the operator knows them, and show no value', () => {
    const fields = { ...FIELDS, traceKind: 'a-secret' };
    const aside = read(fields);
    expect(aside).toMatchObject({
      outcome: 'malformed',
      why: expect.stringContaining('traceKind'),
    });
    expect(JSON.stringify(aside)).not.toContain('a-secret');
    expect(JSON.stringify(read({ ...FIELDS, '13800000000': 'x' }))).not.toContain('138');
    expect(
      read(fields, appReading(APP.settings.messages as object, { pushFields: ['traceKind'] })),
    ).toMatchObject({ outcome: 'events' });
  });

  test('that are empty, and so not signed, decide nothing', () => {
    // Prepare: the store is a field of the message
    const app = appReading(APP.settings.messages as object, { storeFrom: { field: 'store' } });
    const genuine = signedForm(KEY, FIELDS);
    const more = Buffer.from(`${Buffer.from(genuine).toString('utf8')}&store=`);
    // Act, Assess
    expect(meituan.verify(request(more), app)).toBe(true);
    expect(readText(more, app)).toEqual(readText(genuine, app));
    expect(meituan.signedBytes(request(more))).toEqual(meituan.signedBytes(request(genuine)));
  });

  test('of a question in doubt are refused, and nothing is filed', async () => {
    const records = new MemoryCallbackRecords({ platform: 'meituan' });
    const app = appReading({ 5910029: { refundId: 'refundId' } });
    const fields = {
      ...FIELDS,
      ...{ businessId: '59', msgType: '5910029', message: '{"orderId":"1","refundId":"r1"}' },
    };
    const ask = (one: Record<string, string>) =>
      meituan.answer?.(request(signedForm(KEY, one)), app, records);
    const refused = await ask({ ...fields, test_: 'x' });
    expect(JSON.parse(refused?.body ?? '')).toMatchObject({ code: 1 });
    expect(await records.refundRequest('r1')).toBeUndefined();
    await ask(fields);
    expect(await records.refundRequest('r1')).toMatchObject({ status: 'pending' });
  });
});
