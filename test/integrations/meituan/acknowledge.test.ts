import { describe, expect, test } from 'vitest';
import { answerQuery } from '../../../lib/integrations/meituan/acknowledge.ts';
import { meituan } from '../../../lib/integrations/meituan/index.ts';
import { form, pushSample, pushSamples, request } from './support.ts';

const SUCCESS = '{"code":0,"message":"success"}';
const SPECIAL: Readonly<Record<string, string>> = {
  'store-map': '{"data":"success"}',
  'till-order': '{"code":1,"message":"not supported"}',
  'dynamic-code-query': '{"code":1,"message":"not supported"}',
};

const answerTo = (body: string) => meituan.acknowledge(request(body));

describe('an acknowledgement', () => {
  test.each(pushSamples)('of $name is the platform’s words for it, byte for byte', (sample) => {
    expect(answerTo(sample.body)).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: SPECIAL[sample.name] ?? SUCCESS,
    });
  });

  test('of a type nobody knows is a success: it was received', () => {
    expect(answerTo(form('5899999', '{}')).body).toBe(SUCCESS);
  });

  test('of a question under an older name is the same', () => {
    const legacy = pushSample('till-order').body.replace('msgType', 'invokeType');
    expect(answerTo(legacy).body).toBe(SPECIAL['till-order']);
  });
});

test('an answer with data has it as a string of JSON, but as an object for a till’s order', () => {
  expect(answerQuery('5910035', { code: '1' }).body).toBe(
    '{"code":0,"message":"success","data":"{\\"code\\":\\"1\\"}"}',
  );
  expect(answerQuery('110029', { vendorOrderId: 'v1', orderNo: 'o1' }).body).toBe(
    '{"code":0,"message":"success","data":{"vendorOrderId":"v1","orderNo":"o1"}}',
  );
});
