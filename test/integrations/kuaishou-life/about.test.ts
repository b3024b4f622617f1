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
