import { describe, expect, test } from 'vitest';
import { kuaishouMiniapp } from '../../../lib/integrations/kuaishou-miniapp/index.ts';
import { ackOf, request, sample } from './make.ts';

describe('an acknowledgement', () => {
  test('is HTTP 200 and JSON', () => {
    expect(kuaishouMiniapp.acknowledge(request(sample('payment').body))).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"result":1,"message_id":"11111111-2222-4333-8444-555555555555"}',
    });
  });

  test('of an encrypted event repeats its msgId', () => {
    expect(ackOf(sample('encrypted-payment').body)).toBe(
      '{"result":1,"message_id":"22222222-3333-4444-8555-666666666666"}',
    );
  });

  test.each([
    ['plain', '"m-1"'],
    ['with escapes', '"a\\/b\\u4e2d\\"c"'],
    ['in Chinese', '"核销"'],
    ['with leading zeros', '"007"'],
    ['a 64-bit text', '"9223372036854775807"'],
    ['a 64-bit number', '9223372036854775807'],
    ['a small number', '7'],
    ['a lone surrogate', '"\\ud800"'],
    ['empty', '""'],
  ])('repeats the id byte for byte: %s', (_what, written) => {
    expect(ackOf(`{"biz_type":"X","message_id" : ${written}}`)).toBe(
      `{"result":1,"message_id":${written}}`,
    );
  });

  test('repeats the notice’s id and none within it', () => {
    expect(ackOf('{"data":{"message_id":"inner"},"message_id":"outer"}')).toBe(
      '{"result":1,"message_id":"outer"}',
    );
    expect(ackOf('{"data":"\\"message_id\\":\\"inner\\"","message_id":"outer"}')).toBe(
      '{"result":1,"message_id":"outer"}',
    );
    expect(ackOf('{"message\\u005fid":"outer"}')).toBe('{"result":1,"message_id":"outer"}');
  });

  test.each([
    ['no id', '{"biz_type":"PAYMENT"}'],
    ['an id that is a list', '{"message_id":[1]}'],
    ['an id that is null', '{"message_id":null}'],
    ['an id twice', '{"message_id":"a","message_id":"b"}'],
    ['no JSON', 'message_id=1'],
    ['a list', '["message_id"]'],
    ['nothing', ''],
  ])('goes without the id of a body with %s: it was stored all the same', (_what, body) => {
    expect(ackOf(body)).toBe('{"result":1}');
  });
});
