import { Buffer as Feross } from 'buffer/';

/** `buffer` of npm is Node's but for one spelling of base64, which our ids and keys are written in. */
const spell = Reflect.get(Feross.prototype, 'toString') as (
  this: Feross,
  encoding?: string,
  ...range: number[]
) => string;

Feross.prototype.toString = function spelled(encoding?: string, ...range: number[]): string {
  if (encoding !== 'base64url') return spell.call(this, encoding, ...range);
  return spell
    .call(this, 'base64', ...range)
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
};

const isEncoding = Reflect.get(Feross, 'isEncoding') as (name: string) => boolean;
Feross.isEncoding = ((name: string) => name === 'base64url' || isEncoding(name)) as never;

const from = Reflect.get(Feross, 'from') as (value: unknown, ...more: unknown[]) => Feross;
Feross.from = ((value: unknown, encoding?: unknown, ...more: unknown[]) =>
  from(value, encoding === 'base64url' ? 'base64' : encoding, ...more)) as never;

export { Feross as Buffer };
