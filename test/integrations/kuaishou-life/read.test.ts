import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { acknowledge } from '../../../lib/integrations/kuaishou-life/acknowledge.ts';
import { kuaishouLife } from '../../../lib/integrations/kuaishou-life/index.ts';
import { appOf, readText, request, SPI, utf8 } from './make.ts';

describe('a delivery', () => {
  test('that is documented books nothing: it is parked, since no page tells its kind', () => {
    expect(readText(SPI.body)).toEqual({ outcome: 'unknown', kind: 'unnamed' });
  });

  test.each([
    ['{"event":"groupon_verify"}', 'groupon_verify'],
    ['{"biz_type":"VERIFY","x":1}', 'VERIFY'],
    ['\ufeff{"event":"a.b:c/d-e"}\r\n', 'a.b:c/d-e'],
    [
      '{"event":"PAYMENT","data":{"status":"SUCCESS","ks_order_no":"1","order_amount":1}}',
      'PAYMENT',
    ],
    ['{"event":"__proto__"}', '__proto__'],
    ['{"event":1}', 'unnamed'],
    ['{"event":"13800138000 张三"}', 'unnamed'],
    [`{"event":"${'x'.repeat(65)}"}`, 'unnamed'],
    ['{"event":"\\ud800"}', 'unnamed'],
    ['{"__proto__":{"event":"x"}}', 'unnamed'],
    ['{"certificate_id":9223372036854775807}', 'unnamed'],
    ['{}', 'unnamed'],
  ])('is parked under the name it gives itself, where it gives one: %s', (body, kind) => {
    expect(readText(body)).toEqual({ outcome: 'unknown', kind });
  });

  test.each([
    ['no JSON', 'order_id=1'],
    ['nothing', ''],
    ['two values', '{}{}'],
    ['a key twice', '{"event":"a","event":"b"}'],
    ['a list', '[{"event":"a"}]'],
    ['a text', '"event"'],
    ['null', 'null'],
    ['a nesting bomb', '['.repeat(100_000)],
    ['a deep object', `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`],
  ])('that is %s is malformed, and why tells no value', (_what, body) => {
    expect(readText(body)).toMatchObject({ outcome: 'malformed', kind: 'unreadable' });
  });

  test('that is no UTF-8 is malformed', () => {
    const body = Uint8Array.from([0x7b, 0xff, 0x7d]);
    expect(kuaishouLife.read(body, appOf({})).outcome).toBe('malformed');
  });

  test('never makes the reader throw, whatever its bytes are', () => {
    const body = fc.oneof(
      fc.uint8Array(),
      fc.json().map(utf8),
      fc.string({ unit: 'binary' }).map(utf8),
    );
    fc.assert(
      fc.property(body, (bytes) => {
        expect(['unknown', 'malformed']).toContain(kuaishouLife.read(bytes, appOf({})).outcome);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('an acknowledgement', () => {
  const DEFAULT = '{"data":{"error_code":0,"description":"success"}}';
  const signed = request(SPI.body, SPI.query);

  test('is HTTP 200 and the default words', () => {
    expect(kuaishouLife.acknowledge(signed, appOf({}))).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: DEFAULT,
    });
    expect(acknowledge(signed, appOf({})).body).toBe(DEFAULT);
  });

  test('is in the words of the setting, byte for byte, where the app is at hand', () => {
    const acknowledgement = '{"result": 1}';
    expect(acknowledge(signed, appOf({}, { acknowledgement })).body).toBe(acknowledgement);
  });
});

test('no delivery is a hint, so nothing is asked', async () => {
  expect(kuaishouLife).not.toHaveProperty('fromHint');
  expect(kuaishouLife).not.toHaveProperty('resolve');
});
