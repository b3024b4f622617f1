import { describe, expect, test } from 'vitest';
import { kuaishouLife } from '../../../lib/integrations/kuaishou-life/index.ts';
import { appOf, request, SPI, utf8 } from './make.ts';

const aboutOf = (query: string, spi?: string) =>
  kuaishouLife.about?.({ ...request('{}', query), ...(spi === undefined ? {} : { spi }) });

const kindOf = (body: string, kept: string | undefined, kindParameter?: string) => {
  const settings = kindParameter === undefined ? {} : { kindParameter };
  return kuaishouLife.read(utf8(body), appOf({}, settings), undefined, kept).kind;
};

describe('what a request says beside its body', () => {
  test.each([
    ['app_key=ks1&timestamp=1&sign=abc', undefined, '?app_key=ks1&timestamp=1'],
    ['sign=abc', undefined, undefined],
    ['', undefined, undefined],
    ['sign=abc', '', undefined],
    ['sign=abc&a=%E6%A0%B8', '/cert/send', 'cert/send?a=%E6%A0%B8'],
    ['', 'cert/send', 'cert/send?'],
  ])('of %s and %j is %j: never its signature', (query, spi, kept) => {
    expect(aboutOf(query, spi)).toBe(kept);
  });

  test('is cut where a delivery’s message could not carry it', () => {
    expect(aboutOf(`a=${'x'.repeat(5_000)}`)).toHaveLength(200);
  });

  test('takes nothing from what identifies the delivery: the signed part has the query', () => {
    const one = request(SPI.body, SPI.query);
    const other = request(SPI.body, `${SPI.query}&method=verify`);
    const bytes = (signed: typeof one) => Buffer.from(kuaishouLife.signedBytes(signed)).toString();
    expect(bytes(other)).not.toBe(bytes(one));
  });
});

test('what came to another path is another delivery: the path may name what is asked', () => {
  const at = (spi?: string) => {
    const signed = request(SPI.body, SPI.query);
    const sent = spi === undefined ? signed : { ...signed, spi };
    return Buffer.from(kuaishouLife.signedBytes(sent)).toString();
  };
  expect(at('cert/send')).not.toBe(at('cert/refund'));
  expect(at('cert/send')).not.toBe(at());
  expect(at('/cert/send')).toBe(at('cert/send'));
  // On `/webhooks`, and on `/spi` without more, it is what the signature covers.
  expect(at('')).toBe(at());
});

describe('the kind of a delivery', () => {
  test('is what the body says, else the parameter that the operator names, else the path', () => {
    const kept = aboutOf('method=verify&sign=abc', 'cert/send');
    expect(kindOf('{"event":"paid"}', kept, 'method')).toBe('paid');
    expect(kindOf('{}', kept, 'method')).toBe('verify');
    expect(kindOf('{}', kept, 'kind')).toBe('cert/send');
    expect(kindOf('{}', kept)).toBe('cert/send');
    expect(kindOf('{}', aboutOf('method=verify'))).toBe('unnamed');
    expect(kindOf('{}', undefined, 'method')).toBe('unnamed');
  });

  test.each(['13800138000 张三', '', 'x'.repeat(65), '%', '__proto__ '])(
    'is never what no platform calls a message: %j',
    (name) => {
      const kept = aboutOf(new URLSearchParams({ method: name }).toString());
      expect(kindOf('{}', kept, 'method')).toBe('unnamed');
    },
  );
});
