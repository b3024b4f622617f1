/**
 * Small numbers and ids in few bytes, because a rollup is written far more often than it is read and a
 * write is charged by the kilobyte. Whole numbers take 7 bits a byte, the sign in the lowest bit; an id
 * of digits is kept as a number.
 */
export class ByteWriter {
  private readonly bytes: number[] = [];

  /** Four bytes, highest first, so that the table can compare what begins with it. */
  version(count: number): this {
    this.bytes.push(...versionBytes(count));
    return this;
  }

  byte(value: number): this {
    this.bytes.push(value & 0xff);
    return this;
  }

  int(value: number): this {
    return this.big(BigInt(value) >= 0n ? BigInt(value) * 2n : -BigInt(value) * 2n - 1n);
  }

  raw(bytes: Uint8Array): this {
    this.bytes.push(...bytes);
    return this;
  }

  /** A text of at most some hundred characters, or null. */
  text(value: string | null): this {
    if (value === null) return this.byte(0);
    if (DIGITS.test(value)) return this.byte(1).big(BigInt(value));
    const bytes = new TextEncoder().encode(value);
    return this.big(BigInt(bytes.length) + 2n).raw(bytes);
  }

  finish(): Uint8Array {
    return Uint8Array.from(this.bytes);
  }

  private big(value: bigint): this {
    let rest = value;
    for (; rest > 127n; rest >>= 7n) this.bytes.push(Number(rest & 127n) | 128);
    this.bytes.push(Number(rest));
    return this;
  }
}

/** Reads what a `ByteWriter` wrote, in the same order. @throws RangeError at the end of the bytes */
export class ByteReader {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  version(): number {
    return [1, 2, 3, 4].reduce((value) => value * 256 + this.byte(), 0);
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new RangeError('a stored rollup ends too early');
    this.at += 1;
    return byte;
  }

  int(): number {
    const value = this.big();
    const whole = Number((value & 1n) === 0n ? value / 2n : -(value + 1n) / 2n);
    if (!Number.isSafeInteger(whole))
      throw new RangeError('a stored rollup has a number too large');
    return whole;
  }

  raw(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.byte());
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.raw(this.bytes.length - this.at);
  }

  text(): string | null {
    const mark = this.big();
    if (mark === 0n) return null;
    if (mark === 1n) return this.big().toString();
    return new TextDecoder().decode(this.raw(Number(mark - 2n)));
  }

  private big(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  }
}

/** A count as the first bytes of what is compared by it. @throws RangeError past 32 bits */
export function versionBytes(count: number): Uint8Array {
  if (!Number.isInteger(count) || count < 0 || count > 0xffff_ffff) {
    throw new RangeError('a rollup counts from 0 to 4294967295 entries');
  }
  return Uint8Array.from([24, 16, 8, 0], (shift) => (count >>> shift) & 0xff);
}

/** Without a leading zero, so that it comes back as it was. */
const DIGITS = /^[1-9]\d{0,29}$/;
