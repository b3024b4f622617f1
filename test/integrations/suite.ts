import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../../lib/events/event.ts';
import type { App } from '../../lib/integrations/app.ts';
import type { Integration, Reading, SignedRequest } from '../../lib/integrations/integration.ts';

/**
 * What every integration must keep, whatever its platform. A fixture says how the platform signs and
 * speaks; the promises are the same for all.
 */
export interface Fixture {
  readonly integration: Integration;
  readonly app: App;
  /** The same app after a rotation: a newer secret in front of the one that signs here. */
  readonly rotated: App;
  /** The same app after the secret that signs here was revoked. */
  readonly revoked: App;
  /** Signs as the platform does, with the app's secret. */
  readonly sign: (body: string | Uint8Array) => SignedRequest;
  /** Where the signature is, to be taken and replaced; null where nothing but decryption authenticates. */
  readonly signature: {
    readonly of: (request: SignedRequest) => string;
    readonly replace: (request: SignedRequest, signature: string | null) => SignedRequest;
  } | null;
  /** Documented bodies, each with what it reads as and its acknowledgement byte for byte. */
  readonly documented: readonly {
    readonly name: string;
    readonly body: string;
    readonly outcome: Reading['outcome'];
    readonly ack: string;
  }[];
  /**
   * A money message whose order or voucher id is this JSON text (a number or a quoted string). Null,
   * as `missingField` is, for a platform none of whose messages is documented.
   */
  readonly withId: ((idAsJson: string) => string) | null;
  /** The ids that a reading tells, to be compared. */
  readonly idsOf: (reading: Reading) => readonly string[];
  /** A body of a kind that nobody knows, and one of a known kind that lacks what it needs. */
  readonly unknownKind: string;
  readonly missingField: string | null;
  /** A money message with one more field than documented, whose value is this JSON text. */
  readonly withExtra: (fieldAsJson: string) => string;
}

const utf8 = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));

const bytesOf = (body: string | Uint8Array) => (typeof body === 'string' ? utf8(body) : body);

/** Every case by name; test/integrations/matrix.ts prints them by integration. */
export function contractSuite(fixture: Fixture): void {
  const { integration, app, sign } = fixture;
  const first = fixture.documented[0];
  if (first === undefined) throw new Error('a fixture needs a documented body');
  const good = () => sign(first.body);
  const verifies = (request: SignedRequest, as: App = app) => integration.verify(request, as);
  const read = (body: string | Uint8Array) => integration.read(bytesOf(body), app);

  describe(`contract: ${integration.name}`, () => {
    it('takes what the platform signed', () => {
      for (const { body } of fixture.documented) expect(verifies(sign(body))).toBe(true);
    });

    it('refuses a body changed by one byte, at any place', () => {
      const request = good();
      for (let at = 0; at < request.body.byteLength; at += 1) {
        const body = request.body.slice();
        body[at] = (body[at] ?? 0) ^ 1;
        expect(verifies({ ...request, body })).toBe(false);
      }
    });

    it('refuses a body with a byte more or less', () => {
      const request = good();
      for (const body of [
        request.body.slice(0, -1),
        request.body.slice(1),
        new Uint8Array([...request.body, 0x20]),
        new Uint8Array([...request.body, 0x0d, 0x0a]),
        new Uint8Array([0xef, 0xbb, 0xbf, ...request.body]),
        new Uint8Array(),
      ]) {
        expect(verifies({ ...request, body })).toBe(false);
      }
    });

    it('refuses a wrong, missing, short, long, doubled or recased signature', () => {
      const { signature } = fixture;
      if (signature === null) return expect(verifies({ ...good(), body: utf8('x') })).toBe(false);
      const request = good();
      const right = signature.of(request);
      const wrong = [null, '', right.slice(0, -1), `${right}0`, `${right}, ${right}`, ` ${right}`];
      const recased = right === right.toLowerCase() ? right.toUpperCase() : right.toLowerCase();
      const turned = `${right.slice(0, -1)}${right.endsWith('a') ? 'b' : 'a'}`;
      const strange = [
        'z'.repeat(right.length),
        '0'.repeat(right.length),
        'é'.repeat(right.length),
      ];
      for (const one of [...wrong, recased, turned, ...strange]) {
        expect(verifies(signature.replace(request, one)), String(one)).toBe(false);
      }
    });

    it('takes the old secret during a rotation and refuses it after', () => {
      expect(verifies(good(), fixture.rotated)).toBe(true);
      expect(verifies(good(), fixture.revoked)).toBe(false);
      expect(verifies(good(), { ...app, secrets: {} })).toBe(false);
    });

    it('acknowledges in the platform’s words, byte for byte', () => {
      for (const { name, body, ack } of fixture.documented) {
        const answer = integration.acknowledge(sign(body), app);
        expect([answer.status, answer.body], name).toEqual([200, ack]);
      }
    });

    it('reads every documented body as what it is', () => {
      for (const { name, body, outcome } of fixture.documented) {
        expect(read(body).outcome, name).toBe(outcome);
      }
    });

    it('says the same of the same bytes, again and again', () => {
      for (const { body } of fixture.documented) expect(read(body)).toEqual(read(body));
    });

    it('gives events that the vocabulary takes, with ids from the platform alone', () => {
      for (const { body } of fixture.documented) {
        const reading = read(body);
        if (reading.outcome !== 'events') continue;
        for (const event of reading.events as EventDraft[]) {
          expect(event.eventId).toMatch(/^[a-z_]+:\S+$/);
          expect(event.occurredAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00$/);
        }
      }
    });

    it('keeps 64-bit ids exactly, as a number and as a string', () => {
      const { withId, idsOf } = fixture;
      if (withId === null) return expect(fixture.missingField).toBeNull();
      for (const id of ['9007199254740993', '9223372036854775807', '1060000000000000001']) {
        expect(idsOf(read(withId(id)))).toContain(id);
        expect(idsOf(read(withId(`"${id}"`)))).toContain(id);
      }
    });

    it('parks a kind that nobody knows', () => {
      expect(read(fixture.unknownKind).outcome).toBe('unknown');
    });

    it('quarantines a known kind that lacks what it needs, naming the field and no value', () => {
      if (fixture.missingField === null) return expect(fixture.withId).toBeNull();
      expect(read(fixture.missingField).outcome).toBe('malformed');
    });

    it('passes over fields that it does not know', () => {
      const plain = read(fixture.withExtra('1'));
      expect(plain.outcome).not.toBe('malformed');
      const values = [
        'null',
        '[]',
        '{"deep":{"er":[1,2]}}',
        '"核销 🍲"',
        '"\\ud800"',
        '9223372036854775807',
      ];
      for (const value of values) expect(read(fixture.withExtra(value))).toEqual(plain);
    });

    it('is not fooled by __proto__, nested bombs or doubled keys', () => {
      const plain = read(fixture.withExtra('1'));
      expect(read(fixture.withExtra('{"__proto__":{"admin":true}}'))).toEqual(plain);
      expect(({} as { admin?: boolean }).admin).toBeUndefined();
      expect(read(fixture.withExtra('['.repeat(50_000))).outcome).toBe('malformed');
      expect(read(fixture.withExtra(`${'['.repeat(5_000)}${']'.repeat(5_000)}`)).outcome).toBe(
        'malformed',
      );
      expect(read(fixture.withExtra('{"a":1,"a":2}')).outcome).toBe('malformed');
    });

    it('never throws, whatever was signed', () => {
      fc.assert(
        fc.property(fc.oneof(fc.uint8Array(), fc.json().map(utf8), mangled(first.body)), (body) => {
          expect(() => read(body)).not.toThrow();
          expect(() =>
            integration.handshake({ headers: new Map(), query: new URLSearchParams(), body }),
          ).not.toThrow();
        }),
        { numRuns: 500 },
      );
    });
  });
}

/** A documented body with a piece cut out, doubled or replaced. */
function mangled(body: string): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.nat(body.length), fc.nat(body.length), fc.string({ unit: 'binary', maxLength: 8 }))
    .map(([a, b, text]) => utf8(body.slice(0, a) + text + body.slice(b)));
}
