import fc from 'fast-check';
import { handle, type LambdaEvent } from 'hono/aws-lambda';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type IngestDeps, ingestApp } from '../../functions/ingest/app.ts';
import { readHistory } from '../../lib/attribution/history.ts';
import { fingerprint } from '../../lib/crypto/hash.ts';
import { type EventDraft, type EventOf, eventSchema } from '../../lib/events/event.ts';
import type { App } from '../../lib/integrations/kit/app.ts';
import type {
  Integration,
  Reading,
  SignedRequest,
} from '../../lib/integrations/kit/integration.ts';
import { reversalWindowMs } from '../../lib/integrations/registry.ts';
import { silent } from '../../lib/log/log.ts';
import { streamsOf } from '../../lib/store/streams.ts';
import { paid } from '../lib/make.ts';

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
  /**
   * Where the signature covers a part of the body alone (an encrypted field): where that part begins and
   * ends, in bytes. What is around it may vary, and it is the same delivery. Absent: it covers all.
   */
  readonly signedPart?: (body: Uint8Array) => readonly [from: number, to: number];
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
  /** Every message of one voucher's life, other ids for another seed. Null: none is documented. */
  readonly life: ((seed: number) => readonly string[]) | null;
  /** What a signed request becomes when something on the way reads its body and writes it anew. */
  readonly rewritten: (request: SignedRequest) => readonly SignedRequest[];
  /** The same message as its repetition is stamped; null where nothing outside the body is signed. */
  readonly restamped: ((body: string) => SignedRequest) | null;
  /** The same request as a platform repeats it that encrypts anew each time. Absent: none of that is known. */
  readonly resealed?: (request: SignedRequest) => SignedRequest;
  /** Amounts as the wire writes them, and what they are in fen. Null: no message tells money. */
  readonly money: readonly { readonly body: string; readonly fen: number }[] | null;
  /** Times as the wire writes them, and which instant they are. Null: no message tells a time. */
  readonly times: readonly { readonly body: string; readonly at: string }[] | null;
  /**
   * Refunds that do not tell how much of the payment they take back, as they read. Empty: every refund
   * message of this platform must tell it, and is quarantined otherwise.
   */
  readonly unreportedRefunds: readonly Reading[];
  /** Whether the platform counts this answer as success; anything else it sends again. */
  readonly isReceived: (status: number, body: string) => boolean;
}

/** A JSON body as other writers would write the same value; for {@link Fixture.rewritten}. */
export function rewrittenJson(request: SignedRequest): SignedRequest[] {
  const text = Buffer.from(request.body).toString('utf8');
  const value = JSON.parse(text) as object;
  const plain = JSON.stringify(value);
  const texts = [
    JSON.stringify(value, null, 2),
    `${plain} `,
    JSON.stringify(Object.fromEntries(Object.entries(value).reverse())),
    plain.replace(/:/, ': '),
    // The first letter of the first name, as an escape: the same value to every reader.
    plain.replace(/"(\w)/, (_, letter: string) => `"\\u00${letter.charCodeAt(0).toString(16)}`),
  ];
  return texts.filter((one) => one !== text).map((one) => ({ ...request, body: utf8(one) }));
}

const utf8 = (text: string) => new Uint8Array(Buffer.from(text, 'utf8'));

const bytesOf = (body: string | Uint8Array) => (typeof body === 'string' ? utf8(body) : body);

/** Every case by name; test/integrations/matrix.ts prints them by integration. */
export function contractSuite(fixture: Fixture): void {
  const { integration, app, sign } = fixture;
  const first = fixture.documented[0];
  if (first === undefined) throw new Error('a fixture needs a documented body');
  const good = () => sign(first.body);
  const partOf = fixture.signedPart ?? ((body: Uint8Array) => [0, body.byteLength] as const);
  const verifies = (request: SignedRequest, as: App = app) => integration.verify(request, as);
  const read = (body: string | Uint8Array) => integration.read(bytesOf(body), app, RECEIVED_AT);
  const delivery = (request: SignedRequest) =>
    fingerprint(integration.name, app.appKey, integration.signedBytes(request, app));

  /** The receiver as it is deployed, before a queue that takes everything or nothing. */
  const receiver = (sendToIntake: IngestDeps['sendToIntake']): GatewayHandler =>
    handle(
      ingestApp({
        findApp: async () => app,
        // A notice asks nothing of our records: there are none here.
        openCallbackRecords: () => ({ toNotify: new Set() }) as never,
        ...{ sendToIntake, now: () => Date.parse(RECEIVED_AT), log: silent },
      }),
    );
  const arrive = async (request: SignedRequest, sendToIntake: IngestDeps['sendToIntake']) => {
    const event = gatewayEvent(`/webhooks/${integration.name}/${app.appKey}`, request);
    const answer: GatewayAnswer = await receiver(sendToIntake)(event);
    const body = answer.isBase64Encoded ? Buffer.from(answer.body, 'base64') : answer.body;
    return { status: answer.statusCode, body: body.toString() };
  };

  afterEach(() => {
    vi.useRealTimers();
  });

  describe(`contract: ${integration.name}`, () => {
    it('takes what the platform signed', () => {
      for (const { body } of fixture.documented) expect(verifies(sign(body))).toBe(true);
    });

    it('refuses a body changed by one byte, at any place', () => {
      const request = good();
      const [from, to] = partOf(request.body);
      expect(to).toBeGreaterThan(from);
      for (let at = from; at < to; at += 1) {
        const body = request.body.slice();
        body[at] = (body[at] ?? 0) ^ 1;
        expect(verifies({ ...request, body })).toBe(false);
      }
    });

    it('refuses a body with a byte more or less', () => {
      const request = good();
      const [from, to] = partOf(request.body);
      const part = request.body.slice(from, to);
      for (const changed of [
        part.slice(0, -1),
        part.slice(1),
        [...part, 0x20],
        [...part, 0x0d, 0x0a],
        [0xef, 0xbb, 0xbf, ...part],
        [],
      ]) {
        const around = [request.body.slice(0, from), request.body.slice(to)] as const;
        const body = new Uint8Array([...around[0], ...changed, ...around[1]]);
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
            integration.handshake?.({ headers: new Map(), query: new URLSearchParams(), body }),
          ).not.toThrow();
        }),
        { numRuns: 500 },
      );
    });

    it('takes a body that API Gateway hands over in base64, and queues its very bytes', async () => {
      for (const body of [first.body, fixture.withExtra('"核销 🍲"')]) {
        const request = sign(body);
        const queued: { deliveryId?: string }[] = [];
        const answer = await arrive(request, async (message) => {
          queued.push(message as { deliveryId?: string });
        });
        const { status, body: words } = integration.acknowledge(request, app);
        expect(answer).toEqual({ status, body: words });
        expect(queued.map((message) => message.deliveryId)).toEqual([delivery(request)]);
      }
    });

    it('acknowledges in what the platform counts as success, and a failing queue in what it does not', async () => {
      const taken = await arrive(good(), async () => {});
      expect(fixture.isReceived(taken.status, taken.body)).toBe(true);
      const failed = await arrive(good(), async () => {
        throw new Error('the queue is down');
      });
      expect(fixture.isReceived(failed.status, failed.body)).toBe(false);
    });

    it('does not say “received” to what it refuses', async () => {
      const request = good();
      const [, to] = partOf(request.body);
      const body = request.body.slice();
      body[to - 1] = (body[to - 1] ?? 0) ^ 1;
      const refused = await arrive({ ...request, body }, async () => {
        throw new Error('a refused body reached the queue');
      });
      expect(refused.status).toBeGreaterThanOrEqual(400);
      expect(fixture.isReceived(refused.status, refused.body)).toBe(false);
    });

    it('takes a replay of an old body as the same delivery, which says the same', () => {
      for (const { body } of fixture.documented) {
        const request = sign(body);
        const before = { reading: read(request.body), id: delivery(request) };
        vi.useFakeTimers({ now: Date.now() + TEN_YEARS_MS, toFake: ['Date'] });
        expect(verifies(request)).toBe(true);
        expect({ reading: read(request.body), id: delivery(request) }).toEqual(before);
        vi.useRealTimers();
      }
    });

    it('takes a repetition that is stamped anew as the same delivery', () => {
      if (fixture.restamped === null) return expect(delivery(good())).toBe(delivery(good()));
      const again = fixture.restamped(first.body);
      expect(verifies(again)).toBe(true);
      expect(fixture.signature?.of(again)).not.toBe(fixture.signature?.of(good()));
      expect(delivery(again)).toBe(delivery(good()));
    });

    const { resealed } = fixture;
    if (resealed !== undefined) {
      it('takes a repetition that is encrypted anew as the same delivery, which says the same', () => {
        for (const { name, body } of fixture.documented) {
          const request = sign(body);
          const again = resealed(request);
          expect(Buffer.from(again.body).equals(request.body), name).toBe(false);
          expect(verifies(again), name).toBe(true);
          expect(delivery(again), name).toBe(delivery(request));
          expect(read(again.body), name).toEqual(read(request.body));
        }
      });
    }

    it('takes different messages as different deliveries', () => {
      const bodies = fixture.life?.(1) ?? [first.body];
      const different = [...new Set([...bodies, fixture.unknownKind])];
      const deliveries = new Set(different.map((body) => delivery(sign(body))));
      expect(different.length).toBeGreaterThan(1);
      expect(deliveries.size).toBe(different.length);
    });

    it('says how long a redemption may be reversed, and what is redeemed stays open so long', () => {
      const { reversalWindowMs: said, platform } = integration;
      const windowMs = typeof said === 'number' ? said : said.untilSettlementWithinMs;
      expect(Number.isSafeInteger(windowMs)).toBe(true);
      // A statement is final one day: a platform that says "until the settlement" settles, too.
      expect(windowMs).toBeLessThanOrEqual(YEAR_MS);
      expect(reversalWindowMs(platform)).toBeGreaterThanOrEqual(windowMs);
    });

    const rewrites = fixture.signedPart === undefined ? 'refuses' : 'takes as the same delivery';
    it(`${rewrites} a body that something on the way read and wrote anew`, () => {
      const requests = fixture.rewritten(good());
      expect(requests.length).toBeGreaterThan(1);
      const isWhole = fixture.signedPart === undefined;
      for (const request of requests) {
        expect(verifies(request)).toBe(!isWhole);
        if (!isWhole) expect(delivery(request)).toBe(delivery(good()));
      }
    });

    it('reads one voucher’s messages to the same facts in any order, however often', () => {
      const { life } = fixture;
      if (life === null) return expect(fixture.withId).toBeNull();
      fc.assert(
        fc.property(fc.nat(1_000), fc.infiniteStream(fc.nat()), (seed, chance) => {
          const bodies = life(seed);
          const again = bodies.filter(() => chance.next().value % 2 === 0);
          const shuffled = [...bodies, ...bodies, ...again]
            .map((body) => ({ body, at: chance.next().value }))
            .sort((a, b) => a.at - b.at)
            .map(({ body }) => body);
          const facts = factsOf(bodies.map(read));
          expect(facts.size).toBeGreaterThanOrEqual(bodies.length / 2);
          expect(factsOf(shuffled.map(read))).toEqual(facts);
        }),
        { numRuns: 50 },
      );
    });

    it('takes Chinese and emoji, and lets half a character be nobody’s id', () => {
      const plain = read(fixture.withExtra('1'));
      for (const text of [
        '"核销 🍲 撤销核销"',
        '"\\u6838\\u9500"',
        '"\\ud83c\\udf72"',
        '"\\udf72"',
      ]) {
        const request = sign(fixture.withExtra(text));
        expect(verifies(request), text).toBe(true);
        expect(read(request.body), text).toEqual(plain);
      }
      const { withId } = fixture;
      if (withId === null) return;
      expect(read(withId('"\\ud800"')).outcome).toBe('malformed');
      expect(read(withId('"a\\udc00b"')).outcome).toBe('malformed');
    });

    it('books nothing from bytes that are no UTF-8', () => {
      const body = halfCharacter(bytesOf(fixture.withExtra('"核"')));
      expect(['events', 'hint']).not.toContain(read(body).outcome);
    });

    it('reads money in the wire’s unit, digit by digit', () => {
      const { money } = fixture;
      if (money === null)
        return expect(fixture.documented.flatMap((one) => fenOf(read(one.body)))).toEqual([]);
      for (const { body, fen } of money) expect(fenOf(read(body)), body).toContain(fen);
    });

    it('reads a refund that tells nothing as unknown, which waits and is not nothing', () => {
      const { unreportedRefunds, documented } = fixture;
      const refunds = [...unreportedRefunds, ...documented.map(({ body }) => read(body))].flatMap(
        (reading) => refundsIn(integration, reading),
      );
      const unreported = refunds.filter((refund) => refund.unusedFen === null);
      if (unreportedRefunds.length === 0) return expect(unreported).toEqual([]);
      expect(unreported.length).toBeGreaterThanOrEqual(unreportedRefunds.length);
      for (const refund of unreported) {
        const { orderId, merchantId } = refund;
        const ofOrder = [paid({ orderId, merchantId }), refund];
        expect(streamsOf(refund).map((stream) => stream.of)).toEqual(['voucher', 'order']);
        expect(readHistory(ofOrder).waiting).toEqual([refund]);
        expect(readHistory([refund]).waiting).toEqual([refund]);
      }
    });

    it('reads times in the wire’s unit, seconds or milliseconds', () => {
      const { times } = fixture;
      if (times === null) return expect(fixture.withId).toBeNull();
      for (const { body, at } of times) expect(timesOf(read(body)), body).toEqual([at]);
    });
  });
}

/** The refunds that a reading tells, as the vocabulary writes them. */
function refundsIn(integration: Integration, reading: Reading): EventOf<'voucher.refunded'>[] {
  const drafts =
    reading.outcome === 'hint'
      ? (integration.fromHint?.(reading.hint) ?? [])
      : reading.outcome === 'events'
        ? reading.events
        : [];
  return drafts
    .map((draft) => eventSchema.parse({ ...STAMP, platform: integration.platform, ...draft }))
    .filter((event) => event.kind === 'voucher.refunded');
}

const STAMP = {
  ...{ loop: 'open', integration: 'suite', appKey: 'suite', deliveryId: null },
  recordedAt: '2026-11-22T10:00:00.000+08:00',
};

/** When everything here reached us: for messages that carry no time. */
const RECEIVED_AT = '2026-11-22T10:00:00.000+08:00';

const YEAR_MS = 365 * 86_400_000;
const TEN_YEARS_MS = 10 * YEAR_MS;

interface GatewayAnswer {
  readonly statusCode: number;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

type GatewayHandler = (event: LambdaEvent) => Promise<GatewayAnswer>;

/** An API Gateway HTTP API event, payload format 2.0, as far as the receiver reads it. */
function gatewayEvent(path: string, { headers, query, body }: SignedRequest): LambdaEvent {
  // The type wants fields of the context that no function reads.
  const event: object = {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query.toString(),
    headers: { host: 'api.test', ...Object.fromEntries(headers) },
    requestContext: {
      ...{ domainName: 'api.test', stage: '$default', requestId: 'request-1' },
      http: {
        method: 'POST',
        path,
        protocol: 'HTTP/1.1',
        sourceIp: '127.0.0.1',
        userAgent: 'test',
      },
    },
    isBase64Encoded: true,
    body: Buffer.from(body).toString('base64'),
  };
  return event as LambdaEvent;
}

/** The facts by their ids. @throws when two of one id differ */
function factsOf(readings: readonly Reading[]): Map<string, unknown> {
  const facts = new Map<string, unknown>();
  for (const reading of readings) {
    const reported =
      reading.outcome === 'events'
        ? reading.events.map((event) => [event.eventId, event] as const)
        : [[JSON.stringify(reading), reading] as const];
    for (const [id, fact] of reported) {
      if (facts.has(id)) expect(fact).toEqual(facts.get(id));
      facts.set(id, fact);
    }
  }
  return facts;
}

/** Every amount that a reading tells, in fen. */
function fenOf(reading: Reading): number[] {
  if (reading.outcome !== 'events') return [];
  return reading.events.flatMap((event) => {
    if ('amounts' in event) return [event.amounts.paidFen];
    if ('settledFen' in event) return [event.settledFen];
    if ('refundedFen' in event) return event.refundedFen ?? [];
    return 'requestedFen' in event ? (event.requestedFen ?? []) : [];
  });
}

function timesOf(reading: Reading): string[] {
  if (reading.outcome === 'hint') return [reading.hint.occurredAt];
  return reading.outcome === 'events' ? reading.events.map((event) => event.occurredAt) : [];
}

/** A surrogate half in the place of a character, as no UTF-8 has it. */
function halfCharacter(body: Uint8Array): Uint8Array {
  const bytes = Buffer.from(body);
  const [plain, encoded] = [bytes.indexOf('核'), bytes.indexOf('%E6%A0%B8')];
  if (encoded >= 0) return Buffer.from(bytes.toString('utf8').replace('%E6%A0%B8', '%ED%A0%80'));
  const at = plain >= 0 ? plain : Math.floor(bytes.byteLength / 2);
  return Buffer.concat([
    bytes.subarray(0, at),
    Buffer.from([0xed, 0xa0, 0x80]),
    bytes.subarray(plain >= 0 ? at + 3 : at),
  ]);
}

/** A documented body with a piece cut out, doubled or replaced. */
function mangled(body: string): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.nat(body.length), fc.nat(body.length), fc.string({ unit: 'binary', maxLength: 8 }))
    .map(([a, b, text]) => utf8(body.slice(0, a) + text + body.slice(b)));
}
